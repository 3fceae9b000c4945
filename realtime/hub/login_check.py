"""Looks every few seconds whether the log-ins behind this process's connections still hold.

Services tell of what they change through the `site` log. This finds the rest: a password, a rank or a ban written by
`changepassword`, a shell or SQL, and a session that was deleted or has expired.
"""

from collections.abc import Collection
from dataclasses import replace
from typing import TYPE_CHECKING, Final

from realtime.log import now_ms
from realtime.log.permissions import PermissionsChanged
from realtime.methods import Backend
from realtime.security import sessions_alive

if TYPE_CHECKING:
    from realtime.connection.connection import Connection
    from realtime.process import Process

LOGINS_S: Final = 4.0
"""seconds between two looks"""
AT_ONCE: Final = 500
"""connections of one batch: two queries"""
MOVED_MS: Final = 15_000
"""for a browser to learn the new key of its session, before its connections have to fetch a token by it"""


async def check(process: "Process") -> None:
    """Ask about each connection whose log-in, or whose user, is not what it was when it said hello."""
    greeted = [each for each in process.connections if each.caller.pk and each.out.ending is None]
    for start in range(0, len(greeted), AT_ONCE):
        part = greeted[start : start + AT_ONCE]
        doubted = await process.readers.run(_doubted, process.backend, part, now_ms())
        for connection, facts in doubted:
            connection.caller = replace(connection.caller, facts=facts)
        for user in {connection.caller.id for connection, _ in doubted}:
            process.hub.recheck(PermissionsChanged(user=user))


def _doubted(backend: Backend, connections: "Collection[Connection]", now: int) -> "list[tuple[Connection, int]]":
    """Return the connections to ask about, with the facts of their users as they are now."""
    alive = sessions_alive({each.session_key or "" for each in connections})
    facts = backend.facts({each.caller.pk for each in connections})
    gone = {each.caller.login for each in connections if each.session_key not in alive}
    moved = {login for login, at in backend.moved(gone).items() if now - at < MOVED_MS} if gone else set()
    return [
        (each, facts.get(each.caller.pk, 0))
        for each in connections
        if each.caller.login not in moved
        and (each.caller.login in gone or facts.get(each.caller.pk) != each.caller.facts)
    ]
