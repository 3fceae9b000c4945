"""Archive, delete and restore rooms, for hosts, moderators and admins.

An archived room can be read, but is in no list and accepts no messages. A deleted room is hidden from everybody. It can
be restored for `DELETED_KEPT_MS`; then its events are redacted in parts, and its log stays without a gap.
"""

from typing import Any, Final

from chat import plugin, protocol
from chat.models import Invite, Membership, Mention, Message, Revision, Room, RoomEmoji
from chat.permissions import Rank
from chat.selectors import access
from chat.selectors.access import IN_IT
from chat.selectors.own_rooms import membership_of
from chat.selectors.rooms import DELETED_KEPT_MS
from chat.services.changes import message_note
from chat.types import AccessTable, RoomAccess
from files.services.posting import files_of_range_delete, files_of_room_delete
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

MEMBERS_NOTIFIED: Final = 50
"""The room lists of so many members change at once; those of the others change at their next hello."""
EVENTS_PER_RUN: Final = 500
"""A run of the purge redacts at most so many events."""


@method("room.archive", protocol.RoomAct, logs=room_and_site)
def room_archive(
    batch: Batch, *, caller: Caller, room: LogKey, cid: ClientId, reason: str = "", found: AccessTable | None = None
) -> list[Signal]:
    """Close a room for new messages, remove it from all lists, and run the close hooks, which end its matches."""
    room_access = _refuse_permanent(access.ranked(caller, room, "room.archive", found, archived=True))
    if room_access.archived_at is not None:
        raise conflict("already_done")
    _close(batch, room_access, archived_at=batch.now)
    _notify(batch, room, room_access, caller, cid, kind="room.archived", method="room.archive", reason=reason)
    _run_close_hooks(batch, room)
    return _out_of_lists(room, room_access.room)


@method("room.delete", protocol.RoomAct, logs=room_and_site)
def room_delete(
    batch: Batch, *, caller: Caller, room: LogKey, cid: ClientId, reason: str = "", found: AccessTable | None = None
) -> list[Signal]:
    """Hide a room from everybody at once. It can be restored until it is purged."""
    room_access = _refuse_permanent(access.ranked(caller, room, "room.delete", found, archived=True))
    _close(batch, room_access, deleted_at=batch.now)
    _notify(batch, room, room_access, caller, cid, kind="room.deleted", method="room.delete", reason=reason)
    _run_close_hooks(batch, room)
    batch.schedule(room, "chat.room_purge", batch.now + DELETED_KEPT_MS, {"at": batch.now})
    batch.revoke(None, log=room, reason="deleted")
    return _out_of_lists(room, room_access.room)


@method("room.restore", protocol.RoomAct, logs=room_and_site)
def room_restore(
    batch: Batch, *, caller: Caller, room: LogKey, cid: ClientId, reason: str = "", found: AccessTable | None = None
) -> list[Signal]:
    """Restore a deleted room as it was, or reopen an archived one. Raise 403 `rank` if a higher rank has closed it."""
    found = access.access_table_of_closed(room, caller) if found is None else found
    room_access, row = _restorable(caller, room, found)
    _refuse_permanent(room_access)
    if row.closed_rank is None:
        raise conflict("already_done")
    if row.closed_rank > room_access.rank:
        raise RealtimeError(403, "rank")
    if row.deleted_at is not None and not 0 <= batch.now - row.deleted_at < DELETED_KEPT_MS:
        raise conflict("undo_over")
    if row.deleted_at is not None:
        row.deleted_at = None
    else:
        row.archived_at = None
    row.closed_rank = None if row.archived_at is None else row.closed_rank
    row.save(update_fields=["deleted_at", "archived_at", "closed_rank"])
    _notify(batch, room, room_access, caller, cid, kind="room.restored", method="room.restore", reason=reason)
    return _into_lists(room, row) if row.archived_at is None else []


def purge_due(batch: Batch, key: LogKey, data: Any) -> None:
    """Handle the deadline `chat.room_purge`: redact a room that is still deleted, `EVENTS_PER_RUN` events at a time."""
    room = Room.objects.filter(log__key=key, deleted_at=data["at"]).first()
    if room is None or batch.now - data["at"] < DELETED_KEPT_MS:
        return
    after = data.get("after", 0)
    offsets = redactable(key, after, EVENTS_PER_RUN)
    if offsets:
        _forget(batch, key, room, after, offsets[-1])
        batch.append(key, kind="room.purged", data=None, audience=[], redacts=offsets)
        batch.schedule(key, "chat.room_purge", batch.now, {"at": data["at"], "after": offsets[-1]})
        return
    _forget(batch, key, room, after, batch.log(key).head)
    Invite.objects.filter(room=room, revoked_at=None).update(revoked_at=batch.now)
    RoomEmoji.objects.filter(log=room.log_id).delete()
    files_of_room_delete(room.log_id, batch.now)
    Room.objects.filter(pk=room.pk).update(name="", topic="", skeleton=None)


def _forget(batch: Batch, key: LogKey, room: Room, after: int, last: int) -> None:
    """Clear the messages with offsets above `after`, up to `last`. One statement for a large room is too slow."""
    place = {"log": room.log_id, "offset__gt": after, "offset__lte": last}
    messages = Message.objects.filter(**place).exclude(data=None)
    cleared = list(messages) if plugin.installed.message_changed else []
    messages.update(data=None, removed_at=batch.now, reactions=None)
    for message in cleared:
        message.data = None
        message_note(batch, message, room=key)
    Revision.objects.filter(**place).delete()
    files_of_range_delete(room.log_id, after, last, batch.now)
    Mention.objects.filter(**place).delete()


def _restorable(caller: Caller, key: LogKey, found: AccessTable) -> tuple[RoomAccess, Room]:
    """Return the access and the room, or raise 404 for a deleted room that the caller may not restore."""
    try:
        room_access = access.ranked(caller, key, "room.restore", found, archived=True)
    except RealtimeError:
        if Room.objects.filter(log__key=key).exclude(deleted_at=None).exists():
            raise not_found("no such room") from None
        raise
    return room_access, Room.objects.get(pk=room_access.room)


def _refuse_permanent(room_access: RoomAccess) -> RoomAccess:
    if room_access.lounge or room_access.direct:
        raise forbidden("the lounge and direct rooms stay")
    return room_access


def _close(batch: Batch, room_access: RoomAccess, **at: int) -> None:
    """Mark the room as closed. `closed_rank` never goes down here, so a lower rank cannot make a restore easier."""
    room = Room.objects.get(pk=room_access.room)
    rank = max(room_access.rank, Rank(room.closed_rank or 0))
    Room.objects.filter(pk=room.pk).update(closed_rank=rank, **at)


def _notify(
    batch: Batch,
    key: LogKey,
    room_access: RoomAccess,
    caller: Caller,
    cid: ClientId,
    *,
    kind: str,
    method: str,
    reason: str,
) -> LogEvent:
    plugin.installed.audit(batch, room_access, caller, method, reason=reason)
    return batch.append(key, kind=kind, data={"at": batch.now}, actor=caller.id, cid=cid)


def _run_close_hooks(batch: Batch, key: LogKey) -> None:
    for hook in plugin.installed.on_close:
        hook(batch, key)


def _members(room: int) -> Any:
    members = Membership.objects.filter(room=room, state=IN_IT).select_related("user")
    return members.order_by("joined_at")[:MEMBERS_NOTIFIED]


def _out_of_lists(key: LogKey, room: int) -> list[Signal]:
    return [Signal(key, "membership", "", None, to=UserId(member.user.key)) for member in _members(room)]


def _into_lists(key: LogKey, room: Room) -> list[Signal]:
    callers = [Caller(UserId(member.user.key), member.user_id, "", {}) for member in _members(room.pk)]
    return [Signal(key, "membership", "", membership_of(caller, room.pk), to=caller.id) for caller in callers]
