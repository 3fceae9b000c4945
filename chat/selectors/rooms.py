"""Rooms, and who is in them."""

from collections.abc import Callable, Collection, Sequence
from typing import Any, Final, NamedTuple

from django.db.models import (
    Case,
    CharField,
    Exists,
    F,
    IntegerField,
    OuterRef,
    Q,
    QuerySet,
    Subquery,
    Value,
    When,
)
from django.db.models.functions import Coalesce, Greatest
from django.db.models.lookups import Exact

from accounts.models import User
from accounts.selectors import person_of, rank_on_site
from chat import plugin, protocol
from chat.models import Block, Membership, Message, Room
from chat.permissions import Rank
from chat.selectors import access, messages
from chat.selectors.access import HOST
from chat.selectors.head_cache import kept
from realtime import Caller, Head, Labels, LogKey, RoomParams, conflict, method, not_found
from realtime.log import now_ms
from realtime.models import Event
from realtime.storage.prepared import prepared

UNREAD: Final = 100
MEMBERS: Final = 1000
"""Members are counted up to this number."""
LISTED: Final = 200
HOSTS: Final = 50
"""A room shows at most so many hosts as such beside their messages."""
PAGE: Final = 50
"""A page of the directory has so many rooms."""
DELETED_KEPT_MS: Final = 7 * 24 * 60 * 60 * 1000
"""A deleted room can be restored for so many ms."""
MINE: Final = 500
"""A person's list has so many rooms. The latest direct rooms fill the places that others leave."""
JOINED: Final = 400
"""A person can be in so many rooms, not counting direct ones."""
IN_IT: Final = Membership.State.MEMBER
_FACTS: Final = ("name", "topic", "public", "lounge", "direct")
_RULES: Final = ("archived_at", "slow_s", "locked", "guests_off", "approval_until", "panic_until", "rules_rank")


class Count(Subquery):
    """An expression for the number of rows of a sliced query. It reads no more than the slice."""

    template = "(SELECT COUNT(*) FROM (%(subquery)s) AS counted)"
    output_field = IntegerField()


class Joined(Subquery):
    """The keys that a sliced query finds, with spaces between."""

    template = "(SELECT %(join)s(joined.key, ' ') FROM (%(subquery)s) AS joined)"
    output_field = CharField()

    def as_sql(self, compiler: Any, connection: Any, *args: Any, **more: Any) -> Any:
        join = "STRING_AGG" if connection.vendor == "postgresql" else "GROUP_CONCAT"
        return super().as_sql(compiler, connection, *args, join=join, **more)


def welcome(caller: Caller) -> Sequence[dict[str, Any]]:
    """Return the rooms of a person, with heads and unread counts, in one query."""
    words = messages.words(frozenset({f"u:{caller.id}", "member"}))
    rows = [_Mine._make(row) for row in reversed(_mine(caller.pk, words, limit=MINE))]
    names = direct_names(caller, rows)
    return [
        _membership(_facts(row.key, row), row, Head(row.head, row.tag or 0, row.lines), row.unread)
        | names.get(row.pk, {})
        for row in rows
    ]


@method("unread.read", protocol.NoParams, lane="read", cost=4)
def unread_read(*, caller: Caller) -> dict[str, Any]:
    return {"rooms": unread_of(caller)}


def unread_of(caller: Caller) -> dict[str, dict[str, int]]:
    """`{unread, read, o}` of each room of a person, as hello counts them up to the head `o`. One query."""
    words = messages.words(frozenset({f"u:{caller.id}", "member"}))
    rows = map(_Mine._make, _mine(caller.pk, words, limit=MINE))
    return {row.key: {"unread": row.unread, "read": row.read, "o": row.head} for row in rows}


def refuse_full(user: int) -> None:
    """409 for somebody who is in so many rooms that the next would push another out of the list."""
    joined = Membership.objects.filter(user=user, state__in=[IN_IT, Membership.State.WAITING], room__direct="")
    if joined.count() >= JOINED:
        raise conflict("too_many_joined", f"at most {JOINED}")


class _Mine(NamedTuple):
    """A membership and its room: what `_mine` reads."""

    pk: int
    key: str
    name: str
    topic: str
    public: bool
    lounge: bool
    direct: str
    role: str
    read: int
    head: int
    tag: int | None
    lines: int
    unread: int


@prepared
def _mine(user: int, words: Collection[str], *, limit: int) -> "QuerySet[Membership, Any]":
    """Return memberships: the lounge and joined rooms come before direct rooms, to which others can invite."""
    shown = Membership.objects.filter(
        user=user, state=IN_IT, hidden__lte=F("room__log__lines"), room__archived_at=None, room__deleted_at=None
    )
    active = Case(When(room__direct="", then=F("joined_at")), default=Subquery(_last("room__log", "at")))
    order = (F("room__lounge").desc(), Case(When(room__direct="", then=0), default=1), active.desc(), "-joined_at")
    return _row(shown, user, words).order_by(*order).values_list(*_ROW)[:limit]


def membership_of(caller: Caller, room: int) -> dict[str, Any]:
    """Return a room of the caller as in `welcome`, hidden or not."""
    words = messages.words(frozenset({f"u:{caller.id}", "member"}))
    mine = Membership.objects.filter(user=caller.pk, room=room, state=IN_IT)
    row = _Mine._make(_row(mine, caller.pk, words).values_list(*_ROW).get())
    head = Head(row.head, row.tag or 0, row.lines)
    return _membership(_facts(row.key, row), row, head, row.unread) | direct_names(caller, [row]).get(row.pk, {})


_ROW: Final = (
    *("room_id", "room__log__key", *(f"room__{name}" for name in _FACTS)),
    *("role", "place", "room__log__head", "tag", "room__log__lines", "unread"),
)


def _row(mine: "QuerySet[Membership, Any]", user: int, words: Collection[str]) -> "QuerySet[Membership, Any]":
    """Add `place`, up to where they have read: one's own last message counts as read."""
    own = Message.objects.filter(author=user, log=OuterRef("room__log")).order_by("-offset").values("offset")[:1]
    placed = mine.annotate(place=Greatest("read", Coalesce(Subquery(own), 0)))
    return placed.annotate(tag=Subquery(_last("room__log")), unread=Count(_unread(user, words)))


def direct_names(caller: Caller | None, rooms: Sequence[Any]) -> dict[int, dict[str, str]]:
    """`{name}` of direct rooms, by primary key: the names of the others; one query where there are any."""
    direct = {room.pk: [key for key in room.direct.split() if caller is None or key != caller.id] for room in rooms}
    keys = {key for others in direct.values() for key in others}
    people = dict(User.objects.filter(key__in=keys).values_list("key", "name")) if keys else {}
    return {pk: {"name": ", ".join(sorted(people[key] for key in others))} for pk, others in direct.items() if others}


def membership_as(membership: Membership, room: Room, head: Head, unread: int) -> dict[str, Any]:
    """`{key, name, topic, public, lounge, role, unread, read, head}`; who is here, the hub knows."""
    return _membership(_facts(room.log.key, room), membership, head, unread)


def _membership(facts: dict[str, Any], mine: Any, head: Head, unread: int) -> dict[str, Any]:
    return {**facts, "role": mine.role, "unread": unread, "read": mine.read, "head": _head(head)}


def snapshot(
    caller: Caller | None, key: LogKey, labels: Labels, head: Head, around: int | None = None
) -> dict[str, Any]:
    """Return the snapshot of a room for one reader, read after its head: room, lines, people, parts."""
    room = _room(key, head)
    if room is None:
        raise not_found("no such room")
    mine = access.standings([key], [caller.pk]).get((key, caller.pk)) if caller else None
    role = mine.role if mine else None
    if around is None:
        page = messages.page_last(key, room.log_id, labels, head)
    else:
        page = messages.page_around(room.log_id, labels, around)
    read = max([mine.read, *(line["o"] for line in page["lines"] if caller and line["by"] == caller.id)]) if mine else 0
    own = {"role": role, "rank": mine.rank if mine and role else None, "read": read if role else None}
    parts = plugin.snapshot_sections(key, labels, head)
    me = plugin.installed.own_sanctions(caller.pk, mine) if caller else None
    name = direct_names(caller, [room]).get(room.pk, {})
    shown = {"members": room.members, "hosts": (room.hosts or "").split(), "rules": rules_of(room)}
    shown["archived"] = room.archived_at
    facts = _facts(key, room) | own | shown | name
    if room.direct and caller:
        facts["unanswered"] = access.unanswered(room.pk, caller.pk)
    return {"room": facts, "me": me, **page, "as_of": head.o, "parts": parts}


def guests_off(key: str | None) -> bool:
    """Return whether a new guest would be refused by the lounge or by the room that they come for."""
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
    rooms = rooms.select_related("log").annotate(tag=Subquery(_last("log")), members=Count(_members()))
    found = list(rooms.order_by("-active_at", "-pk")[: PAGE + 1])
    more = f"{found[PAGE - 1].active_at}-{found[PAGE - 1].pk}" if len(found) > PAGE else None
    return {"rooms": [{**_listed(room), "here": here(LogKey(room.log.key))} for room in found[:PAGE]], "next": more}


def _listed(room: Any) -> dict[str, Any]:
    head = Head(room.log.head, room.tag or 0, room.log.lines)
    facts = {"key": room.log.key, "name": room.name, "topic": room.topic, "members": room.members, "head": _head(head)}
    return {**facts, "archived": room.archived_at, "deleted": room.deleted_at}


def _matches(text: str) -> Q:
    """Rooms whose name or topic holds the text, in any case: SQLite folds the case of ASCII letters only."""
    found = Q()
    for form in {text, text.lower(), text.upper(), text.title()}:
        found |= Q(name__icontains=form) | Q(topic__icontains=form)
    return found


@method("member.list", RoomParams, lane="read", cost=4)
def member_list(*, caller: Caller, room: LogKey) -> dict[str, Any]:
    """Return the members, hosts first; a rank also sees who waits to be admitted, and who is muted."""
    standing = access.readable(caller, room)
    pk, rank = standing.room, standing.rank
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
    """`{slow_s, locked, guests_off, approval_until, panic_until, by_rank}` of a room or a row.

    Times that are over are null.
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
    """Return the people whom a person blocks."""
    return list(Block.objects.filter(user=user).order_by("pk").values_list("blocked__key", flat=True)[:LISTED])


def faces(room: int, limit: int = 12) -> dict[str, dict[str, Any]]:
    """Return some people of a room, for a person who is invited."""
    return {row.user.key: person_of(row.user) for row in _in_it(room).order_by("role", "joined_at")[:limit]}


def _in_it(room: int) -> "QuerySet[Membership]":
    return Membership.objects.filter(room=room, state=IN_IT).select_related("user")


@kept
def _room(key: LogKey) -> Any | None:
    return _rooms.first(key)


@prepared
def _rooms(key: LogKey) -> "QuerySet[Room, Any]":
    rooms = Room.objects.filter(log__key=key).annotate(members=Count(_members()), hosts=Joined(_hosts()))
    return rooms.values_list("pk", "log_id", *_FACTS, *_RULES, "members", "hosts", named=True)


def _members() -> "QuerySet[Membership, Any]":
    return Membership.objects.filter(room=OuterRef("pk"), state=IN_IT).order_by().values("pk")[:MEMBERS]


def _hosts() -> "QuerySet[Membership, Any]":
    hosts = Membership.objects.filter(room=OuterRef("pk"), state=IN_IT, role=HOST)
    return hosts.order_by("joined_at").values(key=F("user__key"))[:HOSTS]


def _last(log: str, column: str = "tag") -> Any:
    """Return a subquery for a column of the last event of the log at this path."""
    last = Event.objects.filter(log=OuterRef(log), offset=OuterRef(f"{log}__head"))
    return last.values(column)[:1]


def _unread(user: int, words: Collection[str]) -> "QuerySet[Message, Any]":
    """Messages of others after the place of the membership outside: still there, for this reader, of nobody blocked."""
    host = messages.visible(frozenset({"host"})) & Q(Exact(OuterRef("role"), Value(HOST, CharField())))
    seen = messages.heard_by(words) | host
    newer = Message.objects.filter(seen, log=OuterRef("room__log"), offset__gt=OuterRef("place"), removed_at=None)
    newer = newer.exclude(author__in=Block.objects.filter(user=user).values("blocked"))
    return newer.exclude(author=user).order_by("offset").values("pk")[:UNREAD]


def _facts(key: str, room: Any) -> dict[str, Any]:
    """Return name, topic and state of a room, or of a row with its columns."""
    return {
        "key": key,
        "name": room.name,
        "topic": room.topic,
        "public": room.public,
        "lounge": room.lounge,
        "direct": room.direct.split(),
    }


def _head(head: Head) -> dict[str, int]:
    return {"o": head.o, "t": head.t, "n": head.n}
