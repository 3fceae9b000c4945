"""Answers `session.hello`: authenticates the user, and opens the rooms that the client had open."""

from collections.abc import Collection, Sequence
from typing import Any, Final, NamedTuple

from realtime import errors, log, types
from realtime.errors import Closed, RealtimeError
from realtime.hub.subscriber import Subscriber
from realtime.process import Process
from realtime.security import token_fits, token_make
from realtime.types import Caller, LogKey, Scopes
from realtime.wire.messages import Hello
from realtime.wire.session import hello_cost

CLIENT_LIMITS: Final = ("rate", "burst", "frame_bytes", "waiting", "rooms_open")
"""The limits that a client is told, and must keep to."""


class Access(NamedTuple):
    """The user, their memberships, and their scopes in the rooms that they open."""

    caller: Caller
    memberships: Sequence[dict[str, Any]]
    scopes: dict[LogKey, Scopes | RealtimeError]


async def answer_hello(process: Process, subscriber: Subscriber, hello: Hello) -> dict[str, Any]:
    """Return the result, or raise `Closed` when the connection has to end."""
    with process.shared.hellos.waiting():
        return await _answer(process, subscriber, hello)


async def _answer(process: Process, subscriber: Subscriber, hello: Hello) -> dict[str, Any]:
    """Read the user, the memberships and the scopes in one call: three queries, and one for each room to open.

    `Subscriptions.subscribe_all` reads the rest for all rooms at once, and says why it needs further calls.
    """
    subscriptions, key = process.hub.subscriptions, subscriber.session_key
    if key is None or not token_fits(hello.token, key):
        raise Closed(errors.TOKEN)
    revocations = subscriptions.revocations
    async with process.shared.hellos.turn():
        access = await process.readers.run(_read_access, process, key, hello.rooms)
    _admit(process, access.caller, hello_cost(hello))
    subscriber.caller, memberships = access.caller, access.memberships
    process.hub.rooms.register(subscriber, memberships)
    if revocations != subscriptions.revocations:
        subscriber.caller = await process.readers.run(process.logins.caller, key)
        await process.hub.revocation.recheck_subscriber(subscriber)
        memberships = [each for each in memberships if each["key"] in subscriber.rooms]
    opened = await subscriptions.subscribe_all(subscriber, hello.rooms, access.scopes, revocations)
    return {
        "v": types.VERSION,
        "user": {"id": subscriber.caller.id, **subscriber.caller.person},
        "token": token_make(key),
        "now": log.now_ms(),
        "ping_ms": round(process.limits.ping_s * 1000),
        "limits": {name: getattr(process.limits, name) for name in CLIENT_LIMITS},
        "rooms": [{**each, "here": process.hub.rooms.here(each["key"])} for each in memberships],
        "opened": {
            room: {"error": answer.as_error()} if isinstance(answer, RealtimeError) else answer
            for room, answer in opened.items()
        },
    }


def _read_access(process: Process, session_key: str, rooms: Collection[LogKey]) -> Access:
    caller = process.logins.caller(session_key)
    return Access(caller, process.backend.memberships_of(caller), process.hub.subscriptions.read_scopes(caller, rooms))


def _admit(process: Process, caller: Caller, cost: int) -> None:
    """Raise `Closed` for a user with too many connections or too many requests."""
    process.seen.add(caller.pk)
    if len(process.hub.rooms.of_user(caller.id)) >= process.limits.user_connections:
        raise Closed(errors.Close(4029, "too_fast", 30_000))
    if wait_ms := process.shared.of_user(caller.id).requests.take(process.now(), cost):
        raise Closed(errors.Close(4029, "too_fast", wait_ms))
