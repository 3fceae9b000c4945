"""Changed permissions: delivery stops at once, the database is asked, and only then delivery goes on.

It fails closed. While the database does not answer, the connections in doubt get nothing. When their permissions
cannot be read at all, they are closed, and their next hello checks again.
"""

import asyncio
import logging
from collections.abc import Callable, Collection, Mapping, Sequence
from typing import Final

from realtime import errors
from realtime.errors import Close, RealtimeError
from realtime.hub.room import Room
from realtime.hub.rooms import Rooms
from realtime.hub.subscriber import Subscriber
from realtime.hub.subscriptions import Subscriptions
from realtime.log.permissions import PermissionsChanged
from realtime.methods import Backend
from realtime.types import LogKey, Scopes, UserId
from realtime.workers.readers import Readers

logger = logging.getLogger(__name__)

RETRY_S: Final = 1.0
PAIRS_PER_QUERY: Final = 500
LOGINS_PER_CALL: Final = 100
"""Login sessions that are checked in one call of the reader, with two queries each."""

Pair = tuple[Subscriber, Room]
EndedLogins = Callable[[Collection[str]], Mapping[str, Close]]
"""Given session keys, return those that do not admit their user any more, and how their connections close."""


class Revocation:
    """Suspends and rechecks the connections of one process. A reader of its own keeps other reads from delaying it."""

    def __init__(
        self, rooms: Rooms, subscriptions: Subscriptions, backend: Backend, ended_logins: EndedLogins, answer_s: float
    ) -> None:
        self._rooms, self._subscriptions, self._backend = rooms, subscriptions, backend
        self._ended_logins = ended_logins
        self._reader = Readers(answer_s, 1, name="recheck")

    async def stop(self) -> None:
        await self._reader.stop()

    def begin(self, change: PermissionsChanged) -> list[Pair]:
        """Close the connections of an ended login, or suspend all in doubt. The caller runs `recheck` next."""
        self._subscriptions.revocations += 1
        subscribers = self._rooms.subscribers(change.user)
        if change.login is not None:
            for subscriber in subscribers:
                if subscriber.caller.login == change.login:
                    subscriber.end(errors.LOGIN_ENDED)
            return []
        pairs = [(each, room) for each in subscribers for room in self._rooms.watched(each, change.log)]
        for subscriber, room in pairs:
            room.suspend(subscriber)
        return pairs

    async def recheck(self, change: PermissionsChanged, pairs: Sequence[Pair]) -> None:
        """Ask until the database answers, then let delivery go on where it may."""
        logged = False
        try:
            while error := await self._ask(change, pairs):
                if not logged:
                    logger.warning("changed permissions wait: %s", error.detail)
                logged = True
                await asyncio.sleep(RETRY_S)
        except Exception:
            logger.exception("permissions could not be checked: connections of %d subscriptions are closed", len(pairs))
            for subscriber in {subscriber for subscriber, _ in pairs} | set(self._logins_in_doubt(change)):
                subscriber.end(errors.FAILED)
        finally:
            for subscriber, room in pairs:
                if room.release(subscriber):
                    self._subscriptions.released(subscriber, room.key)

    async def recheck_subscriber(self, subscriber: Subscriber) -> None:
        """Ask which of its rooms one connection may still read."""
        pairs = [(subscriber, room) for room in self._rooms.watched(subscriber, None)]
        self._apply(pairs, await self._reader.run(self._scopes, pairs), PermissionsChanged())

    def _logins_in_doubt(self, change: PermissionsChanged) -> list[Subscriber]:
        """Return the connections whose user may no longer be allowed to connect at all."""
        return [] if change.log or change.login else self._rooms.subscribers(change.user)

    async def _ask(self, change: PermissionsChanged, pairs: Sequence[Pair]) -> RealtimeError | None:
        """Apply the answers of the database, or return why it did not answer."""
        in_doubt = self._logins_in_doubt(change)
        try:
            for start in range(0, len(in_doubt), LOGINS_PER_CALL):
                part = in_doubt[start : start + LOGINS_PER_CALL]
                closes = await self._reader.run(self._ended_logins, {each.session_key or "" for each in part})
                for subscriber in part:
                    if close := closes.get(subscriber.session_key or ""):
                        subscriber.end(close)
            for start in range(0, len(pairs), PAIRS_PER_QUERY):
                some = pairs[start : start + PAIRS_PER_QUERY]
                self._apply(some, await self._reader.run(self._scopes, some), change)
        except RealtimeError as error:
            return error
        return None

    def _scopes(self, pairs: Sequence[Pair]) -> Mapping[tuple[UserId, LogKey], Scopes]:
        return self._backend.may_read_all([(subscriber.caller, room.key) for subscriber, room in pairs])

    def _apply(
        self, pairs: Sequence[Pair], found: Mapping[tuple[UserId, LogKey], Scopes], change: PermissionsChanged
    ) -> None:
        for subscriber, room in pairs:
            scopes = found.get((subscriber.caller.id, room.key))
            if room.key not in subscriber.rooms or subscriber.queue.ending:
                continue
            if scopes is None:
                self._rooms.forget(subscriber, room)
                left = {"room": room.key, "reason": change.reason, "until": change.until}
                subscriber.queue.notify("room.left", left)
            else:
                self._rooms.set_scopes(room, subscriber, scopes)
