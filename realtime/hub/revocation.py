"""Changed permissions: delivery stops at once, the database is asked afterwards, and then delivery goes on.

Everything here fails closed. While the database does not answer, those in doubt get nothing; if their permissions
cannot be found out at all, their connections end, and the next hello asks anew.
"""

import asyncio
import logging
from collections.abc import Callable, Collection, Mapping, Sequence
from typing import TYPE_CHECKING, Final

from realtime import errors
from realtime.errors import Close, RealtimeError
from realtime.hub.room import Room
from realtime.hub.rooms import Rooms
from realtime.log.permissions import PermissionsChanged
from realtime.methods import Backend
from realtime.types import Labels, LogKey, UserId
from realtime.workers.readers import Readers

if TYPE_CHECKING:
    from realtime.connection.connection import Connection

logger = logging.getLogger(__name__)

AGAIN_S: Final = 1.0
PAIRS: Final = 500
"""(connection, room) pairs that one query asks about"""

PERSONS: Final = 100
"""connections whose log-in sessions are looked at before the database is asked anew: two queries each"""

Pair = tuple["Connection", Room]
Logins = Callable[[Collection[str]], Mapping[str, Close]]
"""(keys of login sessions) -> those that may no longer come in, and how their connections end"""


class Revocation:
    """Stops and rechecks the connections of one process. It has a reader of its own: nothing else can delay it."""

    def __init__(
        self,
        rooms: Rooms,
        backend: Backend,
        logins: Logins,
        resume: Callable[["Connection", LogKey], None],
        answer_s: float,
    ) -> None:
        self._rooms, self._backend, self._logins, self._resume = rooms, backend, logins, resume
        self._reader = Readers(answer_s, 1, name="recheck")
        self.count = 0
        """how often permissions have changed: what was read before must be read again"""

    async def stop(self) -> None:
        await self._reader.stop()

    def begin(self, change: PermissionsChanged) -> list[Pair]:
        """End what is over, and stop delivery to everybody else it may be about. The caller runs `recheck` next."""
        self.count += 1
        connections = self._rooms.connections(change.user)
        if change.login is not None:
            for connection in connections:
                if connection.caller.login == change.login:
                    connection.end(errors.LOGIN_ENDED)
            return []
        held = [
            (connection, room) for connection in connections for room in self._rooms.listened(connection, change.log)
        ]
        for connection, room in held:
            room.hold(connection)
        return held

    async def recheck(self, change: PermissionsChanged, held: Sequence[Pair]) -> None:
        """Ask until the database answers, then let delivery go on where it may."""
        said = False
        try:
            while refusal := await self._asked(change, held):
                if not said:
                    logger.warning("changed permissions wait: %s", refusal.detail)
                said = True
                await asyncio.sleep(AGAIN_S)
        except Exception:
            logger.exception("permissions could not be checked: %d connections must come back", len(held))
            for connection in {connection for connection, _ in held} | set(self._persons(change)):
                connection.end(errors.FAILED)
        finally:
            for connection, room in held:
                if room.release(connection):
                    self._resume(connection, room.key)

    async def again(self, connection: "Connection") -> None:
        """Ask which of its rooms a connection may still read."""
        held = [(connection, room) for room in self._rooms.listened(connection, None)]
        self._apply(held, await self._reader.run(self._labels, held), PermissionsChanged())

    def _persons(self, change: PermissionsChanged) -> list["Connection"]:
        """The connections whose person may have lost the right to come in at all."""
        return [] if change.log or change.login else self._rooms.connections(change.user)

    async def _asked(self, change: PermissionsChanged, held: Sequence[Pair]) -> RealtimeError | None:
        """Ask about all of them, or return why the database did not answer."""
        persons = self._persons(change)
        try:
            for start in range(0, len(persons), PERSONS):
                some = persons[start : start + PERSONS]
                closes = await self._reader.run(self._logins, {each.session_key or "" for each in some})
                for connection in some:
                    if close := closes.get(connection.session_key or ""):
                        connection.end(close)
            for start in range(0, len(held), PAIRS):
                part = held[start : start + PAIRS]
                self._apply(part, await self._reader.run(self._labels, part), change)
        except RealtimeError as refusal:
            return refusal
        return None

    def _labels(self, held: Sequence[Pair]) -> Mapping[tuple[UserId, LogKey], Labels]:
        return self._backend.may_read_all([(connection.caller, room.key) for connection, room in held])

    def _apply(
        self, held: Sequence[Pair], found: Mapping[tuple[UserId, LogKey], Labels], change: PermissionsChanged
    ) -> None:
        for connection, room in held:
            labels = found.get((connection.caller.id, room.key))
            if room.key not in connection.rooms or connection.out.ending:
                continue
            if labels is None:
                self._rooms.forget(connection, room)
                told = {"room": room.key, "reason": change.reason, "until": change.until}
                connection.out.notify("room.left", told)
            elif reading := room.readings.get(connection):
                self._rooms.relabel(room, reading, labels)
