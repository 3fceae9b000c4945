"""How somebody stands to a room: the look-up is the permission. What may not be seen is not there."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass

from django.db.models import FilteredRelation, Q

from chat.models import Membership, Room
from realtime.methods import Caller, Labels
from realtime.protocol import LogKey, UserId, forbidden, not_found

HOST = Membership.Role.HOST
NOBODY = 0


@dataclass(frozen=True, slots=True)
class Standing:
    """One person and one room; ids are primary keys, `role` is None for who is not in it."""

    room: int
    log: int
    public: bool
    lounge: bool
    role: str | None


Standings = Mapping[tuple[LogKey, int], Standing]


def standings(rooms: Collection[LogKey], users: Collection[int]) -> Standings:
    """By room and user, in one query; by room and `NOBODY` for those who are not in it."""
    in_it = Q(memberships__user__in=users, memberships__state=Membership.State.MEMBER)
    rows = (
        Room.objects.filter(log__key__in=rooms)
        .annotate(mine=FilteredRelation("memberships", condition=in_it))
        .values_list("log__key", "mine__user_id", "pk", "log_id", "public", "lounge", "mine__role")
    )
    found = {}
    for key, user, room, log, public, lounge, role in rows:
        found[LogKey(key), user or NOBODY] = Standing(room, log, public, lounge, role)
        found[LogKey(key), NOBODY] = Standing(room, log, public, lounge, None)
    return found


def member(caller: Caller, room: LogKey, found: Standings | None = None) -> Standing:
    """A member's standing; 404 where they may not look, 403 where they may only look."""
    standing = readable(caller, room, found)
    if standing.role is None:
        raise forbidden("join the room first")
    return standing


def host(caller: Caller, room: LogKey) -> Standing:
    standing = member(caller, room)
    if standing.role != HOST:
        raise forbidden("hosts only")
    return standing


def readable(caller: Caller | None, room: LogKey, found: Standings | None = None) -> Standing:
    """The standing of somebody who may look, or 404."""
    standing = _standing(caller, room, found)
    if standing is None or not (standing.public or standing.role):
        raise not_found("no such room")
    return standing


def invited(caller: Caller, room: LogKey) -> Standing:
    """The standing of somebody whom an invite lets look."""
    standing = _standing(caller, room)
    if standing is None:
        raise not_found("no such room")
    return standing


def labels_of(user: UserId | None, standing: Standing) -> Labels:
    """The names by which an audience may mean this reader; a visitor has none."""
    words = {f"u:{user}"} if user else set()
    if standing.role:
        words.add("member")
    if standing.role == HOST:
        words.add("host")
    return frozenset(words)


def may_read(caller: Caller, room: LogKey) -> Labels | None:
    """The caller's labels there, or None. One query."""
    standing = _standing(caller, room)
    return labels_of(caller.id, standing) if standing and (standing.public or standing.role) else None


def _standing(caller: Caller | None, room: LogKey, found: Standings | None = None) -> Standing | None:
    user = caller.pk if caller else NOBODY
    if found is None:
        found = standings([room], [user])
    return found.get((room, user)) or found.get((room, NOBODY))
