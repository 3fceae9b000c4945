"""The login sessions behind the connections of one process.

Services announce what they change through the `site` log. The check every few seconds finds the rest: a password, a
rank or a ban written by `changepassword`, a shell or SQL, and a session that was deleted or has expired.
"""

from collections.abc import AsyncIterator, Collection, Sequence
from dataclasses import replace
from typing import Final

from realtime import errors
from realtime.errors import Close, Closed
from realtime.hub.subscriber import Subscriber
from realtime.log import now_ms
from realtime.methods import Backend
from realtime.security import login_of, sessions_alive, user_of
from realtime.types import Caller, UserId
from realtime.workers.readers import Readers

CHECK_EVERY_S: Final = 4.0
SUBSCRIBERS_PER_BATCH: Final = 500
"""Connections that are checked with two queries."""
MOVED_MS: Final = 15_000
"""A browser has this time to learn the new key of its session. Then its connections must fetch a new token."""


class Logins:
    """Functions that run in a reader, and the check that calls them."""

    def __init__(self, backend: Backend, readers: Readers) -> None:
        self._backend, self._readers = backend, readers

    def caller(self, session_key: str) -> Caller:
        """Return the user behind a login session, in two queries; raise `Closed` for one who may not connect."""
        user, login = user_of(session_key), login_of(session_key)
        if user is None:
            raise Closed(errors.TOKEN if self._backend.moved_logins([login]) else errors.LOGIN_ENDED)
        caller = self._backend.user(user)
        if caller is None:
            raise Closed(errors.BANNED)
        return replace(caller, login=login)

    def ended(self, session_keys: Collection[str]) -> dict[str, Close]:
        """Return those login sessions that do not admit their user any more, and how their connections close."""
        ended: dict[str, Close] = {}
        for key in session_keys:
            try:
                self.caller(key)
            except Closed as closed:
                ended[key] = closed.close
        return ended

    async def changed(self, subscribers: Collection[Subscriber]) -> AsyncIterator[UserId]:
        """Yield the users of these connections whose session or account is not what it was at hello.

        Those of a batch come before the next batch is read, which may fail: the next check would not find them again.
        """
        known = [each for each in subscribers if each.caller.pk and each.queue.ending is None]
        for start in range(0, len(known), SUBSCRIBERS_PER_BATCH):
            changed = await self._readers.run(self._changed, known[start : start + SUBSCRIBERS_PER_BATCH], now_ms())
            for subscriber, facts in changed:
                subscriber.caller = replace(subscriber.caller, facts=facts)
            for user in {subscriber.caller.id for subscriber, _ in changed}:
                yield user

    def _changed(self, subscribers: Sequence[Subscriber], now: int) -> list[tuple[Subscriber, int]]:
        alive = sessions_alive({each.session_key or "" for each in subscribers})
        facts = self._backend.facts({each.caller.pk for each in subscribers})
        gone = {each.caller.login for each in subscribers if each.session_key not in alive}
        moved = {key for key, at in self._backend.moved_logins(gone).items() if now - at < MOVED_MS} if gone else set()
        return [
            (each, facts.get(each.caller.pk, 0))
            for each in subscribers
            if each.caller.login not in moved
            and (each.caller.login in gone or facts.get(each.caller.pk) != each.caller.facts)
        ]
