"""Changes of unread counts: the messages that events have added, deleted or restored. Pure.

A message is unread for a person who did not write it, while it is not deleted, and after the offset up to which they
have read. A client knows its user, that offset and its blocks; so the changes contain offsets and authors.
"""

from collections.abc import Sequence
from typing import Any, Final

import msgspec

from chat.mentions import HERE
from realtime.log import LogEvent

HERE_SIGN: Final = f'"{HERE}":'
MOST: Final = 50
"""Changes list at most so many messages."""
UNKNOWN: Final[dict[str, Any]] = {"lines": None}


def changes(events: Sequence[LogEvent], n: int) -> dict[str, Any]:
    """Return `{lines: [[o, by]…], gone: [[e, o, by]…], back: [[e, o, by]…], heres: [o…]}` since `n` messages.

    `e` is the offset of the event that deleted or restored the message `o`. `heres` are the messages that call
    everybody. `gone`, `back` and `heres` are left out when empty.
    `lines` is null when there are too many messages, or when not everybody may see them: then clients ask.
    """
    posted: list[tuple[int, Any]] = []
    moved: dict[str, list[tuple[int, int, Any]]] = {}
    heres: list[int] = []
    for event in events:
        is_message, n = event.n > n, event.n
        if not is_message and event.kind not in _MOVES:
            continue
        if event.audience is not None:
            return UNKNOWN
        if is_message:
            posted.append((event.o, event.actor))
            if event.data and HERE_SIGN in event.data and calls_everybody(event.data):
                heres.append(event.o)
            continue
        kind, read = _MOVES[event.kind]
        change = read(msgspec.json.decode(event.data)) if event.data else None
        if change is None:
            return UNKNOWN
        offsets, author = change
        moved.setdefault(kind, []).extend((event.o, o, author) for o in offsets)
    if len(posted) + sum(map(len, moved.values())) > MOST:
        return UNKNOWN
    return {"lines": posted, **moved} | ({"heres": heres} if heres else {})


def calls_everybody(data: str) -> bool:
    """Tell whether the data of an event has a mention of everybody. A text may contain the sign of one."""
    return HERE in (msgspec.json.decode(data).get("mentions") or ())


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
