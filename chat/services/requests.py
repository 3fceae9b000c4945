"""Writing in a direct room: what a request may hold, and who hears of it (docs/moderation.md, "Direct rooms")."""

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
    batch: Batch, *, room_access: RoomAccess, caller: Caller, said: ParsedMessage, people: Sequence[Person]
) -> bool:
    """Return whether this is a request's one message; 403 for anything more while nobody has accepted."""
    if any(person.state == IN_IT for person in people if person.pk != caller.pk):
        return False
    if not isinstance(said, Text):
        raise RealtimeError(403, "unanswered")
    refuse_long(said)
    batch.flush()  # messages of the same group count
    if has_written(room_access.log, caller.pk):
        raise RealtimeError(403, "unanswered")
    return True


def edit_check(*, room_access: RoomAccess, caller: Caller, text: Text) -> None:
    """422 for an edit that makes the message of a request longer than it may be."""
    if room_access.direct and unanswered(room_access.room, caller.pk):
        refuse_long(text)


def refuse_long(text: Text) -> None:
    if len(text.text) > REQUEST_LENGTH:
        raise unprocessable("request_too_long", f"at most {REQUEST_LENGTH} characters until somebody accepts")


def written_signals(batch: Batch, *, key: LogKey, room: int, people: Sequence[Person]) -> list[Signal]:
    """Tell those who were asked of a message, and put the room back into the lists that leave it out."""
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
    """Return the signal to all tabs of somebody: a room more in the list, or one less."""
    value = None if hidden else own_rooms.membership_of(caller, room)
    return Signal(key, "membership", "", value, to=caller.id)


def request_signal(user: int, to: UserId, room: int, key: LogKey) -> Signal:
    """Return the signal to all tabs of somebody who was asked: the request, or None if there is nothing to answer."""
    return Signal(key, "request", "", request_of(user, room), to=to)
