"""Make the names of files safe. Pure.

A name is shown to other people and becomes the name of a downloaded file. It must not contain a path, hide its real
ending by a change of direction, or be longer than a file system allows.
"""

import unicodedata
from pathlib import PurePosixPath
from typing import Final
from urllib.parse import quote

NAME_LENGTH: Final = 120
SUFFIX_LENGTH: Final = 16
RAW_LENGTH: Final = 1_000
UNNAMED: Final = "file"
UNSAFE: Final = frozenset('<>:"/\\|?*')
"""Characters that are no part of a file name on Windows or elsewhere."""
UNSEEN_CATEGORIES: Final = frozenset({"Cc", "Cf", "Cn", "Co", "Cs", "Zl", "Zp"})
JOINERS: Final = frozenset("\u200c\u200d")
DEVICES: Final = frozenset({"con", "prn", "aux", "nul", *(f"{name}{n}" for name in ("com", "lpt") for n in range(10))})
"""Names that Windows gives to devices, with any ending."""


def safe_name(text: str) -> str:
    """Return the last part of a path as one visible line of at most `NAME_LENGTH` characters. It keeps its ending."""
    last = text[-RAW_LENGTH:].replace("\\", "/").rstrip("/").rpartition("/")[2]
    normal = unicodedata.normalize("NFC", " ".join(last.split()))
    shown = "".join(character for character in normal if _is_safe(character)).strip(" .")
    if not shown or all(unicodedata.category(character)[0] in "MZ" for character in shown):
        return UNNAMED
    if shown.partition(".")[0].strip().lower() in DEVICES:
        shown = f"_{shown}"
    return _shortened(shown)


def visible_line(text: str) -> str:
    """Return a text in one line without invisible characters: PostgreSQL reads no JSON that contains U+0000."""
    return " ".join("".join(filter(_is_visible, " ".join(text.split()))).split())


def with_suffix(name: str, suffix: str) -> str:
    """Return the name with the ending of its new format, unless it has that already."""
    stem, ending = _split(name)
    same = {".jpg": {".jpg", ".jpeg"}}.get(suffix, {suffix})
    return name if ending.lower() in same else _shortened(f"{stem}{suffix}")


def disposition(kind: str, name: str) -> str:
    """Return a `Content-Disposition` (RFC 6266): plain ASCII for old clients, and UTF-8 for the others."""
    plain = "".join(character if character.isascii() else "_" for character in name)
    return f"{kind}; filename=\"{plain}\"; filename*=UTF-8''{quote(name, safe='')}"


def _is_safe(character: str) -> bool:
    return character not in UNSAFE and _is_visible(character)


def _is_visible(character: str) -> bool:
    return character in JOINERS or unicodedata.category(character) not in UNSEEN_CATEGORIES


def _split(name: str) -> tuple[str, str]:
    suffix = PurePosixPath(name).suffix
    return (name[: -len(suffix)], suffix) if 1 < len(suffix) <= SUFFIX_LENGTH else (name, "")


def _shortened(name: str) -> str:
    stem, suffix = _split(name)
    return f"{stem[: NAME_LENGTH - len(suffix)].rstrip()}{suffix}"
