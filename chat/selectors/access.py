"""The access of a person to a room. A room that the person may not see gives 404, as if it did not exist."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from typing import Any

from django.db.models import F, FilteredRelation, OuterRef, Q, QuerySet, Subquery
from django.db.models.functions import JSONObject
from msgspec.structs import replace

from accounts.models import User
from accounts.selectors import FOREVER, SECOND_STEP, banned, counts_as_guest, usable_rank, usable_rank_of
from chat import plugin
from chat.models import Block, Membership, Room
from chat.permissions import NEEDED, Rank
from chat.types import AccessTable, RoomAccess
from realtime import UNSEEN, Caller, LogKey, RealtimeError, Scopes, UserId, conflict, forbidden, not_found
from realtime.log import now_ms
from realtime.storage.prepared import prepared

HOST = Membership.Role.HOST
VISITOR = 0
RANK_SCOPES = {Rank.HOST: "host", Rank.MODERATOR: "mod", Rank.ADMIN: "admin"}
"""Scopes, by the least rank that has them."""
SILENCED = "silenced:"
"""The scope of a muted reader, followed by the end of the mute in ms UTC."""
IN_IT = Membership.State.MEMBER


_ROOM = (
    "pk",
    "log_id",
    "public",
    "lounge",
    "slow_s",
    "locked",
    "guests_off",
    "direct",
    "active_at",
    "archived_at",
    "created_by_id",
)
_MINE = ("role", "state", "banned_until", "muted_until", "warned", "spoke_at", "read", "own_from")
_USER = User.objects.filter(pk=OuterRef("mine__user_id")).values(
    facts=JSONObject(
        moderator="is_moderator",
        superuser="is_superuser",
        muted="muted_until",
        banned="banned_until",
        hashed=F("password"),
        account_at="account_at",
        proven=SECOND_STEP,
    )
)
"""A subquery, because Django would put the join before the filtered join that it depends on."""


def access_table(rooms: Collection[LogKey], users: Collection[int]) -> AccessTable:
    """Return the access by (room, user), in one query, and by (room, `VISITOR`) for everybody else."""
    return _found(_access_rows(rooms, users))


def _found(rows: Iterable[Any]) -> AccessTable:
    table = {}
    for key, user, *values in rows:
        table[LogKey(key), VISITOR] = place = RoomAccess(*values[: len(_ROOM)])
        if user is not None:
            table[LogKey(key), user] = _access_of(place, *values[len(_ROOM) :])
    return table


@prepared
def _access_rows(rooms: Collection[LogKey], users: Collection[int]) -> "QuerySet[Room, Any]":
    return _places(Room.objects.filter(log__key__in=rooms, deleted_at=None), users)


def access_table_of_closed(room: LogKey, caller: Caller) -> AccessTable:
    """Return the access of a caller, also for a deleted room."""
    return _found(_places(Room.objects.filter(log__key=room), [caller.pk]))


def _places(rooms: "QuerySet[Room]", users: Collection[int]) -> "QuerySet[Room, Any]":
    return (
        rooms.annotate(mine=FilteredRelation("memberships", condition=Q(memberships__user__in=users)))
        .annotate(person=Subquery(_USER))
        .values_list("log__key", "mine__user_id", *_ROOM, *(f"mine__{name}" for name in _MINE), "person")
    )


def _access_of(
    place: RoomAccess,
    role: str,
    state: str,
    banned_until: int,
    muted_until: int,
    warned: str,
    spoke_at: int,
    read: int,
    own_from: int,
    person: Mapping[str, Any],
) -> RoomAccess:
    banned_on_site = person["banned"] if person["banned"] > now_ms() else 0
    is_member = state == IN_IT and not banned_on_site
    site = usable_rank(moderator=person["moderator"], superuser=person["superuser"], second_step=person["proven"])
    return replace(
        place,
        role=role if is_member else None,
        rank=max(Rank(site), Rank.HOST if role == HOST else Rank.MEMBER) if is_member else Rank.MEMBER,
        guest=counts_as_guest(person["hashed"], person["account_at"], now_ms()),
        waiting=state == Membership.State.WAITING,
        asked=state == Membership.State.REQUEST and not banned_on_site,
        banned_until=max(banned_on_site, banned_until if state == Membership.State.BANNED else 0),
        muted_until=muted_until,
        muted_on_site=person["muted"],
        warned=warned,
        spoke_at=spoke_at,
        read=read,
        own_from=own_from,
    )


def member(caller: Caller, room: LogKey, found: AccessTable | None = None, *, archived: bool = False) -> RoomAccess:
    """Return a member's access. Raise 404 when they may not read the room, and 403 when they may only read.

    Raise 409 in an archived room, unless the action is allowed there (`archived`).
    """
    room_access = readable(caller, room, found)
    if room_access.role is None:
        raise forbidden("a host lets you in" if room_access.waiting else "join the room first")
    if not archived:
        refuse_archived(room_access)
    return room_access


def refuse_archived(room_access: RoomAccess) -> None:
    """Raise 409 `archived` for an archived room."""
    if room_access.archived_at is not None:
        raise conflict("archived", "the room is archived")


def reporter(caller: Caller, room: LogKey) -> RoomAccess:
    """Return the access of a person who may report: a member, or a person with a request to a direct room."""
    room_access = _access(caller, room)
    return room_access if room_access is not None and room_access.asked else member(caller, room, archived=True)


def ranked(
    caller: Caller, room: LogKey, act: str, found: AccessTable | None = None, *, archived: bool = False
) -> RoomAccess:
    """Return the access of a caller whose rank allows the action in the room, or raise 403."""
    room_access = member(caller, room, found, archived=archived)
    if room_access.rank < NEEDED[act]:
        raise forbidden("hosts only")
    return room_access


def on_site(caller: Caller, room: LogKey, *, closed: bool = False) -> AccessTable:
    """Return the access of a moderator or admin as if they were a host, for the argument `found` of a service.

    Raise 403 for others. Membership is not checked, because Django admin shows all rooms. With `closed` the room may be
    deleted.
    """
    room_access = _access(caller, room, access_table_of_closed(room, caller) if closed else None)
    user = User.objects.filter(pk=caller.pk, is_active=True).first()
    rank = Rank(usable_rank_of(user)) if user else Rank.MEMBER
    if room_access is None or rank < Rank.MODERATOR:
        raise forbidden("moderators only")
    return {(room, caller.pk): replace(room_access, role=HOST, rank=rank, waiting=False, banned_until=0)}


def author(
    caller: Caller, room: LogKey, found: AccessTable | None = None, *, slowed: bool = True, asking: bool = False
) -> RoomAccess:
    """Return the access of a member who may write now. The plugin that answers `may_post` decides.

    `slowed`: slow mode applies. Raise 403 `unanswered` in a direct room that nobody else has accepted. With `asking`
    this is not checked, and the calling function must check it.
    """
    room_access = member(caller, room, found)
    plugin.installed.may_post(room_access, now_ms(), slowed)
    if room_access.direct and not asking and unanswered(room_access.room, caller.pk):
        raise RealtimeError(403, "unanswered")
    return room_access


def unanswered(room: int, user: int) -> bool:
    """Return whether this user is the only member of a direct room: nobody else has accepted."""
    return not Membership.objects.filter(room=room, state=IN_IT).exclude(user=user).exists()


def blocks_one_of(user: int, people: str) -> bool:
    """Return whether a user blocks one of the people of a direct room."""
    return Block.objects.filter(user=user, blocked__key__in=people.split()).exists()


def readable(caller: Caller | None, room: LogKey, found: AccessTable | None = None) -> RoomAccess:
    """Return the access of a person who may read the room, or raise 404."""
    room_access = _access(caller, room, found)
    if room_access is not None and room_access.banned:
        raise banned_from(room_access)
    if room_access is None or not room_access.may_look:
        raise not_found("no such room")
    return room_access


def banned_from(room_access: RoomAccess) -> RealtimeError:
    """Return the error 403 `banned`, with the end of the ban."""
    return banned(room_access.banned_until)


def invited(caller: Caller, room: LogKey) -> RoomAccess:
    """Return the access of a person who may read the room by an invite."""
    room_access = _access(caller, room)
    if room_access is None:
        raise not_found("no such room")
    if room_access.banned:
        raise banned_from(room_access)
    return room_access


def scopes_of(user: UserId | None, room_access: RoomAccess) -> Scopes:
    """Return the scopes of a reader; a visitor has none."""
    words = {f"u:{user}"} if user else set()
    if room_access.role:
        words.add("member")
    if room_access.role:
        words |= {scope for rank, scope in RANK_SCOPES.items() if room_access.rank >= rank}
    silent = FOREVER if room_access.warned else max(room_access.muted_until, room_access.muted_on_site)
    if silent > now_ms():
        words.add(f"{SILENCED}{silent}")
    return frozenset(words)


def silenced(scopes: Scopes) -> bool:
    """Tell whether a mute or a warning forbids to write. The end of a mute needs no recheck."""
    return any(scope.startswith(SILENCED) and int(scope.removeprefix(SILENCED)) > now_ms() for scope in scopes)


def may_read(caller: Caller, room: LogKey) -> Scopes | None:
    """Return the caller's scopes in the room, or None, in one query."""
    room_access = _access(caller, room)
    return scopes_of(caller.id, room_access) if room_access and room_access.may_look else None


def may_read_all(asked: Sequence[tuple[Caller, LogKey]]) -> dict[tuple[UserId, LogKey], Scopes]:
    """Return the scopes for each pair of a caller and a room that the caller may read.

    This takes one query, and a second one for blocks when some of the rooms are direct.
    """
    found = access_table({room for _, room in asked}, {caller.pk for caller, _ in asked})
    pairs = [(caller, room, _access(caller, room, found)) for caller, room in asked]
    blocks = _blocks_of({caller.pk for caller, _, room_access in pairs if room_access and room_access.direct})
    return {
        (caller.id, room): scopes_of(caller.id, room_access) | _unseen(caller, room_access, blocks)
        for caller, room, room_access in pairs
        if room_access and room_access.may_look
    }


def may_open(caller: Caller, room: LogKey) -> Scopes | None:
    """Return the caller's scopes in the room, or None. Raise 403 `banned` when the caller is banned from it.

    A caller who blocks one of the people of a direct room is not shown as present there.
    """
    room_access = _access(caller, room)
    if room_access and room_access.banned:
        raise banned_from(room_access)
    if room_access is None or not room_access.may_look:
        return None
    blocks = _blocks_of({caller.pk} if room_access.direct else set())
    return scopes_of(caller.id, room_access) | _unseen(caller, room_access, blocks)


def _blocks_of(users: Collection[int]) -> set[tuple[int, str]]:
    """Return (user, key of a blocked person) for all blocks of these users."""
    blocks = Block.objects.filter(user__in=users)
    return set(blocks.values_list("user_id", "blocked__key")) if users else set()


def _unseen(caller: Caller, room_access: RoomAccess, blocks: Collection[tuple[int, str]]) -> Scopes:
    """Return the scope `UNSEEN` when the caller blocks one of the people of a direct room, else no scope."""
    blocked = any((caller.pk, person) in blocks for person in room_access.direct.split())
    return frozenset({UNSEEN}) if blocked else frozenset()


def _access(caller: Caller | None, room: LogKey, found: AccessTable | None = None) -> RoomAccess | None:
    user = caller.pk if caller else VISITOR
    if found is None:
        found = access_table([room], [user])
    return found.get((room, user)) or found.get((room, VISITOR))
