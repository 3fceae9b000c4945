"""A match under the lock of its room: its seats, its changes, and the one event of each change."""

import secrets
from collections.abc import Callable
from functools import partial
from typing import Any, Final

import msgspec
from django.db import transaction

from accounts.models import User
from chat.services.messages import card_update
from game.cards import Claim, Table
from game.engine.interface import GameEvent, IllegalMove, Move, Result
from game.engine.record import dump, load
from game.games import GAMES
from game.models import Match, Seat
from game.selectors.matches import match_find, seats_of, table_of
from game.services.liveness import beat_start
from realtime import ClientId, LogKey, RealtimeError, UserId, conflict, encode, unprocessable
from realtime.log import Batch, LogEvent

OPEN_MS: Final = 30 * 60_000
"""An open match that has not started ends after this time."""
ANSWER_MS: Final = 15_000
"""A player has this time to answer a claim."""
NUDGE_MS: Final = 5_000
"""A bot that has not moved after this time is asked again: its process may have died."""

BotTurn = Callable[[LogKey, int], None]
_bot_turns: list[BotTurn] = []


def on_bot_turn(listener: BotTurn) -> None:
    """Call `listener(room, match)` after each commit that leaves a bot to move."""
    _bot_turns.append(listener)


class MatchSession:
    """A match and its seats while they change. `append` writes a change, and `stage` stages a new match."""

    def __init__(self, batch: Batch, room: LogKey, match: Match, seats: dict[int, Seat], table: Table) -> None:
        self.batch, self.room, self.match, self.seats, self.table = batch, room, match, seats, table
        self.game = GAMES[match.game]
        self.position = None if match.position is None else load(self.game, match.position)

    # Seats

    def seat_of(self, user: int) -> int | None:
        return next((number for number, seat in self.seats.items() if seat.user_id == user), None)

    def seated(self, number: int) -> bool:
        return number in self.seats

    @property
    def turn(self) -> int | None:
        playing = self.position is not None and self.match.state == Match.State.PLAYING
        return self.game.to_act(self.position) if playing else None

    def sit(self, number: int, *, user: User | None = None, bot: str = "") -> None:
        """Fill a free seat; with the last one the game begins."""
        self.seats[number] = Seat(log_id=self.match.log_id, match=self.match.offset, number=number, user=user, bot=bot)
        if user and user.key in self.table.waiting:
            self.table.waiting.remove(user.key)
        if len(self.seats) == self.game.seats:
            self.match.state = Match.State.PLAYING
            self.position = self.game.setup(self.match.seed, self.match.first)
            beat_start(self.batch, self.room)
            self._turn_begins()

    def leave_seat(self, number: int) -> None:
        """Free a seat before the game begins. The match ends with the last person who leaves it."""
        self.seats.pop(number).delete()
        if not any(seat.user_id for seat in self.seats.values()):
            self.nobody()

    # Changes

    def apply(self, event: GameEvent) -> None:
        """Apply an event of the game. For an illegal one raise the error response, with the current table."""
        try:
            self.position = self.game.apply(self.position, event)
        except IllegalMove as refused:
            raise illegal(refused.reason, self.table) from None
        if self.table.claim and isinstance(event, Move) and event.seat == self.table.claim.seat:
            self.table.claim = None
        result = self.game.result(self.position)
        if result:
            self._over(result)
        else:
            self._turn_begins()

    def nobody(self) -> None:
        """End the match without a winner."""
        self._over(Result(None, "nobody"))

    def _over(self, result: Result) -> None:
        self.table.result, self.table.claim = result, None
        self.match.state, self.match.deadline = Match.State.OVER, None

    def _turn_begins(self) -> None:
        self.match.turn_at, self.match.given = self.batch.now, 0
        self.until(self.batch.now + self.game.turn_ms)
        if self.turn is not None and self.seats[self.turn].bot:
            self.ask_bot()

    def call(self, seat: int) -> None:
        """Claim that the player of `seat` is away. The caller appends the event of the claim next."""
        self.table.claim = Claim(seat, self.batch.now + ANSWER_MS, self._next)
        self.batch.schedule(
            self.room, "game.claim", self.table.claim.until, {"match": self.match.offset, "o": self._next}
        )

    def ask_bot(self) -> None:
        """Ask the bot after COMMIT, and again when no answer comes."""
        for listener in _bot_turns:
            transaction.on_commit(partial(listener, self.room, self.match.offset), robust=True)
        self.batch.schedule(self.room, "game.nudge", self.batch.now + NUDGE_MS, {"match": self.match.offset})

    def until(self, deadline: int) -> None:
        """Set the deadline of the clock."""
        self.match.deadline = deadline
        self.batch.schedule(self.room, "game.clock", deadline, {"match": self.match.offset})

    # Events

    def append(
        self,
        *,
        kind: str,
        actor: UserId | None = None,
        cid: ClientId | None = None,
        step: bool = False,
        **data: Any,
    ) -> LogEvent:
        """Append the event of the change, with the new table. A `step` is part of the replay."""
        if kind == "match.moved":
            self.table.last = self._next
        self._settle(step)
        content = {"match": self.match.offset, **data, "table": self.table}
        event = self.batch.append(self.room, kind=kind, data=content, actor=actor, cid=cid)
        self.match.save()
        for seat in self.seats.values():
            if seat.pk is None:
                seat.save()
        card_update(self.batch, room=self.room, o=self.match.offset, card=self.table)
        return event

    def stage(self) -> Table:
        """Stage a new match, whose message is the next event."""
        self._settle(step=self.position is not None)
        for row in (self.match, *self.seats.values()):
            self.batch.insert(row)
        return self.table

    @property
    def _next(self) -> int:
        return self.batch.log(self.room).head + 1

    def _settle(self, step: bool) -> None:
        """Update the columns that depend on the others: the table, and those for queries."""
        match, table, position = self.match, self.table, self.position
        match.version = table.version = self._next
        table.version_t = self.batch.next_tag(self.room)
        if step:
            match.record = _text([*msgspec.json.decode(match.record), match.version])
        table.state, table.turn = match.state, self.turn
        table.deadline = match.deadline if match.state == Match.State.PLAYING else None
        table.seats = [_seat(self.seats.get(number)) for number in range(self.game.seats)]
        if position is not None:
            match.position = dump(self.game, position)
            table.view, table.says = self.game.view(position, None), self.game.describe(position, None)
        match.table = _text(table)


def match_session(batch: Batch, room: LogKey, log: int, o: int, t: int | None = None) -> MatchSession:
    """Return the match whose message is at `o`; the batch holds the room's lock.

    `t` is the tag of that message. Raise 409 `replaced` when a restored backup has another one there.
    """
    batch.log(room)
    match = match_find(log, o)
    if t is not None and table_of(match).t not in (t, None):
        raise conflict("replaced")
    return MatchSession(batch, room, match, {seat.number: seat for seat in seats_of(match)}, table_of(match))


def opened(batch: Batch, room: LogKey, log: int, game: str, first: int = 0) -> MatchSession:
    """Return a new match without players. Its message is the next event of the batch."""
    o = batch.log(room).head + 1
    match = Match(log_id=log, offset=o, version=o, game=game, seed=secrets.randbits(32), first=first)
    table = Table(game=game, match=o, t=batch.next_tag(room), version=o, state=match.state, seats=[])
    table.waiting = []
    session = MatchSession(batch, room, match, {}, table)
    session.until(batch.now + OPEN_MS)
    return session


def illegal(reason: str, table: Table) -> RealtimeError:
    """Return the error response for an illegal move."""
    match reason:
        case "out_of_turn":
            return conflict("out_of_turn", table=table)
        case "full_column":
            return conflict("full_column", table=table)
        case "finished":
            return conflict("finished", table=table)
        case _:
            return unprocessable("invalid_move")


def move_of(table: MatchSession, seat: int, given: Any) -> Move:
    """Return the received value as a move of this game."""
    try:
        return Move(seat, table.game.move_of(given))
    except IllegalMove:
        raise unprocessable("invalid_move") from None


def _text(value: Any) -> str:
    return encode(value).decode()


def _seat(seat: Seat | None) -> dict[str, str] | None:
    if seat is None:
        return None
    return {"user": seat.user.key} if seat.user else {"bot": seat.bot}
