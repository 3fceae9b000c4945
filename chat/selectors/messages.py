"""Lines of the timeline, for one reader. Nothing else reads `Message` for people."""

from collections.abc import Collection, Sequence
from typing import Any, Final

import msgspec
from django.db.models import F, Q, QuerySet, Value
from django.db.models.functions import StrIndex
from django.db.models.lookups import GreaterThan

from accounts.selectors import PERSON, person_columns
from chat import protocol
from chat.models import Message
from chat.selectors import access
from chat.selectors.head_cache import cached_by_head
from realtime import Caller, Head, LogKey, Scopes, method
from realtime.log import head_of
from realtime.models import Event
from realtime.storage.prepared import prepared

LINES: Final = 40
BYTES: Final = 128 * 1024
_LINE: Final = ("offset", "lines", "at", "kind", "data", "edited_at", "removed_at", "touched", "tag")
_USER: Final = ("key", *PERSON)
_AUTHOR: Final = len(_LINE)
_REMOVER: Final = _AUTHOR + len(_USER)
_COLUMNS: Final = (*_LINE, *(c for path in ("author__", "removed_by__") for c in (f"{path}key", *person_columns(path))))
Page = dict[str, Any]
"""A page is `{lines, before, after, people}`; `before` and `after` say whether there are more."""


def visible(scopes: Scopes) -> Q:
    """Lines whose audience these scopes meet. By position in the text: LIKE would not tell A from a on SQLite."""
    return heard_by(words(scopes))


def words(scopes: Scopes) -> list[str]:
    """Scopes as they stand in an audience."""
    return [f" {scope} " for scope in sorted(scopes)]


def heard_by(words: Collection[str]) -> Q:
    """`visible`, where a prepared query is given `words`."""
    seen = Q(audience=None)
    for word in words:
        seen |= Q(GreaterThan(StrIndex(F("audience"), Value(word)), 0))
    return seen


def message_find(log: int, scopes: Scopes, o: int) -> Message | None:
    """Return a message, or None when the reader may not see it."""
    lines = Message.objects.filter(visible(scopes), log=log, offset=o)
    return lines.select_related("author", "removed_by").first()


@method("history.page", protocol.HistoryPage, lane="read", cost=4)
def history_page(
    *, caller: Caller, room: LogKey, before: int | None = None, after: int | None = None, around: int | None = None
) -> Page:
    """Return a page of messages before, after or around an offset, and the head of the log before it was read."""
    as_of = head_of(room).o
    standing = access.readable(caller, room)
    scopes = access.scopes_of(caller.id, standing)
    if around is not None:
        page = page_around(standing.log, scopes, around)
    elif after is not None:
        page = page_after(standing.log, scopes, after)
    else:
        page = page_before(standing.log, scopes, before)
    return {**page, "as_of": as_of}


def page_before(log: int, scopes: Scopes, o: int | None = None, limit: int = LINES) -> Page:
    """Return the last messages before an offset, or the last of all."""
    found, more = _bounded(_before(log, words(scopes), o, limit=limit + 1), limit)
    return _page(found[::-1], before=more, after=o is not None)


def page_last(key: LogKey, log: int, scopes: Scopes, head: Head) -> Page:
    """Return the last messages of a log with this head. They are cached when all people may read them."""
    return _last_page(key, head) or page_before(log, scopes)


@cached_by_head
def _last_page(key: LogKey) -> Page | None:
    rows = _last(key)
    if any(row.audience is not None for row in rows):
        return None
    found, more = _bounded(rows, LINES)
    return _page(found[::-1], before=more, after=False)


@prepared
def _last(key: LogKey) -> "QuerySet[Message, Any]":
    """Return the last messages without a filter for the reader."""
    lines = Message.objects.filter(log__key=key).order_by("-offset")
    return lines.values_list(*_COLUMNS, "audience", named=True)[: LINES + 1]


def page_after(log: int, scopes: Scopes, o: int, limit: int = LINES) -> Page:
    """Return the first messages after an offset."""
    found, more = _bounded(_after(log, words(scopes), o, limit=limit + 1), limit)
    return _page(found, before=o > 0, after=more)


def page_around(log: int, scopes: Scopes, o: int) -> Page:
    """Lines on both sides of an offset, itself among them."""
    older = page_before(log, scopes, o + 1, LINES // 2)
    newer = page_after(log, scopes, o, LINES // 2)
    return {
        "lines": older["lines"] + newer["lines"],
        "before": older["before"],
        "after": newer["after"],
        "people": older["people"] | newer["people"],
    }


def tag_of(message: Message) -> int | None:
    """Return the tag of the event that began a message. Release 0.1 did not keep it in the message's row."""
    if message.tag is None:
        return Event.objects.filter(log=message.log_id, offset=message.offset).values_list("tag", flat=True).first()
    return message.tag


def message_as(message: Message) -> dict[str, Any]:
    """`{o, t, n, at, by, kind, data, edited, removed, touched}`."""
    author, remover = (user.key if user else None for user in (message.author, message.removed_by))
    return _message_as(author, remover, *(getattr(message, name) for name in _LINE))


def _message_as(
    author: str | None,
    remover: str | None,
    o: int,
    n: int,
    at: int,
    kind: str,
    data: str | None,
    edited: int | None,
    removed: int | None,
    touched: int,
    tag: int | None,
) -> dict[str, Any]:
    return {
        "o": o,
        "t": tag,
        "n": n,
        "at": at,
        "by": author,
        "kind": kind,
        "data": None if data is None else msgspec.json.decode(data),
        "edited": edited,
        "removed": None if removed is None else {"by": remover, "at": removed},
        "touched": touched,
    }


@prepared
def _before(log: int, words: Collection[str], o: int | None, *, limit: int) -> "QuerySet[Message, Any]":
    lines = Message.objects.filter(heard_by(words), log=log)
    if o is not None:
        lines = lines.filter(offset__lt=o)
    return lines.order_by("-offset").values_list(*_COLUMNS, named=True)[:limit]


@prepared
def _after(log: int, words: Collection[str], o: int, *, limit: int) -> "QuerySet[Message, Any]":
    lines = Message.objects.filter(heard_by(words), log=log, offset__gt=o)
    return lines.order_by("offset").values_list(*_COLUMNS, named=True)[:limit]


def _bounded(rows: list[Any], limit: int) -> tuple[list[Any], bool]:
    """Return at most `limit` messages and 128 KiB, but at least one, and whether there are more."""
    size, kept = 0, 0
    for row in rows[:limit]:
        size += len((row.data or "").encode())
        if kept and size > BYTES:
            break
        kept += 1
    return rows[:kept], len(rows) > kept


def _page(rows: Sequence[Any], *, before: bool, after: bool) -> Page:
    lines = [_message_as(row[_AUTHOR], row[_REMOVER], *row[:_AUTHOR]) for row in rows]
    people: dict[str, Any] = {}
    for row in rows:
        for start in (_AUTHOR, _REMOVER):
            if row[start] is not None and row[start] not in people:
                people[row[start]] = dict(zip(PERSON, row[start + 1 : start + len(_USER)], strict=True))
    return {"lines": lines, "before": before, "after": after, "people": people}
