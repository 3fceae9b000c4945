"""Changes of what is unread: what a count tells of the events since the last one. Pure.

A message is unread for those who did not write it, while it is there, and after the place up to which they have read.
Who reads a count knows themselves, their place and whom they block; so it names offsets and authors.
"""

from collections.abc import Sequence
from typing import Any, Final

import msgspec

from realtime.log import LogEvent

MOST: Final = 50
"""A count names at most so many messages."""
UNKNOWN: Final[dict[str, Any]] = {"lines": None}


def changes(entries: Sequence[LogEvent], n: int) -> dict[str, Any]:
    """Return `{lines: [[o, by]…], gone: [[e, o, by]…], back: [[e, o, by]…]}` for events behind `n` lines.

    `e` is the offset of the event that removed or restored the message `o`. `lines` is null where there are too many,
    or where not everybody may see them: then clients ask.
    """
    lines: list[tuple[int, Any]] = []
    moved: dict[str, list[tuple[int, int, Any]]] = {}
    for entry in entries:
        is_line, n = entry.n > n, entry.n
        if not is_line and entry.kind not in _MOVES:
            continue
        if entry.audience is not None:
            return UNKNOWN
        if is_line:
            lines.append((entry.o, entry.actor))
            continue
        kind, read = _MOVES[entry.kind]
        found = read(msgspec.json.decode(entry.data)) if entry.data else None
        if found is None:
            return UNKNOWN
        offsets, author = found
        moved.setdefault(kind, []).extend((entry.o, o, author) for o in offsets)
    if len(lines) + sum(map(len, moved.values())) > MOST:
        return UNKNOWN
    return {"lines": lines, **moved}


def _deleted(data: Any) -> tuple[list[int], Any] | None:
    return ([data["o"]], data["author"]) if "author" in data else None


def _removed(data: Any) -> tuple[list[int], Any] | None:
    return (data["offsets"], data["author"]) if "author" in data else None


def _restored(data: Any) -> tuple[list[int], Any]:
    return [data["line"]["o"]], data["line"]["by"]


_MOVES: Final = {
    "message.deleted": ("gone", _deleted),
    "messages.removed": ("gone", _removed),
    "message.restored": ("back", _restored),
}
