"""People and acts for chat's tests: the methods as the writer runs them, without a wire."""

import secrets
from typing import Any

import msgspec

from accounts.models import User
from accounts.selectors import caller_of
from chat.models import Message, Room
from chat.selectors.access import readable, scopes_of
from chat.selectors.messages import message_as, message_find
from realtime.errors import RealtimeError
from realtime.log import key_new
from realtime.methods import METHODS, Call
from realtime.models import Event
from realtime.types import Caller, LogKey
from realtime.workers.jobs import Answer
from realtime.workers.transaction import write
from tests.people import guest_named


def guest(name: str = "") -> Caller:
    user = guest_named(name or f"Guest {key_new(8)}")
    return again(User.objects.get(pk=user.pk))


def again(user: User) -> Caller:
    caller = caller_of(user)
    assert caller is not None
    return caller


def call(caller: Caller, method: str, /, **params: Any) -> Call:
    """Return a request as it reaches the writer."""
    found = METHODS[method]
    if found.durable:
        params.setdefault("cid", secrets.token_urlsafe(12))
    given: Any = msgspec.convert(params, found.params)
    return Call(found, caller, given, preprocessed=found.preprocessed(given))


def outcome(asked: Call) -> Answer:
    """Return the writer's answer, or raise its error."""
    [found] = write([asked])
    if isinstance(found, RealtimeError):
        raise found
    return found


def act(caller: Caller, method: str, /, **params: Any) -> dict[str, Any]:
    """Call a writing method and return its result."""
    result: dict[str, Any] = outcome(call(caller, method, **params)).result
    return result


def ask(caller: Caller, method: str, /, **params: Any) -> dict[str, Any]:
    """Call a reading method and return its result."""
    asked = call(caller, method, **params)
    result: dict[str, Any] = asked.run()
    return result


def room(host: Caller, *members: Caller, public: bool = True, name: str = "Room") -> LogKey:
    """Create a room with its host and members. Each public room gets a name of its own."""
    if name == "Room" and Room.objects.filter(name=name, public=True).exists():
        name = f"Room {key_new(8)}"
    key = LogKey(act(host, "room.create", name=name, topic="", public=public)["room"])
    for member in members:
        if public:
            act(member, "room.join", room=key)
        else:
            enter(host, member, key)
    return key


def enter(host: Caller, member: Caller, key: LogKey) -> None:
    """Let a member enter a private room by an invite."""
    from chat.models import Invite
    from chat.services.memberships import member_join
    from realtime.log import SITE, batch

    act(host, "invite.create", room=key, expires_ms=None, uses=1)
    invite = Invite.objects.filter(room__log__key=key).latest("pk")
    with batch([key, SITE]) as staged:
        member_join(staged, caller=member, room=key, invite=invite)


def post(caller: Caller, key: LogKey, text: str = "hello") -> int:
    """Post a message and return its offset."""
    o: int = act(caller, "message.post", room=key, text=text)["o"]
    return o


def line(caller: Caller, key: LogKey, o: int) -> dict[str, Any]:
    """Return a message as the reader sees it."""
    room_access = readable(caller, key)
    message = message_find(room_access.log, scopes_of(caller.id, room_access), o)
    assert message is not None
    return message_as(message)


def last_event(key: LogKey) -> Event:
    return Event.objects.filter(log__key=key).latest("offset")


def data_of(event: Event) -> Any:
    return None if event.data is None else msgspec.json.decode(event.data)


def message(key: LogKey, o: int) -> Message:
    return Message.objects.get(log__key=key, offset=o)
