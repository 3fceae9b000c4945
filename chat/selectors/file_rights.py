"""The right to the files of messages: the right to the message itself."""

from chat.models import Message, Revision
from chat.selectors import access
from chat.selectors.messages import message_find
from realtime import Caller, LogKey, RealtimeError
from realtime.models import Log


def may_read_file(caller: Caller | None, log: int, offset: int | None) -> bool:
    """Tell whether the reader, None for a visitor, may see the message at this place now, or without one the room.

    A room that the reader may not enter, a ban, an audience of others and a removed message are a no.
    """
    room = LogKey(Log.objects.values_list("key", flat=True).get(pk=log))
    try:
        room_access = access.readable(caller, room)
    except RealtimeError:
        return False
    if offset is None:
        return True
    message = message_find(log, access.scopes_of(caller.id if caller else None, room_access), offset)
    return message is not None and message.removed_at is None


def is_gone_message(log: int, offset: int) -> bool:
    """Tell whether a message is deleted and has no revision from which it could be restored."""
    found = Message.objects.filter(log=log, offset=offset).values_list("data", flat=True)
    kept = Revision.objects.filter(log=log, offset=offset)
    return all(data is None for data in found) and not kept.exists()
