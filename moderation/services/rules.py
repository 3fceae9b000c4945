"""The rules of a room: slow mode, lock, guests, approval; and the lockdown, which sets them for a while."""

from typing import Any, Final

import msgspec

from accounts.models import User
from chat.models import Membership, Room
from chat.selectors import access
from chat.selectors.access import IN_IT
from chat.selectors.rooms import rules_of
from chat.services.memberships import admitted_signals
from chat.types import AccessTable
from moderation import protocol
from moderation.selectors.sanctions import membership_find, person_find
from moderation.services.audit import audit_write
from realtime import (
    Caller,
    ClientId,
    LogKey,
    Signal,
    UserId,
    conflict,
    encode,
    method,
    not_found,
    room_and_site,
    unprocessable,
)
from realtime.log import Batch, LogEvent

PANIC_MS: Final = 15 * 60_000
APPROVAL_MS: Final = 60 * 60_000
SLOW_S: Final = (0, 5, 10, 30, 60, 300)
PANIC: Final = {"slow_s": 30, "locked": True, "guests_off": True}


@method("room.restrict", protocol.RoomRestrict)
def room_restrict(
    batch: Batch,
    *,
    caller: Caller,
    room: LogKey,
    cid: ClientId,
    slow_s: int,
    locked: bool,
    guests_off: bool,
    approval: bool,
    reason: str = "",
    found: AccessTable | None = None,
) -> LogEvent:
    """Set the rules of a room. This ends a lockdown too."""
    room_access = access.ranked(caller, room, "room.restrict", found)
    if slow_s not in SLOW_S:
        raise unprocessable("bad_rules", f"seconds: {SLOW_S}")
    row = _room(room_access.room)
    before = rules_of(row)
    row.slow_s, row.locked, row.guests_off, row.panic_until, row.calm = slow_s, locked, guests_off, 0, ""
    row.rules_rank = room_access.rank
    if approval != (row.approval_until > batch.now):
        row.approval_until = batch.now + APPROVAL_MS if approval else 0
    row.save()
    audit_write(batch, room_access, caller, "room.restrict", reason=reason, before=before, after=rules_of(row))
    return rules_append(batch, room=room, caller=caller, cid=cid)


@method("room.panic", protocol.RoomPanic)
def room_panic(
    batch: Batch,
    *,
    caller: Caller,
    room: LogKey,
    cid: ClientId,
    on: bool,
    reason: str = "",
    found: AccessTable | None = None,
) -> LogEvent:
    """Start or end the lockdown: locked, guests blocked, slow mode. It ends by itself after 15 minutes."""
    room_access = access.ranked(caller, room, "room.panic", found)
    row = _room(room_access.room)
    if (row.panic_until > batch.now) if on else not row.panic_until:
        raise conflict("already_done")
    if on:
        _panic(batch, room, row, room_access.rank)
    else:
        _calm(row)
    audit_write(batch, room_access, caller, "room.panic", reason=reason, on=on)
    return rules_append(batch, room=room, caller=caller, cid=cid)


def calm_due(batch: Batch, key: LogKey, data: Any) -> None:
    """Handle the deadline `chat.calm`: end the lockdown, unless it was ended or started again."""
    room = Room.objects.filter(log__key=key).exclude(panic_until=0).first()
    if room and room.panic_until <= batch.now:
        _calm(room)
        audit_write(batch, None, None, "room.calm", room=room.pk)
        rules_append(batch, room=key)


def _panic(batch: Batch, key: LogKey, room: Room, rank: int) -> None:
    if not room.panic_until:  # an overdue lockdown has stored the rules before it already
        room.calm = encode({name: getattr(room, name) for name in (*PANIC, "rules_rank")}).decode()
    for name, value in {**PANIC, "rules_rank": rank}.items():
        setattr(room, name, value)
    room.panic_until = batch.now + PANIC_MS
    room.save()
    batch.schedule(key, "chat.calm", room.panic_until, None)


def _calm(room: Room) -> None:
    """Restore the rules from before the lockdown."""
    for name, value in msgspec.json.decode(room.calm or "{}").items():
        setattr(room, name, value)
    room.panic_until, room.calm = 0, ""
    room.save()


def rules_append(
    batch: Batch,
    *,
    room: LogKey,
    caller: Caller | None = None,
    cid: ClientId | None = None,
) -> LogEvent:
    data = {"rules": rules_of(Room.objects.get(log__key=room))}
    actor = caller.id if caller else None
    return batch.append(room, kind="room.restricted", data=data, actor=actor, cid=cid)


@method("member.admit", protocol.MemberAdmit, logs=room_and_site)
def member_admit(batch: Batch, *, caller: Caller, room: LogKey, cid: ClientId, user: UserId, yes: bool) -> list[Signal]:
    """Admit a person who waits to become a member, or refuse them."""
    room_access = access.ranked(caller, room, "member.admit")
    person = person_find(user)
    waiting = membership_find(room_access.room, person.pk)
    if waiting is None or waiting.state != Membership.State.WAITING:
        raise not_found("nobody waits by this name")
    _admitted(batch, room, caller, cid, person, yes)
    audit_write(batch, room_access, caller, "member.admit", user=person, yes=yes)
    if not yes:
        waiting.delete()
        return [Signal(room, "standing", "", None, to=user)]
    waiting.state, waiting.joined_at = IN_IT, batch.now
    waiting.read = batch.append(room, kind="member.joined", data={"user": user, "via": None}).o
    waiting.save()
    batch.revoke(user, log=room, reason="admitted")
    return admitted_signals(batch, membership=waiting)


def _admitted(batch: Batch, key: LogKey, caller: Caller, cid: ClientId, person: User, yes: bool) -> None:
    batch.append(
        key,
        kind="member.admitted",
        data={"user": person.key, "yes": yes},
        actor=caller.id,
        cid=cid,
        audience=["host", f"u:{person.key}"],
    )


def _room(pk: int) -> Room:
    return Room.objects.select_for_update().get(pk=pk)
