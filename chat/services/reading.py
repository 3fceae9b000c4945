"""The read pointer of a person in a room."""

from django.db.models import F
from django.db.models.functions import Greatest

from chat import protocol
from chat.models import Membership
from chat.selectors import access
from chat.selectors.own_rooms import counts_of_room
from realtime import Caller, LogKey, Signal, method
from realtime.log import Batch


@method("read.mark", protocol.ReadMark)
def read_mark(batch: Batch, *, caller: Caller, room: LogKey, o: int) -> tuple[dict[str, int], list[Signal]]:
    """Move the caller's read pointer forward, at most to the end of the log."""
    room_access = access.member(caller, room, archived=True)
    mine = Membership.objects.filter(room=room_access.room, user=caller.pk)
    mine.update(read=Greatest(F("read"), min(o, batch.log(room).head)))
    read = mine.values_list("read", flat=True).get()
    return {"o": read}, [Signal(room, "read", "", read, to=caller.id)]


@method("read.unmark", protocol.ReadUnmark)
def read_unmark(batch: Batch, *, caller: Caller, room: LogKey, o: int) -> tuple[dict[str, int], list[Signal]]:
    """Move the caller's read pointer back, so that the message at `o` and those after it are unread.

    The caller's own messages so far do not move it forward again; the next one does. A pointer that is before `o`
    stays. Return `{read, unread, mentions, o}`.
    """
    room_access = access.member(caller, room, archived=True)
    mine = Membership.objects.filter(room=room_access.room, user=caller.pk)
    if counts_of_room(caller, room_access.room)["read"] >= o:
        mine.update(read=max(0, o - 1), own_from=batch.log(room).head)
    counts = counts_of_room(caller, room_access.room)
    # The second signal takes the place of one that would move the pointer forward and is still on its way.
    moved_back = Signal(room, "unread", "", counts, to=caller.id)
    return counts, [moved_back, Signal(room, "read", "", counts["read"], to=caller.id)]
