"""Messages in direct rooms: limits of a request, and signals to its people (docs/moderation.md, "Direct rooms")."""

from collections.abc import Sequence

from accounts.selectors import FOREVER
from chat.models import Membership
from chat.parsing import ParsedMessage
from chat.selectors import own_rooms
from chat.selectors.access import IN_IT, unanswered
from chat.selectors.direct import REQUEST_LENGTH, Person, has_written, request_of
from chat.text import Text
from chat.types import RoomAccess
from realtime import Caller, LogKey, RealtimeError, Signal, UserId, unprocessable
from realtime.log import Batch


def request_check(
    batch: Batch, *, room_access: RoomAccess, caller: Caller, parsed: ParsedMessage, people: Sequence[Person]
) -> bool:
    """Return whether the message is a request. Raise 403 `unanswered` for a command or a second message."""
    if any(person.state == IN_IT for person in people if person.pk != caller.pk):
        return False
    if not isinstance(parsed, Text):
        raise RealtimeError(403, "unanswered")
    refuse_long(parsed)
    batch.flush()  # earlier posts of this batch count
    if has_written(room_access.log, caller.pk):
        raise RealtimeError(403, "unanswered")
    return True


def edit_check(*, room_access: RoomAccess, caller: Caller, text: Text) -> None:
    """Raise 422 `request_too_long` when an edit makes the message of a request too long."""
    if room_access.direct and unanswered(room_access.room, caller.pk):
        refuse_long(text)


def refuse_long(text: Text) -> None:
    if len(text.text) > REQUEST_LENGTH:
        raise unprocessable("request_too_long", f"at most {REQUEST_LENGTH} characters until somebody accepts")


def written_signals(batch: Batch, *, key: LogKey, room: int, people: Sequence[Person]) -> list[Signal]:
    """Return the signals about a message in a direct room, and show the room again in lists that hide it."""
    asked = [person for person in people if person.state == Membership.State.REQUEST]
    hiding = [person for person in people if person.state == IN_IT and 0 < person.hidden < FOREVER]
    if not asked and not hiding:
        return []
    batch.flush()
    Membership.objects.filter(room=room, user__in=[person.pk for person in hiding]).update(hidden=0)
    back = [Caller(UserId(person.user), person.pk, "", {}) for person in hiding]
    return [
        *(request_signal(person.pk, UserId(person.user), room, key) for person in asked),
        *(list_signal(caller, room, key, hidden=False) for caller in back),
    ]


def list_signal(caller: Caller, room: int, key: LogKey, *, hidden: bool) -> Signal:
    """Return the signal to all tabs of a person that adds a room to their list, or removes it."""
    value = None if hidden else own_rooms.membership_of(caller, room)
    return Signal(key, "membership", "", value, to=caller.id)


def request_signal(user: int, to: UserId, room: int, key: LogKey) -> Signal:
    """Return the signal to all tabs of a person with a request. Its value is None when there is nothing to answer."""
    return Signal(key, "request", "", request_of(user, room), to=to)
