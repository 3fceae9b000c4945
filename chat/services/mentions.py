"""Write whom a message calls: the people that it names, the author that it answers, and everybody by `<@here>`.

Rows stay when the message is deleted, and when the person leaves or blocks the author: selectors leave them out, so
that they are back after an undo.
"""

from collections.abc import Collection, Sequence
from typing import Final, NamedTuple

import msgspec
from django.db.models import Q

from chat import protocol
from chat.mentions import HERE, PEOPLE, mentioned, with_names
from chat.models import Mention, Message
from chat.permissions import Rank
from chat.selectors import access
from chat.selectors.mentions import Directory, here_times, here_unread, people_found
from chat.selectors.own_rooms import mentions_of_room
from chat.selectors.quotes import Original
from chat.text import Text
from chat.types import RoomAccess
from realtime import Caller, LogKey, RealtimeError, Signal, UserId, method, too_fast, unprocessable
from realtime.log import Batch, LogEvent, in_audience

HERE_MS: Final = 60 * 60 * 1000
HERE_TIMES: Final = 3
"""`<@here>` may be used so many times in `HERE_MS` in one room."""
MARKED: Final = 1000
"""A request marks at most so many mentions as seen."""


class Calls(NamedTuple):
    """The people whom a text calls, checked: primary keys by user, and the users who cannot read it."""

    text: Text
    people: dict[str, int]
    missed: list[str]
    here: bool


NO_CALLS: Final = Calls(Text(""), {}, [], here=False)


def directory(texts: Sequence[tuple[RoomAccess | None, LogKey, object]], now: int) -> Directory:
    """Read the people whom these texts mention, in one query, and one more for those with `<@here>`."""
    keys, places, heres = set[str](), set[int](), set[LogKey]()
    for room_access, room, text in texts:
        found = mentioned(text.text, text.html) if isinstance(text, Text) and room_access else []
        if room_access and 0 < len(found) <= PEOPLE:  # `calls_check` refuses more
            keys.update(found)
            places.add(room_access.room)
            heres |= {room} if HERE in found else set()
    keys.discard(HERE)
    people, members = people_found(places, keys) if keys else ({}, set())
    return Directory(people, members, here_times(heres, now - HERE_MS) if heres else {})


def calls_check(
    batch: Batch,
    text: Text,
    *,
    room_access: RoomAccess,
    room: LogKey,
    caller: Caller,
    known: Directory,
    former: Collection[str] | None = None,
) -> Calls:
    """Return whom a text calls besides its author. `former` are the keys that an edited message mentioned before.

    Raise 422 `too_many_mentions`, and for `<@here>` 403 `here_refused`, 422 `here_edited` and 429 `here_limit`.
    """
    keys = mentioned(text.text, text.html)
    if not keys:
        return Calls(text, {}, [], here=False)
    if len(keys) > PEOPLE:
        raise unprocessable("too_many_mentions", f"at most {PEOPLE} people")
    before = former or ()
    here = HERE in keys and HERE not in before
    if here:
        _check_here(batch, room_access, known.here.setdefault(room, []), edited=former is not None)
    users = [key for key in keys if key in known.people]
    names = {key: known.people[key].name for key in users} | ({HERE: ""} if HERE in keys else {})
    html = None if text.html is None else with_names(text.html, names)
    reached = {key: known.people[key].pk for key in users if (room_access.room, key) in known.members}
    reached.pop(caller.id, None)
    missed = [key for key in users if key not in reached and key != caller.id and key not in before]
    named = msgspec.structs.replace(text, html=html, mentions=names or None)
    return Calls(named, reached, missed, here)


def _check_here(batch: Batch, room_access: RoomAccess, times: Sequence[int], *, edited: bool) -> None:
    if room_access.rank < Rank.HOST:
        raise RealtimeError(403, "here_refused")
    if edited:
        raise unprocessable("here_edited", "post a new message")
    if len(times) >= HERE_TIMES:
        wait = sorted(times)[-HERE_TIMES] + HERE_MS - batch.now
        raise too_fast(max(1000, min(wait, HERE_MS)), "here_limit", most=HERE_TIMES)


def calls_store(
    batch: Batch, *, event: LogEvent, caller: Caller, calls: Calls, original: Original | None = None
) -> list[Signal]:
    """Stage a row for each person whom a new message calls, and return the signals to their pages."""
    kinds = {key: (pk, Mention.Kind.NAME) for key, pk in calls.people.items()}
    if original and original.author and original.author_in and original.author != caller.pk:
        kinds[original.author_key] = (original.author, Mention.Kind.REPLY)
    for pk, kind in kinds.values():
        _row_insert(batch, event, caller, pk, kind)
    if calls.here:
        _row_insert(batch, event, caller, None, Mention.Kind.HERE)
    return [*_signals(event, event.o, caller, kinds), *_missed_signals(event, caller, calls.missed)]


def calls_change(
    batch: Batch, message: Message, *, event: LogEvent, caller: Caller, calls: Calls, former: Collection[str]
) -> list[Signal]:
    """Store whom an edited message calls. A person who was called before is not notified again."""
    missed = _missed_signals(event, caller, calls.missed)
    if not calls.people and not former:
        return missed
    rows = Mention.objects.filter(log=message.log_id, offset=message.offset)
    if HERE in former and HERE not in (calls.text.mentions or ()):
        rows.filter(user=None).update(kind=Mention.Kind.GONE)
    rows = rows.filter(user__isnull=False)
    known = dict(rows.values_list("user_id", "kind")[:MARKED])
    gone = [pk for pk, kind in known.items() if kind == Mention.Kind.NAME and pk not in calls.people.values()]
    back = [pk for pk in calls.people.values() if known.get(pk) == Mention.Kind.GONE]
    rows.filter(user__in=gone).update(kind=Mention.Kind.GONE)
    rows.filter(user__in=back).update(kind=Mention.Kind.NAME)
    added = {key: (pk, Mention.Kind.NAME) for key, pk in calls.people.items() if pk not in known}
    for pk, kind in added.values():
        _row_insert(batch, event, caller, pk, kind, message.offset)
    return [*_signals(event, message.offset, caller, added), *missed]


def mentions_of(data: str | None) -> list[str]:
    """Return the keys of the users that stored data mentions, and `HERE`."""
    if not data or '"mentions"' not in data:
        return []
    return list(msgspec.json.decode(data).get("mentions") or ())


def _row_insert(
    batch: Batch, event: LogEvent, caller: Caller, user: int | None, kind: str, o: int | None = None
) -> None:
    batch.insert_values(
        Mention,
        user_id=user,
        log_id=batch.log(event.room).pk,
        offset=event.o if o is None else o,
        kind=str(kind),
        by_id=caller.pk,
        at=batch.now,
        called=event.o,
    )


def _signals(event: LogEvent, o: int, caller: Caller, kinds: Collection[str]) -> list[Signal]:
    value = {"o": o, "by": caller.id}
    readers = [key for key in kinds if in_audience(event.audience, (f"u:{key}", "member"))]
    return [Signal(event.room, "mention", str(event.o), value, to=UserId(key)) for key in readers]


def _missed_signals(event: LogEvent, caller: Caller, users: Sequence[str]) -> list[Signal]:
    """Return the signal to the author that these people cannot read the message. It does not say why."""
    return [Signal(event.room, "mention_missed", str(event.o), {"users": users}, to=caller.id)] if users else []


@method("inbox.mark", protocol.InboxMark)
def inbox_mark(
    batch: Batch, *, caller: Caller, room: LogKey | None = None, o: int | None = None
) -> tuple[dict[str, int], list[Signal]]:
    """Mark the mention in one message as seen, or all mentions of the caller."""
    if room is None or o is None:
        newest = Mention.objects.filter(user=caller.pk).order_by("-at").values("pk")[:MARKED]
        Mention.objects.filter(pk__in=list(newest.values_list("pk", flat=True)), seen_at=None).update(seen_at=batch.now)
        _here_mark(batch, caller)
        return {"mentions": 0}, [Signal(LogKey(""), "mentions", "", None, to=caller.id)]
    room_access = access.member(caller, room, archived=True)
    log = room_access.log
    Mention.objects.filter(user=caller.pk, log=log, offset=o, seen_at=None).update(seen_at=batch.now)
    _here_mark(batch, caller, Q(log=log, offset=o))
    left = mentions_of_room(caller, room_access.room)
    return {"mentions": left}, [Signal(room, "mentions", "", {"n": left}, to=caller.id)]


def _here_mark(batch: Batch, caller: Caller, place: Q | None = None) -> None:
    """Note that the caller has seen mentions of everybody: with a row of their own for each, because they share one."""
    rows = here_unread(caller.pk).filter(place or Q())[:MARKED]
    own = [
        Mention(user_id=caller.pk, kind=Mention.Kind.HERE, seen_at=batch.now, **row)
        for row in rows.values("log_id", "offset", "by_id", "at", "called")
    ]
    Mention.objects.bulk_create(own, ignore_conflicts=True)
