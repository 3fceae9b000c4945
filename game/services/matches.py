"""Methods of matches before and after the game: create one, take or leave a seat, wait for the next one, rematch."""

from typing import Final

from accounts.models import User
from accounts.services.quotas import quota_use
from chat.plugin import NewMessage
from chat.selectors import access
from chat.services.memberships import post_time_note
from chat.services.messages import message_append
from game import protocol
from game.cards import Table
from game.games import GAMES
from game.models import Match
from game.selectors.matches import seated_at, table_of
from game.services.tables import MatchSession, match_session, opened
from realtime import Caller, ClientId, LogKey, conflict, forbidden, method, room_and_site, unprocessable
from realtime.log import Batch, LogEvent

QUEUE_SIZE: Final = 10
"""The greatest number of people who wait for the next match."""


@method("match.create", protocol.MatchCreate, logs=room_and_site)
def match_create(
    batch: Batch, *, caller: Caller, room: LogKey, cid: ClientId, game: str, bot: str | None = None
) -> LogEvent:
    """Post a match. Its maker gets the first seat; with a bot the game starts."""
    room_access = access.author(caller, room)
    table = table_new(batch, caller=caller, room=room, log=room_access.log, game=game, bot=bot)
    event = message_append(batch, room=room, message=NewMessage(table), caller=caller, cid=cid)
    if room_access.slow_s:
        post_time_note(batch, room_access=room_access, caller=caller)
    return event


def table_new(batch: Batch, *, caller: Caller, room: LogKey, log: int, game: str, bot: str | None) -> Table:
    """Stage a match. The caller appends its message next."""
    if game not in GAMES or (bot and bot not in GAMES[game].levels):
        raise unprocessable("unknown_game", game[:20])
    _refuse_seated(log, caller)
    quota_use("matches", pk=caller.pk, now=batch.now)
    table = opened(batch, room, log, game)
    table.sit(0, user=_user(caller))
    if bot:
        table.sit(1, bot=bot)
    return table.stage()


@method("seat.take", protocol.SeatTake)
def seat_take(
    batch: Batch, *, caller: Caller, room: LogKey, cid: ClientId, match: int, seat: int, t: int | None = None
) -> LogEvent:
    """Sit down; with the last seat the game begins."""
    table = _open_table(batch, caller, room, match, t)
    _refuse_taken(table, seat)
    _refuse_seated(table.match.log_id, caller)
    table.sit(seat, user=_user(caller))
    started = table.position is not None
    return table.append(kind="match.seated", actor=caller.id, cid=cid, step=started, seat=seat)


@method("seat.bot", protocol.SeatBot)
def seat_bot(
    batch: Batch, *, caller: Caller, room: LogKey, cid: ClientId, match: int, seat: int, bot: str, t: int | None = None
) -> LogEvent:
    """Give a free seat to a bot. Only a player of the match may do so."""
    table = _open_table(batch, caller, room, match, t)
    refuse_stranger(table, caller)
    _refuse_taken(table, seat)
    table.sit(seat, bot=bot)
    started = table.position is not None
    return table.append(kind="match.seated", actor=caller.id, cid=cid, step=started, seat=seat)


@method("seat.leave", protocol.MatchAct)
def seat_leave(
    batch: Batch, *, caller: Caller, room: LogKey, cid: ClientId, match: int, t: int | None = None
) -> LogEvent:
    """Leave a seat before the game begins."""
    table = _open_table(batch, caller, room, match, t)
    seat = refuse_stranger(table, caller)
    table.leave_seat(seat)
    return table.append(kind="match.unseated", actor=caller.id, cid=cid, seat=seat)


@method("seat.wait", protocol.SeatWait)
def seat_wait(
    batch: Batch, *, caller: Caller, room: LogKey, cid: ClientId, match: int, waiting: bool, t: int | None = None
) -> LogEvent:
    """Join or leave the queue for the next match."""
    table = _table(batch, caller, room, match, t)
    queue = table.table.waiting
    if table.seat_of(caller.pk) is not None or (caller.id in queue) == waiting:
        raise conflict("conflict", "so already", table=table.table)
    if waiting and len(queue) >= QUEUE_SIZE:
        raise conflict("line_full", table=table.table)
    if waiting:
        queue.append(caller.id)
    else:
        queue.remove(caller.id)
    return table.append(kind="match.waited", actor=caller.id, cid=cid, user=caller.id, waiting=waiting)


@method("match.rematch", protocol.MatchAct, logs=room_and_site)
def match_rematch(
    batch: Batch, *, caller: Caller, room: LogKey, cid: ClientId, match: int, t: int | None = None
) -> LogEvent:
    """Create a rematch. The seat that lost starts. The first in the queue gets the seat of the opponent.

    While others wait, the loser cannot create it.
    """
    old = match_session(batch, room, access.author(caller, room, slowed=False).log, match, t)
    seat = refuse_stranger(old, caller)
    if old.match.state != Match.State.OVER:
        raise conflict("playing", table=old.table)
    if old.table.rematch is not None:
        raise conflict("conflict", "there is one", table=old.table)
    _refuse_seated(old.match.log_id, caller)
    quota_use("matches", pk=caller.pk, now=batch.now)
    table = _again(batch, old, seat, caller)
    event = message_append(batch, room=room, message=NewMessage(table), caller=caller, cid=cid)
    old.table.rematch = event.o
    old.append(kind="match.rematched", actor=caller.id)
    return event


def _again(batch: Batch, old: MatchSession, seat: int, caller: Caller) -> Table:
    """Create the next table with the caller, the bots and the first in the queue. Other seats stay free."""
    result = old.table.result
    lost = result is not None and result.winner is not None and result.winner != seat
    others = [user for user in _waiting(old) if user.pk != caller.pk]
    if lost and others:
        raise forbidden("others are next in line")
    loser = old.match.first if result is None or result.winner is None else 1 - result.winner
    new = opened(batch, old.room, old.match.log_id, old.match.game, first=loser)
    new.table.waiting = [user.key for user in others]
    new.sit(seat, user=_user(caller))
    for number, taken in old.seats.items():
        if number != seat and taken.bot:
            new.sit(number, bot=taken.bot)
        elif number != seat and others:
            new.sit(number, user=others[0])
    return new.stage()


def _waiting(old: MatchSession) -> list[User]:
    """Return the people in the queue who are still in the room and have no other seat."""
    found = {user.key: user for user in User.objects.filter(key__in=old.table.waiting)}
    users = [found[key] for key in old.table.waiting if key in found]
    access_table = access.access_table({old.room}, {user.pk for user in users})
    return [
        user
        for user in users
        if (room_access := access_table.get((old.room, user.pk)))
        and room_access.role
        and not seated_at(room_access.log, user.pk)
    ]


def _table(batch: Batch, caller: Caller, room: LogKey, match: int, t: int | None) -> MatchSession:
    """Return the match, for a member of its room."""
    return match_session(batch, room, access.member(caller, room).log, match, t)


def _open_table(batch: Batch, caller: Caller, room: LogKey, match: int, t: int | None) -> MatchSession:
    table = _table(batch, caller, room, match, t)
    if table.match.state != Match.State.OPEN:
        raise conflict("begun", table=table.table)
    return table


def refuse_stranger(table: MatchSession, caller: Caller) -> int:
    """Return the caller's seat, or raise 403 for a spectator."""
    seat = table.seat_of(caller.pk)
    if seat is None:
        raise forbidden("only who sits there")
    return seat


def _refuse_taken(table: MatchSession, seat: int) -> None:
    if seat >= table.game.seats:
        raise unprocessable("invalid_seat")
    if table.seated(seat):
        raise conflict("seat_taken", table=table.table)


def _refuse_seated(log: int, caller: Caller) -> None:
    """Raise 409 when the caller has an unfinished match in the room."""
    if other := seated_at(log, caller.pk):
        raise conflict("seated", table=table_of(other))


def _user(caller: Caller) -> User:
    """Return a user with only the primary key, for foreign keys."""
    return User(pk=caller.pk, key=caller.id)
