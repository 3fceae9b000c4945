"""Rooms that are archived or deleted, and brought back, by their hosts and by whoever guards the site.

An archived room can be read and is in no list; nothing new is written into it. A deleted room is not there for
anybody. It comes back for `DELETED_KEPT_MS`; then what was said in it is redacted, event by event, while its log stays
gapless.
"""

from typing import Any, Final

from chat import plugin, protocol
from chat.models import Invite, Membership, Message, Revision, Room
from chat.permissions import Rank
from chat.selectors import access
from chat.selectors.access import IN_IT
from chat.selectors.rooms import DELETED_KEPT_MS, membership_of
from chat.types import RoomAccess, RoomAccesses
from realtime import (
    Caller,
    ClientId,
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
from realtime.log import Batch, LogEvent, redactable

TOLD: Final = 50
"""members whose lists change at once; the others' do at their next hello"""
REDACTED: Final = 500
"""events that one run of the purge redacts"""


@method("room.archive", protocol.RoomAct, logs=room_and_site)
def room_archive(
    batch: Batch, *, caller: Caller, room: LogKey, cid: ClientId, reason: str = "", found: RoomAccesses | None = None
) -> list[Signal]:
    """Let nothing more be written into a room, and take it out of all lists. Its matches end."""
    standing = _closable(access.ranked(caller, room, "room.archive", found, archived=True))
    if standing.archived_at is not None:
        raise conflict("already_done")
    _close(batch, standing, archived_at=batch.now)
    _tell(batch, room, standing, caller, cid, kind="room.archived", method="room.archive", reason=reason)
    _end(batch, room)
    return _out_of_lists(room, standing.room)


@method("room.delete", protocol.RoomAct, logs=room_and_site)
def room_delete(
    batch: Batch, *, caller: Caller, room: LogKey, cid: ClientId, reason: str = "", found: RoomAccesses | None = None
) -> list[Signal]:
    """Hide a room from everybody at once. It can be restored until it is purged."""
    standing = _closable(access.ranked(caller, room, "room.delete", found, archived=True))
    _close(batch, standing, deleted_at=batch.now)
    _tell(batch, room, standing, caller, cid, kind="room.deleted", method="room.delete", reason=reason)
    _end(batch, room)
    batch.schedule(room, "chat.room_purge", batch.now + DELETED_KEPT_MS, {"at": batch.now})
    batch.revoke(None, log=room, reason="deleted")
    return _out_of_lists(room, standing.room)


@method("room.restore", protocol.RoomAct, logs=room_and_site)
def room_restore(
    batch: Batch, *, caller: Caller, room: LogKey, cid: ClientId, reason: str = "", found: RoomAccesses | None = None
) -> list[Signal]:
    """Bring back a deleted room as it was, or open an archived one again; not one that a higher rank has closed."""
    found = access.standings_of_closed(room, caller) if found is None else found
    standing, row = _restorable(caller, room, found)
    _closable(standing)
    if row.closed_rank is None:
        raise conflict("already_done")
    if row.closed_rank > standing.rank:
        raise RealtimeError(403, "rank")
    if row.deleted_at is not None and not 0 <= batch.now - row.deleted_at < DELETED_KEPT_MS:
        raise conflict("undo_over")
    if row.deleted_at is not None:
        row.deleted_at = None
    else:
        row.archived_at = None
    row.closed_rank = None if row.archived_at is None else row.closed_rank
    row.save(update_fields=["deleted_at", "archived_at", "closed_rank"])
    _tell(batch, room, standing, caller, cid, kind="room.restored", method="room.restore", reason=reason)
    return _into_lists(room, row) if row.archived_at is None else []


def purge_due(batch: Batch, key: LogKey, data: Any) -> None:
    """The deadline `chat.room_purge`: redact what was said in a room that stayed deleted, part by part."""
    room = Room.objects.filter(log__key=key, deleted_at=data["at"]).first()
    if room is None or batch.now - data["at"] < DELETED_KEPT_MS:
        return
    after = data.get("after", 0)
    offsets = redactable(key, after, REDACTED)
    if offsets:
        _forget(batch, room, after, offsets[-1])
        batch.append(key, kind="room.purged", data=None, audience=[], redacts=offsets)
        batch.schedule(key, "chat.room_purge", batch.now, {"at": data["at"], "after": offsets[-1]})
        return
    _forget(batch, room, after, batch.log(key).head)
    Invite.objects.filter(room=room, revoked_at=None).update(revoked_at=batch.now)
    Room.objects.filter(pk=room.pk).update(name="", topic="", skeleton=None)


def _forget(batch: Batch, room: Room, after: int, last: int) -> None:
    """Forget the messages of these offsets. One statement for all of a large room would outlast the writer's bound."""
    place = {"log": room.log_id, "offset__gt": after, "offset__lte": last}
    Message.objects.filter(**place).exclude(data=None).update(data=None, removed_at=batch.now)
    Revision.objects.filter(**place).delete()


def _restorable(caller: Caller, key: LogKey, found: RoomAccesses) -> tuple[RoomAccess, Room]:
    """Whoever may not restore a deleted room is told that it is not there."""
    try:
        standing = access.ranked(caller, key, "room.restore", found, archived=True)
    except RealtimeError:
        if Room.objects.filter(log__key=key).exclude(deleted_at=None).exists():
            raise not_found("no such room") from None
        raise
    return standing, Room.objects.get(pk=standing.room)


def _closable(standing: RoomAccess) -> RoomAccess:
    if standing.lounge or standing.direct:
        raise forbidden("the lounge and direct rooms stay")
    return standing


def _close(batch: Batch, standing: RoomAccess, **at: int) -> None:
    """Whoever closes it again with a lower rank does not make it easier to open."""
    room = Room.objects.get(pk=standing.room)
    rank = max(standing.rank, Rank(room.closed_rank or 0))
    Room.objects.filter(pk=room.pk).update(closed_rank=rank, **at)


def _tell(
    batch: Batch,
    key: LogKey,
    standing: RoomAccess,
    caller: Caller,
    cid: ClientId,
    *,
    kind: str,
    method: str,
    reason: str,
) -> LogEvent:
    plugin.installed.audit(batch, standing, caller, method, reason=reason)
    return batch.append(key, kind=kind, data={"at": batch.now}, actor=caller.id, cid=cid)


def _end(batch: Batch, key: LogKey) -> None:
    for hook in plugin.installed.on_close:
        hook(batch, key)


def _members(room: int) -> Any:
    return Membership.objects.filter(room=room, state=IN_IT).select_related("user").order_by("joined_at")[:TOLD]


def _out_of_lists(key: LogKey, room: int) -> list[Signal]:
    return [Signal(key, "membership", "", None, to=UserId(member.user.key)) for member in _members(room)]


def _into_lists(key: LogKey, room: Room) -> list[Signal]:
    callers = [Caller(UserId(member.user.key), member.user_id, "", {}) for member in _members(room.pk)]
    return [Signal(key, "membership", "", membership_of(caller, room.pk), to=caller.id) for caller in callers]
