"""The methods of matches (docs/protocol.md, "Requests"): each calls one service or selector and shapes its answer."""

from functools import partial
from typing import Any

from chat.methods.logs import room_and_site
from chat.selectors import access
from game import protocol
from game.selectors.matches import match_find, steps, table_of
from game.services import matches, moves
from realtime.errors import forbidden
from realtime.log import Batch
from realtime.methods import Call, Method
from realtime.types import Signal


def match_create(batch: Batch, call: Call) -> None:
    given = call.params
    matches.match_create(batch, caller=call.caller, room=given.room, cid=given.cid, game=given.game, bot=given.bot)


def match_read(call: Call) -> dict[str, Any]:
    match = match_find(access.readable(call.caller, call.params.room).log, call.params.match)
    return {"table": table_of(match), "steps": steps(match)}


def match_resign(batch: Batch, call: Call) -> None:
    given = call.params
    moves.match_resign(batch, caller=call.caller, room=given.room, cid=given.cid, match=given.match, t=given.t)


def match_claim(batch: Batch, call: Call) -> None:
    given = call.params
    absent_ms = partial(call.absent_ms, given.room)
    moves.match_claim(
        batch, caller=call.caller, room=given.room, cid=given.cid, match=given.match, t=given.t, absent_ms=absent_ms
    )


def match_present(batch: Batch, call: Call) -> None:
    given = call.params
    moves.match_present(batch, caller=call.caller, room=given.room, cid=given.cid, match=given.match, t=given.t)


def match_rematch(batch: Batch, call: Call) -> None:
    given = call.params
    matches.match_rematch(batch, caller=call.caller, room=given.room, cid=given.cid, match=given.match, t=given.t)


def seat_take(batch: Batch, call: Call) -> None:
    given = call.params
    matches.seat_take(
        batch, caller=call.caller, room=given.room, cid=given.cid, match=given.match, t=given.t, seat=given.seat
    )


def seat_leave(batch: Batch, call: Call) -> None:
    given = call.params
    matches.seat_leave(batch, caller=call.caller, room=given.room, cid=given.cid, match=given.match, t=given.t)


def seat_bot(batch: Batch, call: Call) -> None:
    given = call.params
    matches.seat_bot(
        batch,
        caller=call.caller,
        room=given.room,
        cid=given.cid,
        match=given.match,
        t=given.t,
        seat=given.seat,
        bot=given.bot,
    )


def seat_wait(batch: Batch, call: Call) -> None:
    given = call.params
    matches.seat_wait(
        batch, caller=call.caller, room=given.room, cid=given.cid, match=given.match, t=given.t, waiting=given.waiting
    )


def move_play(batch: Batch, call: Call) -> None:
    given = call.params
    moves.move_play(
        batch,
        caller=call.caller,
        room=given.room,
        cid=given.cid,
        match=given.match,
        t=given.t,
        version=given.version,
        version_t=given.version_t,
        move=given.move,
    )


def move_hover(call: Call) -> list[Signal]:
    """Where a player's hand is; whose it is, the readers know by the table."""
    if call.labels is None or "member" not in call.labels:
        raise forbidden("join the room first")
    given = call.params
    hovered = None if given.column is None else {"match": given.match, "column": given.column}
    return [Signal(given.room, "hover", call.caller.id, hovered)]


_METHODS = [
    Method(name="match.create", params=protocol.MatchCreate, function=match_create, lane="write", logs=room_and_site),
    Method(name="match.read", params=protocol.MatchRead, function=match_read, lane="read", cost=4),
    Method(name="match.resign", params=protocol.MatchAct, function=match_resign, lane="write"),
    Method(name="match.claim", params=protocol.MatchAct, function=match_claim, lane="write"),
    Method(name="match.rematch", params=protocol.MatchAct, function=match_rematch, lane="write", logs=room_and_site),
    Method(name="match.present", params=protocol.MatchAct, function=match_present, lane="write"),
    Method(name="seat.take", params=protocol.SeatTake, function=seat_take, lane="write"),
    Method(name="seat.leave", params=protocol.MatchAct, function=seat_leave, lane="write"),
    Method(name="seat.bot", params=protocol.SeatBot, function=seat_bot, lane="write"),
    Method(name="seat.wait", params=protocol.SeatWait, function=seat_wait, lane="write"),
    Method(name="move.play", params=protocol.MovePlay, function=move_play, lane="write"),
    Method(name="move.hover", params=protocol.MoveHover, function=move_hover, lane="now"),
]
METHODS = {method.name: method for method in _METHODS}
