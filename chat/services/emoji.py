"""The emoji of a room: small pictures that its hosts add, and that people write as `:name:`."""

from typing import Any, Final

from chat import protocol
from chat.models import RoomEmoji
from chat.selectors import access
from files.models import File
from files.services.deletion import files_mark_gone
from files.services.posting import square_take
from realtime import Caller, ClientId, LogKey, RealtimeError, RoomParams, conflict, method, not_found
from realtime.log import Batch, LogEvent

EMOJI_PER_ROOM: Final = 50


@method("emoji.add", protocol.EmojiAdd)
def emoji_add(batch: Batch, *, caller: Caller, room: LogKey, cid: ClientId, name: str, file: str) -> LogEvent:
    """Add an emoji to the room. Raise 409 `name_used` when the room has one of this name."""
    room_access = access.ranked(caller, room, "room.change")
    there = RoomEmoji.objects.filter(log=room_access.log)
    if there.filter(name=name).exists():
        raise RealtimeError(409, "name_used", "the room has an emoji of this name")
    if there.count() >= EMOJI_PER_ROOM:
        raise conflict("too_many_emoji", f"at most {EMOJI_PER_ROOM} in a room", most=EMOJI_PER_ROOM)
    square_take(owner=caller.pk, key=file, use=File.Use.EMOJI, log=room_access.log)
    RoomEmoji.objects.create(log_id=room_access.log, name=name, file=file, by_id=caller.pk, at=batch.now)
    return batch.append(room, kind="emoji.added", data={"name": name, "file": file}, actor=caller.id, cid=cid)


@method("emoji.remove", protocol.EmojiRemove)
def emoji_remove(batch: Batch, *, caller: Caller, room: LogKey, cid: ClientId, name: str) -> LogEvent:
    """Remove an emoji from the room. Messages show its name from then on."""
    room_access = access.ranked(caller, room, "room.change")
    emoji = RoomEmoji.objects.filter(log=room_access.log, name=name).first()
    if emoji is None:
        raise not_found("no such emoji")
    emoji.delete()
    files_mark_gone(File.objects.filter(key=emoji.file, use=File.Use.EMOJI), batch.now)
    return batch.append(room, kind="emoji.removed", data={"name": name}, actor=caller.id, cid=cid)


@method("emoji.read", RoomParams, lane="read")
def emoji_read(*, caller: Caller, room: LogKey) -> dict[str, Any]:
    """Return the emoji of a room that the caller may read: the keys of their files by name."""
    room_access = access.readable(caller, room)
    found = RoomEmoji.objects.filter(log=room_access.log).order_by("name").values_list("name", "file")
    return {"emoji": dict(found[:EMOJI_PER_ROOM])}
