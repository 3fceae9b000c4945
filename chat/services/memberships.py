"""Write memberships, roles and read pointers. A room keeps a host as long as it has members."""

from typing import Any, Final

from django.db.models import Q, QuerySet

from accounts.models import User
from accounts.selectors import caller_of, is_new_here, refuse_banned
from chat import plugin, protocol
from chat.models import Block, Invite, Membership, Mention, Message, Room
from chat.selectors import access, ranks
from chat.selectors.access import HOST
from chat.selectors.own_rooms import membership_as, refuse_full
from chat.selectors.ranks import rank_of
from chat.services.invites import invite_use
from chat.types import RoomAccess
from realtime import (
    Caller,
    ClientId,
    Head,
    LogKey,
    RealtimeError,
    Signal,
    UserId,
    conflict,
    forbidden,
    method,
    not_found,
    room_and_site,
)
from realtime.log import SITE, Batch, now_ms
from realtime.log import batch as open_batch

IN_IT = Membership.State.MEMBER
ACTIVE_MS: Final = 10 * 60_000
PAIR: Final = 2


@method("room.join", protocol.RoomAct, logs=room_and_site)
def room_join(batch: Batch, *, caller: Caller, room: LogKey, cid: ClientId) -> list[Signal]:
    """Make the caller a member of a public room."""
    membership = member_join(batch, caller=caller, room=room, cid=cid)
    return [joined_signal(batch, caller=caller, membership=membership)]


def member_join(
    batch: Batch, *, caller: Caller, room: LogKey, cid: ClientId | None = None, invite: Invite | None = None
) -> Membership:
    """Make the caller a member of a public room, or of any room with an invite.

    When the room asks for approval, a new person waits for a host. The first member becomes host, except in the lounge.
    """
    room_access = (access.invited if invite else access.readable)(caller, room)
    if room_access.role or room_access.waiting:
        raise conflict("conflict", "in it already")
    access.refuse_archived(room_access)
    user = User.objects.get(pk=caller.pk)
    refuse_banned(user, batch.now)
    _refuse_newcomer(room_access, user, batch.now)
    if not room_access.lounge:
        refuse_full(user.pk)
    if invite:
        invite_use(batch, invite=invite)
    row = Room.objects.select_related("log").get(log__key=room)
    if is_new_here(user, batch.now) and row.approval_until > batch.now:
        return _wait_for_approval(batch, caller=caller, user=user, room=row, cid=cid, invite=invite)
    data = {"user": caller.id, "via": invite.key if invite else None}
    event = batch.append(room, kind="member.joined", data=data, actor=caller.id, cid=cid)
    batch.revoke(caller.id, log=room)
    role = Membership.Role.MEMBER if row.lounge or _others(row.pk, caller.pk).exists() else HOST
    given = {"role": role, "state": IN_IT, "via": invite, "read": event.o, **_new_columns(batch, user, row)}
    return Membership.objects.update_or_create(room=row, user_id=caller.pk, defaults=given)[0]


def admitted_signals(batch: Batch, *, membership: Membership) -> list[Signal]:
    """Return the signals to a person who was admitted: the room is added to the list, and waiting ends."""
    user = membership.user
    caller = caller_of(user)
    if caller is None:
        return []
    key = LogKey(membership.room.log.key)
    return [
        joined_signal(batch, caller=caller, membership=membership),
        Signal(key, "standing", "", None, to=caller.id),
    ]


def _refuse_newcomer(room_access: RoomAccess, user: User, now: int) -> None:
    """Raise 403 for a new person when the room blocks guests, and when a plugin refuses the person or their browser."""
    if room_access.guests_off and is_new_here(user, now):
        raise RealtimeError(403, "guests_off")
    plugin.installed.may_join(user, room_access.room, now)


def _wait_for_approval(
    batch: Batch, *, caller: Caller, user: User, room: Room, cid: ClientId | None, invite: Invite | None
) -> Membership:
    """Store that the person waits for approval. Hosts get an event. Until one admits them, they can only read."""
    key = LogKey(room.log.key)
    batch.append(
        key,
        kind="member.waiting",
        data={"user": caller.id},
        actor=caller.id,
        cid=cid,
        audience=["host", f"u:{caller.id}"],
    )
    given = {"state": Membership.State.WAITING, "via": invite, **_new_columns(batch, user, room)}
    return Membership.objects.update_or_create(room=room, user_id=caller.pk, defaults=given)[0]


def _new_columns(batch: Batch, user: User, room: Room) -> dict[str, Any]:
    """Return the first columns of a membership. Mutes, warnings and slow mode survive leaving and joining again."""
    terms = plugin.installed.join_terms(user, room.pk, batch.now)
    messages = Message.objects.filter(author=user.pk, log=room.log_id) if room.slow_s else Message.objects.none()
    last = messages.order_by("-offset").values_list("at", flat=True).first()
    return {"joined_at": batch.now, "banned_until": 0, "spoke_at": last or 0, **terms}


def joined_signal(batch: Batch, *, caller: Caller, membership: Membership) -> Signal:
    """Return the signal to all tabs of a person who has joined, or who waits for approval."""
    key = LogKey(membership.room.log.key)
    log = batch.log(key)
    if membership.state == Membership.State.WAITING:
        waiting = {"muted": None, "warning": None, "waiting": True}
        return Signal(key, "standing", "", waiting, to=caller.id)
    last = next(event for event in reversed(batch.events) if event.room == key)
    value = membership_as(membership, membership.room, Head(log.head, last.t, log.lines), 0)
    value["rank"] = int(access.member(caller, key, archived=True).rank)
    return Signal(key, "membership", "", value, to=caller.id)


@method("room.leave", protocol.RoomAct, logs=room_and_site)
def room_leave(batch: Batch, *, caller: Caller, room: LogKey, cid: ClientId | None) -> list[Signal]:
    """Leave a room. The last host must appoint another one. A direct room of two is hidden instead: `direct.hide`."""
    room_access = access.member(caller, room, archived=True)
    if room_access.direct and len(room_access.direct.split()) <= PAIR:
        raise forbidden("close it instead")
    if room_access.role == HOST:
        _refuse_last_host(room_access.room, caller.pk)
    mine = Membership.objects.filter(room=room_access.room, user=caller.pk)
    if room_access.direct:
        mine.update(state=Membership.State.LEFT)  # others cannot send a new request, but this person can come back
    else:
        mine.delete()
    data = {"user": caller.id, "reason": "left"}
    batch.append(room, kind="member.left", data=data, actor=caller.id, cid=cid)
    batch.revoke(caller.id, log=room, reason="left")
    run_leave_hooks(batch, room, caller.pk)
    return [Signal(room, "membership", "", None, to=caller.id)]


def leave_all_rooms(user: User) -> None:
    """Leave all rooms except direct ones, before an account is deleted. Transfer hosted rooms, and delete blocks."""
    caller = Caller(id=UserId(user.key), pk=user.pk, login="", person={})
    rooms = Room.objects.filter(memberships__user=user, memberships__state=IN_IT, direct="", deleted_at=None)
    for key in map(LogKey, rooms.order_by("pk").values_list("log__key", flat=True)):
        with open_batch([key, SITE]) as staged:
            transfer_host(staged, key, access.member(caller, key, archived=True).room, caller.pk)
            room_leave(staged, caller=caller, room=key, cid=None)
    Block.objects.filter(Q(user=user) | Q(blocked=user)).delete()
    Mention.objects.filter(user=user).delete()


def transfer_host(batch: Batch, key: LogKey, room: int, user: int) -> None:
    """Make the member who joined first host, when this person is the last host."""
    others = _others(room, user)
    hosts = Membership.objects.filter(room=room, user=user, role=HOST, state=IN_IT)
    if not hosts.exists() or others.filter(role=HOST).exists():
        return
    new_host = others.select_related("user").order_by("joined_at", "pk").first()
    if new_host:
        new_host.role = HOST
        new_host.save(update_fields=["role"])
        batch.append(key, kind="member.role", data={"user": new_host.user.key, "role": HOST})
        plugin.installed.audit(batch, None, None, "member.role", room=room, user=new_host.user, on=True)
        batch.revoke(UserId(new_host.user.key), log=key, reason="role")


@method("member.role", protocol.MemberRole, logs=room_and_site)
def member_role(batch: Batch, *, caller: Caller, room: LogKey, cid: ClientId, user: UserId, role: str) -> None:
    """Make a member a host or a host a member."""
    room_access = access.ranked(caller, room, "member.role")
    if room_access.direct:
        raise forbidden("a direct room has no host")
    target = _target(room_access.room, user)
    if target.user_id != caller.pk and rank_of(target.user, room_access.room) >= room_access.rank:
        raise RealtimeError(403, "rank")
    if target.role == role:
        raise conflict("conflict", f"{role} already")
    if target.role == HOST:
        _refuse_last_host(target.room_id, target.user_id)
    target.role = role
    target.save(update_fields=["role"])
    data = {"user": user, "role": role}
    batch.append(room, kind="member.role", data=data, actor=caller.id, cid=cid)
    plugin.installed.audit(batch, room_access, caller, "member.role", user=target.user, on=role == HOST)
    batch.revoke(user, log=room, reason="role")


@method("member.remove", protocol.MemberRemove, logs=room_and_site)
def member_remove(batch: Batch, *, caller: Caller, room: LogKey, cid: ClientId, user: UserId) -> list[Signal]:
    """Remove a member and revoke the invites they made, so that they cannot come back by one of them."""
    room_access = access.ranked(caller, room, "member.remove")
    target = _target(room_access.room, user)
    if target.role == HOST:
        raise forbidden("a host: change the role first")
    ranks.outrank(room_access, target.user, room=room, act="member.remove")
    Invite.objects.filter(room=target.room_id, created_by=target.user_id, revoked_at=None).update(revoked_at=batch.now)
    target.delete()
    data = {"user": user, "reason": "removed"}
    batch.append(room, kind="member.left", data=data, actor=caller.id, cid=cid)
    plugin.installed.audit(batch, room_access, caller, "member.remove", user=target.user)
    batch.revoke(user, log=room)
    run_leave_hooks(batch, room, target.user_id)
    return [Signal(room, "membership", "", None, to=user)]


def post_time_note(batch: Batch, *, room_access: RoomAccess, caller: Caller) -> None:
    """Store the time of the last message, for slow mode. Later posts of the same batch see it in `room_access`."""
    room_access.spoke_at = batch.now
    Membership.objects.filter(room=room_access.room, user=caller.pk).update(spoke_at=batch.now)


def room_active(batch: Batch, *, room_access: RoomAccess, caller: Caller) -> None:
    """Move a public room up in the directory when somebody other than its creator writes, at most every ten minutes."""
    recent = 0 <= batch.now - room_access.active_at < ACTIVE_MS
    if room_access.public and not recent and caller.pk != room_access.made_by:
        room_access.active_at = batch.now
        Room.objects.filter(pk=room_access.room).update(active_at=batch.now)


def run_leave_hooks(batch: Batch, key: LogKey, user: int) -> None:
    """Call the leave hooks of all plugins."""
    for hook in plugin.installed.on_leave:
        hook.leave(batch, key, user)


def _target(room: int, user: UserId) -> Membership:
    found = (
        Membership.objects.filter(room=room, user__key=user, state=IN_IT).select_related("room__log", "user").first()
    )
    if found is None:
        raise not_found("no such member")
    return found


def _others(room: int, user: int) -> "QuerySet[Membership]":
    """Return the other members who are active and not banned from the site."""
    there = Membership.objects.filter(room=room, state=IN_IT, user__is_active=True, user__banned_until__lte=now_ms())
    return there.exclude(user=user)


def _refuse_last_host(room: int, user: int) -> None:
    others = _others(room, user)
    if others.exists() and not others.filter(role=HOST).exists():
        raise conflict("last_host", "hand the room over first")
