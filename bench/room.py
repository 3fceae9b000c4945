"""Make an ordinary room: people, their login sessions, and messages. Django must be set up."""

import secrets
from collections.abc import Iterable, Iterator, Sequence
from itertools import cycle, islice
from typing import Final, TypeVar

from django.conf import settings
from django.contrib.auth import BACKEND_SESSION_KEY, HASH_SESSION_KEY, SESSION_KEY
from django.db import connection, transaction

from accounts.login import BACKEND, SEEN
from accounts.models import User
from accounts.selectors import caller_of
from accounts.services.people import guest_create
from accounts.sessions import SessionStore
from chat.plugin import NewMessage
from chat.services.memberships import member_join
from chat.services.messages import message_append
from chat.services.rooms import lounge, room_create
from chat.text import rendered
from realtime.log import SITE, batch, head_of, now_ms, read
from realtime.models import Log
from realtime.types import NOBODY, ClientId, Head, LogKey, Position

BATCH_SIZE: Final = 500
"""A transaction creates this many people, or ten times as many messages."""
WORDS: Final = "the lamp over our table is on again and somebody has left a cup of tea".split()  # noqa: SIM905
MARKED: Final = "**Look**: https://example.com/a/page?of=it, and *then* tell me"
MEMBERS: Final = 1_000
POSTED_BY_SERVICE: Final = 10_000
COPY_EVENTS: Final = """
    INSERT INTO realtime_event
        (log_id, "offset", tag, lines, kind, method, actor, cid, audience, blanks, data, at)
    SELECT log_id, "offset" + %(by)s, (tag + %(by)s * 2654435761) %% 4294967296, lines + %(by)s, kind, method, actor,
        'copy-' || %(log)s || '-' || ("offset" + %(by)s), audience, blanks, data, at
    FROM realtime_event WHERE log_id = %(log)s AND "offset" > %(first)s AND "offset" <= %(last)s
"""
COPY_MESSAGES: Final = """
    INSERT INTO chat_message
        (log_id, "offset", lines, kind, author_id, data, audience, at, touched, edited_at, removed_at, removed_by_id)
    SELECT log_id, "offset" + %(by)s, lines + %(by)s, kind, author_id, data, audience, at, touched + %(by)s,
        edited_at, removed_at, removed_by_id
    FROM chat_message WHERE log_id = %(log)s AND "offset" > %(first)s AND "offset" <= %(last)s
"""

T = TypeVar("T")


def counted() -> None:
    """Run ANALYZE on PostgreSQL, as `restore` does, because its planner does not know the new rows yet."""
    if connection.vendor == "postgresql":
        with connection.cursor() as cursor:
            cursor.execute("ANALYZE")


def enter(count: int, rooms: int) -> tuple[list[User], list[LogKey]]:
    """Create guests, and public rooms of the first guest. About 1,000 of them join the lounge and the rooms."""
    suffix, hall = secrets.token_hex(3), LogKey(lounge().log.key)
    people = _guests([f"Guest 0 {suffix}"], [hall])
    keys = [_room(people[0], f"Room {number + 1}") for number in range(rooms)]
    for part in parts(range(1, count)):
        people += _guests([f"Guest {number} {suffix}" for number in part], [hall, *keys] if part[0] < MEMBERS else [])
    return people, keys


def _guests(names: Sequence[str], rooms: Sequence[LogKey]) -> list[User]:
    """Do what `chat.services.entrance.guest_enter` does, for many guests in one transaction."""
    with batch([*rooms, SITE]) as staged:
        people = [guest_create(name=name, face="", colour=7, device="", now=staged.now) for name in names]
        for user in people if rooms else []:
            for key in rooms:
                member_join(staged, caller=caller_of(user) or NOBODY, room=key)
    return people


def _room(maker: User, name: str) -> LogKey:
    with batch([SITE]) as staged:
        made, _ = room_create(staged, caller=caller_of(maker) or NOBODY, cid=None, name=name, topic="", public=True)
    return LogKey(made.room.log.key)


def texts() -> list[str]:
    """Return ten texts, one with Markdown and a link."""
    return [*(" ".join(islice(cycle(WORDS), start, start + 8 + start)) for start in range(9)), MARKED]


def history(key: LogKey, people: Sequence[User], count: int) -> None:
    """Make `count` messages: the first 10,000 by the service, the rest as copies of their rows."""
    posted = min(count, POSTED_BY_SERVICE)
    before = head_of(key)
    talk(key, people, posted)
    while posted < count:
        more = min(posted, count - posted)
        _copy(key, Head(before.o, 0, before.n), posted, more)
        posted += more


def _copy(key: LogKey, before: Head, posted: int, more: int) -> None:
    """Copy the first `more` of the `posted` messages after `before` to the end, with tags and cids of their own."""
    with batch([key]) as staged:
        log = staged.log(key)
        first, last = before.o, before.o + more
        given = {"log": log.pk, "first": first, "last": last, "by": posted}
        with connection.cursor() as cursor:
            cursor.execute(COPY_EVENTS, given)
            cursor.execute(COPY_MESSAGES, given)
        Log.objects.filter(pk=log.pk).update(head=log.head + more, lines=log.lines + more)


def talk(key: LogKey, people: Sequence[User], count: int) -> None:
    """Post `count` messages, by all people in turn."""
    messages = cycle([NewMessage(rendered(text)) for text in texts()])
    callers = cycle([caller_of(user) or NOBODY for user in people[:1000]])
    for part in parts(range(count), 10 * BATCH_SIZE):
        with batch([key]) as staged:
            staged.method = "message.post"
            for caller, message, _ in zip(callers, messages, part, strict=False):
                cid = ClientId(secrets.token_hex(16))
                message_append(staged, room=key, message=message, caller=caller, cid=cid)


def position(key: LogKey, missed: int = 0) -> Position:
    """Return the position of a client that has missed that many events."""
    at = max(head_of(key).o - missed, 1)
    return Position(at, read(key, at - 1, at)[0].t)


def logins(people: Sequence[User]) -> Iterator[str]:
    """Yield the `Cookie` headers of login sessions like those that the entry form creates."""
    for part in parts(people):
        with transaction.atomic():
            keys = [_login(user) for user in part]
        yield from (f"{settings.SESSION_COOKIE_NAME}={key}" for key in keys)


def _login(user: User) -> str:
    store = SessionStore()
    store.update({SESSION_KEY: str(user.pk), BACKEND_SESSION_KEY: BACKEND, SEEN: now_ms()})
    store[HASH_SESSION_KEY] = user.get_session_auth_hash()
    store.create()
    return str(store.session_key)


def parts(things: Sequence[T], size: int | None = None) -> Iterable[Sequence[T]]:
    step = size or BATCH_SIZE
    return (things[start : start + step] for start in range(0, len(things), step))
