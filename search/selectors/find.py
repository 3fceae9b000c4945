"""Search messages: the index gives candidates, newest first, and the rights of the reader are applied to each."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any, Final

import msgspec

from accounts.selectors import PERSON, person_columns
from chat.models import Message, Room
from chat.selectors.access import may_read_all
from chat.selectors.rooms import direct_names, facts_of
from realtime import Caller, LogKey, Scopes, forbidden, method
from realtime.log import in_audience, now_ms
from search import protocol
from search.document import Condition, conditions
from search.models import Building
from search.query import Query, parse
from search.selectors.cut import Cut, bound, cut, place
from search.selectors.names import people_named, rooms_named
from search.selectors.rights import few_rooms, visible
from search.snippet import snippet
from search.storage import index

PAGE: Final = 20
AHEAD_MS: Final = 10 * 60_000
"""Keys of messages follow their times but for so many ms, because transactions overlap."""
BUILT_MS: Final = 30_000
"""A sign that the index is being built is believed for so many ms."""
_ROW: Final = ("pk", "log__key", "offset", "tag", "at", "edited_at", "data", "audience", "author__key")
_PERSON_AT: Final = len(_ROW)


@dataclass(slots=True)
class Found:
    """The rows found so far, and the key down to which all messages were looked at."""

    rows: list[Any] = field(default_factory=list)
    floor: int = 0
    scopes: dict[LogKey, Scopes | None] = field(default_factory=dict)
    """The caller's scopes in the rooms of the candidates; None where the caller may not read."""


@method("search.messages", protocol.SearchMessages, lane="read", cost=4)
def search_messages(*, caller: Caller, query: str, before: str | None = None, zone: int = 0) -> dict[str, Any]:
    """Return a page of the messages that match, newest first, with the rooms and people that they name."""
    if not caller.pk:
        raise forbidden("enter first")
    asked = parse(query, zone)
    with place(caller.pk):
        people, rooms = people_named(caller, asked.people), rooms_named(caller, asked.rooms)
        few = rooms or few_rooms(caller)
        found = Found()
        with cut() as end:
            least, below = _bounds(asked, before)
            found.floor = below
            if few != []:
                _collect(found, caller, asked, conditions(asked, people, few or ()), least, below, end)
        return _answer(caller, asked, found, end.reached)


def _bounds(asked: Query, before: str | None) -> tuple[int, int]:
    """Return the least key of the messages asked for, and the one after the greatest."""
    newest = Message.objects.order_by("-pk").values_list("pk", flat=True).first() or 0
    least = 0 if asked.since is None else _key_at(asked.since - AHEAD_MS, newest)
    below = newest + 1 if asked.until is None else _key_at(asked.until + AHEAD_MS, newest)
    return least, below if before is None else min(below, int(before))


def _key_at(at: int, newest: int) -> int:
    """Return about the first key of a message of this time or later, by halving. Times have no index."""
    low, high = 0, newest + 1
    while low < high:
        middle = (low + high) // 2
        row = Message.objects.filter(pk__gte=middle).order_by("pk").values_list("pk", "at").first()
        if row is None or row[1] >= at:
            high = middle
        else:
            low = row[0] + 1
    return low


def _collect(
    found: Found, caller: Caller, asked: Query, wanted: Sequence[Condition], least: int, below: int, end: Cut
) -> None:
    """Add one row more than a page has, as long as there is time."""
    candidates = index().find(wanted, below, least)
    while bound(end) and len(found.rows) <= PAGE:
        messages, floor = next(candidates, ([], 0))
        for part in _rows(caller, asked, messages, end):
            found.rows += _heard(found, caller, part)
            if len(found.rows) > PAGE:
                return
        if end.reached:
            return
        found.floor = floor
        if floor <= least or not floor:
            found.floor = 0
            return


def _rows(caller: Caller, asked: Query, messages: list[int], end: Cut) -> Iterator[list[Any]]:
    """Yield the visible ones of these messages, part by part."""
    while messages and bound(end):
        rows = visible(caller, messages)
        if asked.since is not None:
            rows = rows.filter(at__gte=asked.since)
        if asked.until is not None:
            rows = rows.filter(at__lt=asked.until)
        part = list(rows.values_list(*_ROW, *person_columns("author__"), named=True)[: PAGE + 1])
        yield part
        messages = [pk for pk in messages if pk < part[-1].pk] if len(part) > PAGE else []


def _heard(found: Found, caller: Caller, rows: Sequence[Any]) -> list[Any]:
    """Return the rows in rooms that the caller may read, and with an audience that contains the caller."""
    unknown = {LogKey(row.log__key) for row in rows} - found.scopes.keys()
    if unknown:
        scopes = may_read_all([(caller, room) for room in unknown])
        found.scopes |= {room: scopes.get((caller.id, room)) for room in unknown}
    scoped = ((row, found.scopes[LogKey(row.log__key)]) for row in rows)
    return [row for row, scopes in scoped if scopes is not None and in_audience(row.audience, scopes)]


def _answer(caller: Caller, asked: Query, found: Found, partial: bool) -> dict[str, Any]:
    rows, more = found.rows[:PAGE], len(found.rows) > PAGE
    reached = min(found.floor, rows[-1].pk) if rows else found.floor
    people = {row.author__key: dict(zip(PERSON, row[_PERSON_AT:], strict=True)) for row in rows if row.author__key}
    return {
        "hits": [_hit(row, asked) for row in rows],
        "people": people,
        "rooms": _rooms_of(caller, {row.log__key for row in rows}),
        "next": str(reached) if more or (partial and reached) else None,
        "partial": partial and not more,
        "building": Building.objects.filter(at__gt=now_ms() - BUILT_MS).exists(),
    }


def _hit(row: Any, asked: Query) -> dict[str, Any]:
    data = msgspec.json.decode(row.data)
    place = {"room": row.log__key, "o": row.offset, "t": row.tag, "at": row.at, "by": row.author__key}
    more = {"edited": row.edited_at, "files": [each["name"] for each in data.get("files") or []]}
    return {**place, "snippet": snippet(data, asked), **{name: value for name, value in more.items() if value}}


def _rooms_of(caller: Caller, keys: set[str]) -> dict[str, Any]:
    rooms = list(Room.objects.filter(log__key__in=keys).select_related("log"))
    names = direct_names(caller, rooms)
    return {room.log.key: facts_of(room.log.key, room) | names.get(room.pk, {}) for room in rooms}
