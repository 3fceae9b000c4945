"""Read mentions: of whom a text names, the unread ones of a person, and the inbox."""

import unicodedata
from collections.abc import Collection
from typing import Any, Final, NamedTuple

import msgspec
from django.db.models import Exists, F, FilteredRelation, OuterRef, Q, QuerySet, Subquery
from django.db.models.functions import Coalesce, Greatest

from accounts.models import User
from accounts.selectors import PERSON, person_columns
from chat import plugin, protocol
from chat.models import Block, Membership, Mention, Message
from chat.quotes import excerpt
from chat.selectors import access, messages
from chat.selectors.access import IN_IT
from realtime import Caller, LogKey, method
from realtime.log import now_ms
from realtime.storage.prepared import prepared

PAGE: Final = 30
"""A page of the inbox has so many messages."""
UNREAD: Final = 100
"""Unread mentions of a room count up to this number."""
FOUND: Final = 20
"""`people.find` returns at most so many people."""
SEARCHED: Final = 5000
"""`people.find` looks at so many members: those who spoke last."""
CALLS: Final = (Mention.Kind.NAME, Mention.Kind.REPLY)
"""Kinds of rows that call one person."""


class Named(NamedTuple):
    """A person whom a text names."""

    pk: int
    name: str


class Directory(NamedTuple):
    """People by key, the pairs of a room and a key of those who can read there, and the last uses of `<@here>`."""

    people: dict[str, Named]
    members: set[tuple[int, str]]
    here: dict[LogKey, list[int]]


def people_found(rooms: Collection[int], keys: Collection[str]) -> tuple[dict[str, Named], set[tuple[int, str]]]:
    """Return the people with these keys, and in which of the rooms they are, in one query."""
    people: dict[str, Named] = {}
    members = set()
    for key, pk, name, active, banned_until, room in _named(rooms, keys):
        people[key] = Named(pk, name)
        if room is not None and active and banned_until <= now_ms():
            members.add((room, key))
    return people, members


@prepared
def _named(rooms: Collection[int], keys: Collection[str]) -> "QuerySet[User, Any]":
    inside = Q(memberships__room__in=rooms, memberships__state=IN_IT)
    people = User.objects.filter(key__in=keys).annotate(mine=FilteredRelation("memberships", condition=inside))
    return people.values_list("key", "pk", "name", "is_active", "banned_until", "mine__room_id")


def here_times(rooms: Collection[LogKey], since: int) -> dict[LogKey, list[int]]:
    """Return the times since then at which everybody was mentioned in these rooms."""
    times: dict[LogKey, list[int]] = {room: [] for room in rooms}
    rows = Mention.objects.filter(user=None, log__key__in=rooms, at__gt=since).order_by("-at")
    for key, at in rows.values_list("log__key", "at")[:UNREAD]:
        times[LogKey(key)].append(at)
    return times


# Counts


def unread_calls(user: int, words: Collection[str]) -> "QuerySet[Mention, Any]":
    """Return the unread mentions of a person in the room of the outer membership, by name or by an answer."""
    rows = Mention.objects.filter(user=user, kind__in=CALLS, seen_at=None, called__gt=OuterRef("place"))
    return _counted(rows, user, words)


def unread_heres(user: int, words: Collection[str]) -> "QuerySet[Mention, Any]":
    """Return the unread mentions of everybody in the room of the outer membership."""
    seen = Mention.objects.filter(user=user, log=OuterRef("log"), offset=OuterRef("offset"))
    rows = Mention.objects.filter(~Exists(seen), user=None, kind=Mention.Kind.HERE, offset__gt=OuterRef("place"))
    return _counted(rows.exclude(by=user), user, words)


def _counted(rows: "QuerySet[Mention]", user: int, words: Collection[str]) -> "QuerySet[Mention, Any]":
    rows = _visible(rows.filter(log=OuterRef("room__log")), user, words)
    return rows.order_by().values("pk")[:UNREAD]


def _visible(rows: "QuerySet[Mention]", user: int, words: Collection[str]) -> "QuerySet[Mention]":
    """Leave out mentions in messages that are deleted or that the person may not see, and by people they block."""
    there = Message.objects.filter(
        messages.heard_by(words), log=OuterRef("log"), offset=OuterRef("offset"), removed_at=None
    )
    return rows.filter(Exists(there)).exclude(by__in=Block.objects.filter(user=user).values("blocked"))


def _mine(user: int) -> "QuerySet[Membership]":
    """Return the person's membership in the room of the outer mention."""
    return Membership.objects.filter(user=user, room__log=OuterRef("log"), room__deleted_at=None, state=IN_IT)


def _with_place(rows: "QuerySet[Mention]", user: int) -> "QuerySet[Mention]":
    """Add `place`, the offset up to which the person has read the room or has written themselves."""
    own = Message.objects.filter(author=user, log=OuterRef("log")).order_by("-offset").values("offset")[:1]
    read = Subquery(_mine(user).values("read")[:1])
    return rows.annotate(place=Greatest(read, Coalesce(Subquery(own), 0)))


def here_unread(user: int) -> "QuerySet[Mention]":
    """Return the mentions of everybody that a person has not seen, in all their rooms."""
    seen = Mention.objects.filter(user=user, log=OuterRef("log"), offset=OuterRef("offset"))
    return _with_place(_heres(user).filter(~Exists(seen)), user).filter(offset__gt=F("place")).order_by("-at")


def _heres(user: int) -> "QuerySet[Mention]":
    """Return the mentions of everybody in the person's rooms, since the person came.

    The list of logs lets an index find the rooms, instead of a walk over the mentions of the whole site.
    """
    logs = Membership.objects.filter(user=user, state=IN_IT).values("room__log")
    there = _mine(user).filter(joined_at__lte=OuterRef("at"))
    return Mention.objects.filter(Exists(there), log__in=logs, user=None, kind=Mention.Kind.HERE).exclude(by=user)


# The inbox


@method("inbox.read", protocol.InboxRead, lane="read", cost=4)
def inbox_read(*, caller: Caller, before: str | None = None) -> dict[str, Any]:
    """Return mentions of the caller and answers to their messages, newest first, and on the first page their turns."""
    rows = _page(caller, tuple(map(int, before.split("-"))) if before else None)
    shown, more = rows[:PAGE], len(rows) > PAGE
    places = [(row["log_id"], row["offset"]) for row in shown]
    lines, people = _lines(places)
    items = [_item(row, lines[place]) for row, place in zip(shown, places, strict=True) if place in lines]
    answer = {"items": items, "people": people, "next": f"{shown[-1]['at']}-{shown[-1]['pk']}" if more else None}
    return answer | {"turns": [] if before else plugin.turns(caller)}


def _page(caller: Caller, before: tuple[int, ...] | None) -> list[dict[str, Any]]:
    """Return one row more than a page, newest first."""
    words = messages.words(frozenset({f"u:{caller.id}", "member"}))
    seen = Mention.objects.filter(user=caller.pk, log=OuterRef("log"), offset=OuterRef("offset"))
    named = Mention.objects.filter(Exists(_mine(caller.pk)), user=caller.pk, kind__in=CALLS)
    other = seen.filter(kind__in=CALLS)
    heres = _heres(caller.pk).filter(~Exists(other)).annotate(own=Subquery(seen.values("seen_at")[:1]))
    found: list[dict[str, Any]] = []
    both: tuple[Any, ...] = (named.annotate(own=F("seen_at")), heres)
    for rows in both:
        if before:
            rows = rows.filter(Q(at__lt=before[0]) | Q(at=before[0], pk__lt=before[1]))
        rows = _with_place(_visible(rows, caller.pk, words), caller.pk).order_by("-at", "-pk")
        found += rows.values(*_ROW)[: PAGE + 1]
    return sorted(found, key=lambda row: (row["at"], row["pk"]), reverse=True)[: PAGE + 1]


_PLACE: Final = ("log_id", "log__key", "log__room__name", "offset")
_ROW: Final = ("pk", "kind", *_PLACE, "called", "at", "own", "place", "by__key")


def _item(row: dict[str, Any], line: dict[str, Any]) -> dict[str, Any]:
    read = row["own"] is not None or row["called"] <= row["place"]
    facts = {"kind": row["kind"], "room": row["log__key"], "name": row["log__room__name"], "o": row["offset"]}
    return {**facts, "at": row["at"], "by": row["by__key"], "read": read, **line}


def _lines(places: Collection[tuple[int, int]]) -> tuple[dict[tuple[int, int], dict[str, Any]], dict[str, Any]]:
    """Return `{t, text, mentions?}` of the messages at these places, and their authors."""
    where = Q()
    for log, o in places:
        where |= Q(log=log, offset=o)
    rows = Message.objects.filter(where, removed_at=None) if places else Message.objects.none()
    lines: dict[tuple[int, int], dict[str, Any]] = {}
    people: dict[str, Any] = {}
    columns = ("log_id", "offset", "tag", "data", "author__key", *person_columns("author__"))
    for log, o, tag, data, author, *person in rows.values_list(*columns):
        content = msgspec.json.decode(data) if data else {}
        lines[log, o] = {"t": tag, "text": excerpt(str(content.get("text", "")))}
        if content.get("mentions"):
            lines[log, o]["mentions"] = content["mentions"]
        people[author] = dict(zip(PERSON, person, strict=True))
    return lines, people


# People to mention


@method("people.find", protocol.PeopleFind, lane="read", cost=4)
def people_find(*, caller: Caller, room: LogKey, search: str = "") -> dict[str, Any]:
    """Return the members whose name contains the text, those who spoke last first. Accents and case do not matter."""
    room_access = access.readable(caller, room)
    wanted = folded(search.strip())
    found: list[str] = []
    people: dict[str, Any] = {}
    for key, *person in _members(room_access.room):
        shown = dict(zip(PERSON, person, strict=True))
        if wanted in folded(shown["name"]):
            found.append(key)
            people[key] = shown
            if len(found) == FOUND:
                break
    return {"users": found, "people": people}


@prepared
def _members(room: int) -> "QuerySet[Membership, Any]":
    spoke = Message.objects.filter(author=OuterRef("user"), log=OuterRef("room__log")).order_by("-offset")
    rows = Membership.objects.filter(room=room, state=IN_IT, user__is_active=True)
    rows = rows.annotate(last=Coalesce(Subquery(spoke.values("offset")[:1]), 0)).order_by("-last", "-joined_at")
    return rows.values_list("user__key", *person_columns("user__"))[:SEARCHED]


def folded(text: str) -> str:
    """Return a text without accents and case, in which names are searched."""
    apart = unicodedata.normalize("NFKD", text.casefold())
    return "".join(letter for letter in apart if not unicodedata.combining(letter))
