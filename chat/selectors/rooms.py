"""Read rooms, their snapshots and their members."""

from collections.abc import Callable, Sequence
from typing import Any, Final

from django.db.models import (
    CharField,
    Exists,
    F,
    IntegerField,
    OuterRef,
    Q,
    QuerySet,
    Subquery,
)

from accounts.models import User
from accounts.selectors import person_of, rank_on_site
from chat import plugin, protocol
from chat.models import Block, Membership, Room
from chat.permissions import Rank
from chat.selectors import access, messages
from chat.selectors.access import HOST
from chat.selectors.head_cache import cached_by_head
from realtime import Caller, Head, LogKey, RoomParams, Scopes, method, not_found
from realtime.log import now_ms
from realtime.models import Event
from realtime.storage.prepared import prepared

MEMBERS: Final = 1000
"""Members are counted up to this number."""
LISTED: Final = 200
HOSTS: Final = 50
"""A room shows the host badge for at most so many hosts."""
PAGE: Final = 50
"""A page of the directory has so many rooms."""
DELETED_KEPT_MS: Final = 7 * 24 * 60 * 60 * 1000
"""A deleted room can be restored for so many ms."""
IN_IT: Final = Membership.State.MEMBER
FACTS: Final = ("name", "topic", "public", "lounge", "direct")
_RULES: Final = ("archived_at", "slow_s", "locked", "guests_off", "approval_until", "panic_until", "rules_rank")


class Count(Subquery):
    """An expression for the number of rows of a sliced query. The slice bounds the work."""

    template = "(SELECT COUNT(*) FROM (%(subquery)s) AS counted)"
    output_field = IntegerField()


class Joined(Subquery):
    """An expression for the keys that a sliced query finds, joined by spaces."""

    template = "(SELECT %(join)s(joined.key, ' ') FROM (%(subquery)s) AS joined)"
    output_field = CharField()

    def as_sql(self, compiler: Any, connection: Any, *args: Any, **more: Any) -> Any:
        join = "STRING_AGG" if connection.vendor == "postgresql" else "GROUP_CONCAT"
        return super().as_sql(compiler, connection, *args, join=join, **more)


def direct_names(caller: Caller | None, rooms: Sequence[Any]) -> dict[int, dict[str, str]]:
    """Return `{name}` by the primary key of each direct room: the names of the other people. At most one query."""
    direct = {room.pk: [key for key in room.direct.split() if caller is None or key != caller.id] for room in rooms}
    keys = {key for others in direct.values() for key in others}
    people = dict(User.objects.filter(key__in=keys).values_list("key", "name")) if keys else {}
    return {pk: {"name": ", ".join(sorted(people[key] for key in others))} for pk, others in direct.items() if others}


def snapshot(
    caller: Caller | None, key: LogKey, scopes: Scopes, head: Head, around: int | None = None
) -> dict[str, Any]:
    """Return the snapshot of a room for one reader: room, own sanctions, page of messages, people and plugin sections.

    `head` must have been read before this call.
    """
    room = _room(key, head)
    if room is None:
        raise not_found("no such room")
    mine = access.access_table([key], [caller.pk]).get((key, caller.pk)) if caller else None
    role = mine.role if mine else None
    if around is None:
        page = messages.page_last(key, room.log_id, scopes, head)
    else:
        page = messages.page_around(room.log_id, scopes, around)
    read = max([mine.read, *_own_after(mine.own_from, page["lines"], caller)]) if mine else 0
    own = {"role": role, "rank": mine.rank if mine and role else None, "read": read if role else None}
    parts = plugin.snapshot_sections(key, scopes, head)
    me = plugin.installed.own_sanctions(caller.pk, mine) if caller else None
    name = direct_names(caller, [room]).get(room.pk, {})
    shown = {"members": room.members, "hosts": (room.hosts or "").split(), "rules": rules_of(room)}
    shown["archived"] = room.archived_at
    facts = facts_of(key, room) | own | shown | name
    if room.direct and caller:
        facts["unanswered"] = access.unanswered(room.pk, caller.pk)
    return {"room": facts, "me": me, **page, "as_of": head.o, "parts": parts}


def _own_after(o: int, lines: Sequence[dict[str, Any]], caller: Caller | None) -> list[int]:
    """Return the offsets of the caller's own messages after `o`, each of which moves the read pointer."""
    return [each["o"] for each in lines if caller and each["by"] == caller.id and each["o"] > o]


def guests_off(key: str | None) -> bool:
    """Return whether the lounge or the room with this key blocks new guests."""
    return Room.objects.filter(Q(lounge=True) | Q(log__key=key), guests_off=True).exists()


@method("room.list", protocol.RoomList, lane="read", cost=4)
def room_list(
    *,
    caller: Caller,
    here: Callable[[LogKey], int],
    before: str | None = None,
    search: str = "",
    archived: bool = False,
) -> dict[str, Any]:
    """Return a page of the public rooms that the caller has not joined, those with the latest messages first.

    With `archived`, return the caller's own rooms that are archived, or deleted and can be restored.
    """
    mine = Membership.objects.filter(room=OuterRef("pk"), user=caller.pk, state=IN_IT)
    if archived:
        hosted = {"memberships__user": caller.pk, "memberships__state": IN_IT, "memberships__role": HOST}
        back = Q(deleted_at=None) | Q(deleted_at__gt=now_ms() - DELETED_KEPT_MS)
        rooms = Room.objects.filter(back, ~Q(archived_at=None) | ~Q(deleted_at=None), **hosted)
    else:
        rooms = Room.objects.filter(~Exists(mine), public=True, archived_at=None, deleted_at=None)
    if search := search.strip():
        rooms = rooms.filter(_matches(search))
    if before is not None:
        active_at, pk = map(int, before.split("-"))
        rooms = rooms.filter(Q(active_at__lt=active_at) | Q(active_at=active_at, pk__lt=pk))
    rooms = rooms.select_related("log").annotate(tag=Subquery(last_event("log")), members=Count(_members()))
    found = list(rooms.order_by("-active_at", "-pk")[: PAGE + 1])
    more = f"{found[PAGE - 1].active_at}-{found[PAGE - 1].pk}" if len(found) > PAGE else None
    return {"rooms": [{**_listed(room), "here": here(LogKey(room.log.key))} for room in found[:PAGE]], "next": more}


def _listed(room: Any) -> dict[str, Any]:
    head = Head(room.log.head, room.tag or 0, room.log.lines)
    facts = {
        "key": room.log.key,
        "name": room.name,
        "topic": room.topic,
        "members": room.members,
        "head": head_as(head),
    }
    return {**facts, "archived": room.archived_at, "deleted": room.deleted_at}


def _matches(text: str) -> Q:
    """Return a filter for rooms whose name or topic contains the text. SQLite ignores case for ASCII only."""
    found = Q()
    for form in {text, text.lower(), text.upper(), text.title()}:
        found |= Q(name__icontains=form) | Q(topic__icontains=form)
    return found


@method("member.list", RoomParams, lane="read", cost=4)
def member_list(*, caller: Caller, room: LogKey) -> dict[str, Any]:
    """Return the members, hosts first. Hosts and above also see the people who wait for approval, and mutes."""
    room_access = access.readable(caller, room)
    pk, rank = room_access.room, room_access.rank
    members = list(_in_it(pk).order_by("role", "joined_at")[:LISTED])
    waiting = Membership.objects.filter(room=pk, state=Membership.State.WAITING).select_related("user")
    asked = list(waiting.order_by("joined_at")[:LISTED]) if rank >= Rank.HOST else []
    people = {row.user.key: person_of(row.user) for row in [*members, *asked]}
    listed = [_member_as(row, rank) for row in members]
    return {"members": listed, "waiting": [row.user.key for row in asked], "people": people}


def _member_as(row: Membership, rank: Rank) -> dict[str, Any]:
    site = Rank(rank_on_site(moderator=row.user.is_moderator, superuser=row.user.is_superuser))
    facts = {"user": row.user.key, "role": row.role, "joined_at": row.joined_at}
    if rank < Rank.HOST:
        return facts
    held = {"guest": row.user.is_guest, "muted_until": max(row.muted_until, row.user.muted_until)}
    return {**facts, "rank": max(site, Rank.HOST if row.role == HOST else Rank.MEMBER), **held}


def rules_of(room: Any) -> dict[str, Any]:
    """Return `{slow_s, locked, guests_off, approval_until, panic_until, by_rank}` of a room or a row.

    Times in the past are null.
    """
    now = now_ms()
    times = {name: at if (at := getattr(room, name)) > now else None for name in ("approval_until", "panic_until")}
    return {
        "slow_s": room.slow_s,
        "locked": room.locked,
        "guests_off": room.guests_off,
        **times,
        "by_rank": room.rules_rank,
    }


@method("block.list", protocol.NoParams, lane="read")
def block_list(*, caller: Caller) -> dict[str, Any]:
    return {"users": blocked_by(caller.pk)}


def blocked_by(user: int) -> list[str]:
    """Return the keys of the people whom a person blocks."""
    return list(Block.objects.filter(user=user).order_by("pk").values_list("blocked__key", flat=True)[:LISTED])


def faces(room: int, limit: int = 12) -> dict[str, dict[str, Any]]:
    """Return some members of a room by key, for the page of an invite."""
    return {row.user.key: person_of(row.user) for row in _in_it(room).order_by("role", "joined_at")[:limit]}


def _in_it(room: int) -> "QuerySet[Membership]":
    return Membership.objects.filter(room=room, state=IN_IT).select_related("user")


@cached_by_head
def _room(key: LogKey) -> Any | None:
    return _rooms.first(key)


@prepared
def _rooms(key: LogKey) -> "QuerySet[Room, Any]":
    rooms = Room.objects.filter(log__key=key).annotate(members=Count(_members()), hosts=Joined(_hosts()))
    return rooms.values_list("pk", "log_id", *FACTS, *_RULES, "members", "hosts", named=True)


def _members() -> "QuerySet[Membership, Any]":
    return Membership.objects.filter(room=OuterRef("pk"), state=IN_IT).order_by().values("pk")[:MEMBERS]


def _hosts() -> "QuerySet[Membership, Any]":
    hosts = Membership.objects.filter(room=OuterRef("pk"), state=IN_IT, role=HOST)
    return hosts.order_by("joined_at").values(key=F("user__key"))[:HOSTS]


def last_event(log: str, column: str = "tag") -> Any:
    """Return a subquery for a column of the last event of the log at this path."""
    last = Event.objects.filter(log=OuterRef(log), offset=OuterRef(f"{log}__head"))
    return last.values(column)[:1]


def facts_of(key: str, room: Any) -> dict[str, Any]:
    """Return `{key, name, topic, public, lounge, direct}` of a room or of a row with these columns."""
    return {
        "key": key,
        "name": room.name,
        "topic": room.topic,
        "public": room.public,
        "lounge": room.lounge,
        "direct": room.direct.split(),
    }


def head_as(head: Head) -> dict[str, int]:
    return {"o": head.o, "t": head.t, "n": head.n}
