"""Selectors of matches, for readers of their room."""

from collections.abc import Sequence
from typing import Any, Final

import msgspec
from django.db.models import Exists, OuterRef, QuerySet, Subquery

from chat.selectors import access
from chat.selectors.head_cache import cached_by_head
from game import protocol
from game.cards import Table
from game.models import Match, Seat
from realtime import Caller, Head, LogKey, Scopes, method, not_found
from realtime.models import Event
from realtime.storage.prepared import prepared

UNFINISHED: Final = 20
"""The greatest number of matches in a snapshot of a room."""
_table = msgspec.json.Decoder(Table)


@method("match.read", protocol.MatchRead, lane="read", cost=4)
def match_read(*, caller: Caller, room: LogKey, match: int) -> dict[str, Any]:
    """Return a match's table and the steps of its replay, for a reader of the room."""
    found = match_find(access.readable(caller, room).log, match)
    return {"table": table_of(found), "steps": steps(found)}


def match_find(log: int, o: int) -> Match:
    """Return the match whose message is at the offset, or raise 404."""
    found = Match.objects.filter(log=log, offset=o).first()
    if found is None:
        raise not_found("no such match")
    return found


def table_of(match: Match) -> Table:
    return _table.decode(match.table)


def seats_of(match: Match) -> "QuerySet[Seat]":
    return Seat.objects.filter(log=match.log_id, match=match.offset).select_related("user").order_by("number")


def seated_at(log: int, user: int) -> Match | None:
    """Return the unfinished match of a person in the room; there is at most one."""
    return unfinished(log).filter(_seats(user)).first()


def seated_in(user: int) -> list[int]:
    """Return the logs of a person's unfinished matches."""
    rows = Match.objects.exclude(state=Match.State.OVER).filter(_seats(user))
    return list(rows.order_by().values_list("log", flat=True).distinct())


def turns(caller: Caller) -> list[dict[str, Any]]:
    """Return the matches in which it is the caller's turn, for the inbox."""
    number = Seat.objects.filter(log=OuterRef("log"), match=OuterRef("offset"), user=caller.pk).values("number")[:1]
    rows = Match.objects.filter(_seats(caller.pk), state=Match.State.PLAYING).annotate(number=Subquery(number))
    rows = rows.select_related("log__room").order_by("-turn_at")[:UNFINISHED]
    return [
        {
            "kind": "turn",
            "room": match.log.key,
            "name": match.log.room.name,
            "o": match.offset,
            "at": match.turn_at or 0,
            "game": match.game,
        }
        for match in rows
        if table_of(match).turn == match.number
    ]


def unfinished(log: int) -> "QuerySet[Match]":
    return Match.objects.filter(log=log).exclude(state=Match.State.OVER).order_by("-offset")


def _seats(user: int) -> Exists:
    """Return a subquery for each match: few matches are unfinished, and a person may have many old seats."""
    return Exists(Seat.objects.filter(log=OuterRef("log"), match=OuterRef("offset"), user=user))


def tables_part(room: LogKey, scopes: Scopes, head: Head) -> dict[str, Any]:
    """Return `snapshot.parts.matches`: the tables of the newest `UNFINISHED` matches that are not over, by offset."""
    return _tables_now(room, head)


@cached_by_head
def _tables_now(room: LogKey) -> dict[str, Any]:
    return {str(o): msgspec.json.decode(table) for o, table in _tables(room)}


@prepared
def _tables(room: LogKey) -> "QuerySet[Match, tuple[int, str]]":
    rows = Match.objects.filter(log__key=room).exclude(state=Match.State.OVER)
    return rows.order_by("-offset").values_list("offset", "table")[:UNFINISHED]


def leaving(room: LogKey, user: int) -> dict[str, Any]:
    """Return `{match: table or None}`: the running match that ends when this player is removed from the room."""
    playing = Match.objects.filter(log__key=room).exclude(state=Match.State.OVER).filter(_seats(user))
    found = next((match for match in playing if match.state == Match.State.PLAYING), None)
    return {"match": table_of(found) if found else None}


def began_at(match: Match) -> int:
    """Return when the last seat was taken, in ms UTC."""
    first = msgspec.json.decode(match.record)[0]
    return Event.objects.values_list("at", flat=True).get(log=match.log_id, offset=first)


def steps(match: Match) -> Sequence[dict[str, Any]]:
    """Return the steps of the match from its events: `{o, at, kind, by, seat, view, says}`."""
    record = msgspec.json.decode(match.record)
    rows = Event.objects.filter(log=match.log_id, offset__in=record).order_by("offset")
    return [_step(row, msgspec.json.decode(row.data)) for row in rows if row.data]


def _step(row: Event, data: dict[str, Any]) -> dict[str, Any]:
    """Return the step of an event. The data of the message's own event is the table; others contain it."""
    table = data.get("table", data)
    seen = {"seat": data.get("seat"), "view": table["view"], "says": table["says"]}
    return {"o": row.offset, "at": row.at, "kind": row.kind, "by": row.actor, **seen}
