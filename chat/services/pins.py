"""Pin messages: hosts of a room do it, and everybody in a direct room."""

from typing import Final

from chat import protocol
from chat.models import Message
from chat.permissions import NEEDED
from chat.plugin import installed
from chat.selectors import access
from chat.selectors.messages import message_as
from chat.selectors.pins import pins_count
from chat.services.messages import message_meant
from chat.types import RoomAccess
from realtime import Caller, ClientId, LogKey, conflict, forbidden, method
from realtime.log import Batch, LogEvent

PINS: Final = 50
"""A room has at most so many pinned messages."""


@method("message.pin", protocol.MessagePin)
def message_pin(
    batch: Batch, *, caller: Caller, room: LogKey, cid: ClientId, o: int, pinned: bool, t: int | None = None
) -> LogEvent:
    """Pin a message for everybody who may see it, or unpin it. One that is already so stays so."""
    room_access = access.member(caller, room)
    if not room_access.direct and room_access.rank < NEEDED["message.pin"]:
        raise forbidden("hosts only")
    installed.may_change(room_access, batch.now)
    message = message_meant(caller, room_access, o, t)
    at = _pinned_at(batch, message, pinned)
    if at != message.pinned_at:
        _pin(batch, room_access, caller, message, at)
    return batch.append(
        room,
        kind="message.pinned",
        data={"o": o, "at": at},
        actor=caller.id,
        cid=cid,
        audience=None if message.audience is None else message.audience.split(),
    )


def _pinned_at(batch: Batch, message: Message, pinned: bool) -> int | None:
    """Return the new `pinned_at`, or raise why the message cannot be pinned."""
    if not pinned or message.pinned_at is not None:
        return message.pinned_at if pinned else None
    if message.removed_at is not None:
        raise conflict("removed", line=message_as(message))
    if message.kind not in installed.cards:
        raise forbidden("only what was said")
    if pins_count(message.log_id, PINS) >= PINS:
        raise conflict("too_many_pins", f"at most {PINS} in a room", most=PINS)
    return batch.now


def _pin(batch: Batch, room_access: RoomAccess, caller: Caller, message: Message, at: int | None) -> None:
    Message.objects.filter(pk=message.pk).update(pinned_at=at)
    if not room_access.direct:
        installed.audit(
            batch, room_access, caller, "message.pin", user=message.author, offset=message.offset, on=at is not None
        )
