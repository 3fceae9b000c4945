"""Methods of a running match: move, resign, and claim that a player is away. The game decides which moves are legal."""

from collections.abc import Callable
from typing import Any, Final

from chat.selectors import access
from game import protocol
from game.engine.interface import Forfeit
from game.models import Match
from game.selectors.matches import began_at, seated_at
from game.services.matches import refuse_stranger
from game.services.tables import MatchSession, match_session, move_of
from realtime import Caller, ClientId, LogKey, Scopes, Signal, UserId, conflict, forbidden, method
from realtime.log import Batch, LogEvent

ABSENT_MS: Final = 30_000


@method("move.play", protocol.MovePlay)
def move_play(
    batch: Batch,
    *,
    caller: Caller,
    room: LogKey,
    cid: ClientId,
    match: int,
    version: int,
    move: Any,
    t: int | None = None,
    version_t: int | None = None,
) -> LogEvent:
    """Make a move of a player, on the current version of the table."""
    table = match_session(batch, room, access.member(caller, room).log, match, t)
    seat = refuse_stranger(table, caller)
    _refuse_idle(table)
    if table.match.version != version or (version_t is not None and table.table.version_t not in (version_t, None)):
        raise conflict("stale", table=table.table)
    table.apply(move_of(table, seat, move))
    return table.append(kind="match.moved", actor=caller.id, cid=cid, step=True, seat=seat, move=move)


@method("move.hover", protocol.MoveHover, lane="now")
def move_hover(
    *, caller: Caller, scopes: Scopes | None, room: LogKey, match: int, column: int | None = None
) -> list[Signal]:
    """Show the others over which column a player's pointer is."""
    if scopes is None or "member" not in scopes:
        raise forbidden("join the room first")
    hovered = None if column is None else {"match": match, "column": column}
    return [Signal(room, "hover", caller.id, hovered)]


def bot_move(batch: Batch, *, room: LogKey, log: int, match: int, version: int, move: Any) -> LogEvent | None:
    """Make the bot's move. Return None when the table has changed meanwhile."""
    table = match_session(batch, room, log, match)
    seat = table.turn
    if seat is None or table.match.version != version or not table.seats[seat].bot:
        return None
    table.apply(move_of(table, seat, move))
    return table.append(kind="match.moved", step=True, seat=seat, move=move)


@method("match.resign", protocol.MatchAct)
def match_resign(
    batch: Batch, *, caller: Caller, room: LogKey, cid: ClientId, match: int, t: int | None = None
) -> LogEvent:
    """Resign the match."""
    table = match_session(batch, room, access.member(caller, room).log, match, t)
    seat = refuse_stranger(table, caller)
    _refuse_idle(table)
    table.apply(Forfeit(seat, "resigned"))
    return table.append(kind="match.ended", actor=caller.id, cid=cid, step=True, seat=seat, reason="resigned")


@method("match.claim", protocol.MatchAct)
def match_claim(
    batch: Batch,
    *,
    caller: Caller,
    room: LogKey,
    cid: ClientId,
    match: int,
    absent_ms: Callable[[LogKey, UserId], int],
    t: int | None = None,
) -> LogEvent:
    """Claim that the opponent is away. If they do not answer in time, `claim_due` ends the match.

    `absent_ms` is how long this process has not seen them. It decides only whether a claim is allowed, because
    presence is not stored and may be wrong. The result depends on the log: on this event without an answer after it.
    """
    table = match_session(batch, room, access.member(caller, room).log, match, t)
    seat = refuse_stranger(table, caller)
    _refuse_idle(table)
    other = 1 - seat
    user = table.seats[other].user
    absent = min(absent_ms(room, UserId(user.key)), batch.now - began_at(table.match)) if user else 0
    if absent < ABSENT_MS:
        raise conflict("not_absent", retry_after_ms=ABSENT_MS - absent, table=table.table)
    if table.table.claim is not None:
        raise conflict("claimed", table=table.table)
    table.call(other)
    return table.append(kind="match.claimed", actor=caller.id, cid=cid, seat=other)


@method("match.present", protocol.MatchAct)
def match_present(
    batch: Batch, *, caller: Caller, room: LogKey, cid: ClientId, match: int, t: int | None = None
) -> LogEvent:
    """Answer a claim: the caller is here, and the game goes on."""
    table = match_session(batch, room, access.member(caller, room).log, match, t)
    seat = refuse_stranger(table, caller)
    if table.table.claim is None or table.table.claim.seat != seat:
        raise conflict("not_claimed", table=table.table)
    table.table.claim = None
    return table.append(kind="match.present", actor=caller.id, cid=cid, seat=seat)


def member_left(batch: Batch, room: LogKey, user: int) -> None:
    """Remove a person who leaves the room from its tables: a game is lost, a seat becomes free, a queue is left."""
    log = batch.log(room).pk
    if match := seated_at(log, user):
        _leave(match_session(batch, room, log, match.offset), user)


def _leave(table: MatchSession, user: int) -> None:
    seat = table.seat_of(user)
    if seat is None:
        return
    if table.match.state == Match.State.OPEN:
        table.leave_seat(seat)
        table.append(kind="match.unseated", seat=seat)
    else:
        table.apply(Forfeit(seat, "left"))
        table.append(kind="match.ended", step=True, seat=seat, reason="left")


def _refuse_idle(table: MatchSession) -> None:
    """Raise 409 unless the match is being played."""
    if table.match.state == Match.State.OPEN:
        raise conflict("not_begun", table=table.table)
    if table.match.state == Match.State.OVER:
        raise conflict("finished", table=table.table)


def matches_end(batch: Batch, room: LogKey) -> None:
    """End the open and the running matches of a room that is closed, without a winner."""
    log = batch.log(room).pk
    for offset in list(Match.objects.filter(log=log).exclude(state=Match.State.OVER).values_list("offset", flat=True)):
        table = match_session(batch, room, log, offset)
        table.nobody()
        table.append(kind="match.ended", seat=None, reason="nobody")
