"""Build the files below a message for a page that no script has painted yet. Pure.

`static/chat/state/files.js` and `static/chat/views/attachments.js` build the same, so that the page does not jump.
"""

import re
from collections.abc import Mapping, Sequence
from typing import Any, Final
from urllib.parse import quote

BOX_WIDTH, BOX_HEIGHT = 400, 320
TILE: Final = 160
ANIMATION_SIDE: Final = 1024
"""An animation is not larger. Its small version does not move, so the page shows all of it."""
ENDING: Final = re.compile(r"\.([^\W_]{1,8})$")
KIB: Final = 1024
UNITS: Final = ("KB", "MB", "GB", "TB")
SAFE: Final = "-_.!~*'()"
"""Characters that `encodeURIComponent` leaves as they are."""


def file_rows(files: Sequence[Mapping[str, Any]], words: Mapping[str, str]) -> list[dict[str, Any]]:
    """Return what the template shows of each file."""
    alone = sum(_look(file["type"]) == "picture" for file in files) == 1
    return [_row(file, words, alone) for file in files]


def _row(file: Mapping[str, Any], words: Mapping[str, str], alone: bool) -> dict[str, Any]:
    address = f"/files/{file['key']}/{quote(file['name'], safe=SAFE)}"
    look = _look(file["type"])
    row = {"key": file["key"], "name": file["name"], "look": look, "href": address, "facts": facts(file)}
    if look != "picture":
        return row
    width, height = shown_size(file.get("w"), file.get("h"), alone)
    alt = file.get("alt", "")
    label = alt or words["file.picture"].replace("{name}", file["name"])
    return row | {"src": _source(file, address), "width": width, "height": height, "alt": alt, "label": label}


def shown_size(width: int | None, height: int | None, alone: bool) -> tuple[int, int]:
    """Return the size in which a picture is shown: a single one whole, several as equal tiles."""
    if not alone:
        return TILE, TILE
    if not width or not height:
        return BOX_WIDTH, BOX_HEIGHT
    scale = min(1, BOX_WIDTH / width, BOX_HEIGHT / height)
    return max(1, int(width * scale + 0.5)), max(1, int(height * scale + 0.5))


def facts(file: Mapping[str, Any]) -> str:
    """Return the ending and the size of a file, such as `PDF · 1.2 MB`."""
    ending = ENDING.search(file["name"])
    return " · ".join(filter(None, [ending[1].upper() if ending else "", size_text(file["size"])]))


def size_text(size_bytes: int) -> str:
    """Return a size in the largest unit that keeps it above one."""
    if size_bytes < KIB:
        return f"{size_bytes} B"
    size, unit = size_bytes / KIB, 0
    while size >= KIB - 0.5 and unit < len(UNITS) - 1:
        size, unit = size / KIB, unit + 1
    rounded = int(size * 10 + 0.5) / 10 if size < 9.95 else int(size + 0.5)
    return f"{rounded:g} {UNITS[unit]}"


def _look(type: str) -> str:
    first = type.partition("/")[0]
    return {"image": "picture", "video": "video", "audio": "audio"}.get(first, "other")


def _source(file: Mapping[str, Any], address: str) -> str:
    moves = file["type"] == "image/webp" and max(file.get("w", 0), file.get("h", 0)) <= ANIMATION_SIDE
    return f"/files/{file['key']}/thumb" if file.get("thumb") and not moves else address
