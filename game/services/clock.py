"""Deadlines of matches: the end of a turn or of an open match, an unanswered claim, a bot that does not answer."""

from typing import Any

from game.engine.interface import Forfeit, Timeout
from game.services.liveness import lost_ms
from game.services.tables import ANSWER_MS, NUDGE_MS, MatchSession, match_session
from realtime import LogKey
from realtime.log import Batch


def clock_due(batch: Batch, room: LogKey, data: Any) -> None:
    """Handle the deadline `game.clock`: end the turn or the open match, unless it was prolonged or has ended."""
    table = match_session(batch, room, batch.log(room).pk, data["match"])
    match = table.match
    if match.deadline is None or _gives_back(table) or batch.now < match.deadline:
        return
    seat = table.turn
    if seat is None:
        table.nobody()
        table.append(kind="match.ended", seat=None, reason="nobody")
    else:
        table.apply(Timeout(seat))
        table.append(kind="match.timed_out", step=True, seat=seat)


def claim_due(batch: Batch, room: LogKey, data: Any) -> None:
    """Handle the deadline `game.claim`: the called player has not answered and loses.

    After a downtime, in which no answer was possible, the player is called again.
    """
    table = match_session(batch, room, batch.log(room).pk, data["match"])
    claim = table.table.claim
    if claim is None or claim.o != data["o"]:
        return
    if lost_ms(claim.until - ANSWER_MS, batch.now):
        table.call(claim.seat)
        table.append(kind="match.claimed", seat=claim.seat)
    else:
        table.apply(Forfeit(claim.seat, "absent"))
        table.append(kind="match.ended", step=True, seat=claim.seat, reason="absent")


def nudge_due(batch: Batch, room: LogKey, data: Any) -> None:
    """Handle the deadline `game.nudge`: ask a bot that has not moved again, in any process."""
    table = match_session(batch, room, batch.log(room).pk, data["match"])
    turn, turn_at = table.turn, table.match.turn_at
    if turn is not None and turn_at is not None and table.seats[turn].bot and turn_at + NUDGE_MS <= batch.now:
        table.ask_bot()


def _gives_back(table: MatchSession) -> bool:
    """Prolong the turn by the time that it lost to outages. Return whether it lost any."""
    match, now = table.match, table.batch.now
    if match.turn_at is None or match.deadline is None:
        return False
    more = lost_ms(match.turn_at, now) - match.given
    if more <= 0:
        return False
    match.given += more
    table.until(match.deadline + more)
    table.append(kind="match.clocked", ms=more)
    return True
