"""Read messages for one reader. All messages that people see are read here."""

from collections.abc import Collection, Sequence
from typing import Any, Final

import msgspec
from django.db.models import F, Q, QuerySet, Value
from django.db.models.functions import StrIndex
from django.db.models.lookups import GreaterThan

from accounts.selectors import PERSON, person_columns
from chat import protocol
from chat.models import Message
from chat.selectors import access, quotes
from chat.selectors.head_cache import cached_by_head
from realtime import Caller, Head, LogKey, Scopes, method
from realtime.log import head_of
from realtime.models import Event
from realtime.storage.prepared import prepared

LINES: Final = 40
BYTES: Final = 128 * 1024
_LINE: Final = (
    "offset",
    "lines",
    "at",
    "kind",
    "data",
    "edited_at",
    "removed_at",
    "touched",
    "tag",
    "reactions",
    "pinned_at",
)
_USER: Final = ("key", *PERSON)
_AUTHOR: Final = len(_LINE)
_REMOVER: Final = _AUTHOR + len(_USER)
_PEOPLE: Final = [c for path in ("author__", "removed_by__") for c in (f"{path}key", *person_columns(path))]
_QUOTE: Final = _REMOVER + len(_USER)
COLUMNS: Final = (*_LINE, *_PEOPLE, *quotes.columns("reply_to__"))
Page = dict[str, Any]
"""A page is `{lines, before, after, people, quotes?}`. `before` and `after` tell whether there are more messages.

`quotes` has what replies among the messages answer.
"""


def visible(scopes: Scopes) -> Q:
    """Return a filter for the messages that a reader with these scopes may see."""
    return heard_by(words(scopes))


def words(scopes: Scopes) -> list[str]:
    """Return scopes as an audience column contains them, with a space on both sides."""
    return [f" {scope} " for scope in sorted(scopes)]


def heard_by(words: Collection[str]) -> Q:
    """Return `visible` for scopes from `words`. It searches by position, because LIKE ignores case on SQLite."""
    condition = Q(audience=None)
    for word in words:
        condition |= Q(GreaterThan(StrIndex(F("audience"), Value(word)), 0))
    return condition


def message_find(log: int, scopes: Scopes, o: int) -> Message | None:
    """Return a message, or None when the reader may not see it."""
    messages = Message.objects.filter(visible(scopes), log=log, offset=o)
    return messages.select_related("author", "removed_by", "reply_to").first()


@method("history.page", protocol.HistoryPage, lane="read", cost=4)
def history_page(
    *, caller: Caller, room: LogKey, before: int | None = None, after: int | None = None, around: int | None = None
) -> Page:
    """Return a page of messages before, after or around an offset. `as_of` is the head, read before the messages."""
    as_of = head_of(room).o
    room_access = access.readable(caller, room)
    scopes = access.scopes_of(caller.id, room_access)
    if around is not None:
        page = page_around(room_access.log, scopes, around)
    elif after is not None:
        page = page_after(room_access.log, scopes, after)
    else:
        page = page_before(room_access.log, scopes, before)
    return {**page, "as_of": as_of}


def page_before(log: int, scopes: Scopes, o: int | None = None, limit: int = LINES) -> Page:
    """Return the last messages before an offset, or the last of all."""
    found, more = _bounded(_before(log, words(scopes), o, limit=limit + 1), limit)
    return _page(found[::-1], scopes, before=more, after=o is not None)


def page_last(key: LogKey, log: int, scopes: Scopes, head: Head) -> Page:
    """Return the last messages of a log with this head. They come from a cache when everybody may see all of them."""
    return _last_page(key, head) or page_before(log, scopes)


@cached_by_head
def _last_page(key: LogKey) -> Page | None:
    rows = _last(key)
    if any(row.audience is not None or row.reply_to__audience is not None for row in rows):
        return None
    found, more = _bounded(rows, LINES)
    return _page(found[::-1], frozenset(), before=more, after=False)


@prepared
def _last(key: LogKey) -> "QuerySet[Message, Any]":
    """Return the last messages without a filter for the reader."""
    messages = Message.objects.filter(log__key=key).order_by("-offset")
    return messages.values_list(*COLUMNS, "audience", named=True)[: LINES + 1]


def page_after(log: int, scopes: Scopes, o: int, limit: int = LINES) -> Page:
    """Return the first messages after an offset."""
    found, more = _bounded(_after(log, words(scopes), o, limit=limit + 1), limit)
    return _page(found, scopes, before=o > 0, after=more)


def page_around(log: int, scopes: Scopes, o: int) -> Page:
    """Return messages on both sides of an offset, and the one at it."""
    older = page_before(log, scopes, o + 1, LINES // 2)
    newer = page_after(log, scopes, o, LINES // 2)
    page = {
        "lines": older["lines"] + newer["lines"],
        "before": older["before"],
        "after": newer["after"],
        "people": older["people"] | newer["people"],
    }
    found = older.get("quotes", {}) | newer.get("quotes", {})
    return page | {"quotes": found} if found else page


def tag_of(message: Message) -> int | None:
    """Return the tag of the event that created a message. Rows of release 0.1 lack it; then the event is read."""
    if message.tag is None:
        return Event.objects.filter(log=message.log_id, offset=message.offset).values_list("tag", flat=True).first()
    return message.tag


def message_as(message: Message) -> dict[str, Any]:
    """Return a message as in docs/protocol.md: `{o, t, n, at, by, kind, data, edited, removed, touched}` and more."""
    author, remover = (user.key if user else None for user in (message.author, message.removed_by))
    answered = message.reply_to.offset if message.reply_to else None
    return _message_as(author, remover, answered, *(getattr(message, name) for name in _LINE))


def _message_as(
    author: str | None,
    remover: str | None,
    re: int | None,
    o: int,
    n: int,
    at: int,
    kind: str,
    data: str | None,
    edited: int | None,
    removed: int | None,
    touched: int,
    tag: int | None,
    reactions: str | None,
    pinned: int | None,
) -> dict[str, Any]:
    message = {
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
    if re is not None:
        message["re"] = re
    if reactions and removed is None:
        message["reactions"] = msgspec.json.decode(reactions)
    if pinned is not None and removed is None:
        message["pinned"] = pinned
    return message


@prepared
def _before(log: int, words: Collection[str], o: int | None, *, limit: int) -> "QuerySet[Message, Any]":
    messages = Message.objects.filter(heard_by(words), log=log)
    if o is not None:
        messages = messages.filter(offset__lt=o)
    return messages.order_by("-offset").values_list(*COLUMNS, named=True)[:limit]


@prepared
def _after(log: int, words: Collection[str], o: int, *, limit: int) -> "QuerySet[Message, Any]":
    messages = Message.objects.filter(heard_by(words), log=log, offset__gt=o)
    return messages.order_by("offset").values_list(*COLUMNS, named=True)[:limit]


def page_of(rows: list[Any], limit: int, scopes: Scopes) -> Page:
    """Return `{lines, people, quotes?, more}` for rows of `COLUMNS`, at most `limit` and 128 KiB of them."""
    found, more = _bounded(rows, limit)
    return _page(found, scopes, before=False, after=more) | {"more": more}


def _bounded(rows: list[Any], limit: int) -> tuple[list[Any], bool]:
    """Return at most `limit` messages and 128 KiB, but at least one, and whether there are more."""
    size, kept = 0, 0
    for row in rows[:limit]:
        size += len((row.data or "").encode()) + len(row.reactions or "")
        if kept and size > BYTES:
            break
        kept += 1
    return rows[:kept], len(rows) > kept


def _page(rows: Sequence[Any], scopes: Scopes, *, before: bool, after: bool) -> Page:
    messages = [_message_as(row[_AUTHOR], row[_REMOVER], row[_QUOTE], *row[:_AUTHOR]) for row in rows]
    quoted, people = quotes.quotes_of((row[_QUOTE : _QUOTE + quotes.WIDTH] for row in rows), scopes)
    for row in rows:
        for start in (_AUTHOR, _REMOVER):
            if row[start] is not None and row[start] not in people:
                people[row[start]] = dict(zip(PERSON, row[start + 1 : start + len(_USER)], strict=True))
    page = {"lines": messages, "before": before, "after": after, "people": people}
    return page | {"quotes": quoted} if quoted else page
