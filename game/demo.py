"""Sample content: people, rooms, messages in both languages and a game, written by the methods that clients call."""

import secrets
from typing import Any, Final

# ruff: noqa: RUF001 - Chinese has punctuation of its own
import msgspec

from accounts.models import User
from accounts.selectors import caller_of
from chat.models import Message
from chat.services.entrance import guest_enter
from chat.services.rooms import lounge
from game.models import Match
from realtime import METHODS, Call, Caller, LogKey, RealtimeError
from realtime.workers.transaction import write

DEVICE: Final = "demo"
"""The people of the sample have this device."""
PEOPLE: Final = {"Mira": ("🦊", 2), "Leo": ("🐻", 5), "Noor": ("🌙", 8), "李雷": ("🐼", 0), "韩梅梅": ("🌸", 9)}
LOUNGE: Final = (
    ("Mira", "Morning everyone! ☕"),
    ("Leo", "Hey Mira. Did the **new board** arrive?"),
    ("Mira", "It did. Who plays a round of Four in a row?"),
    ("李雷", "早上好！我刚到。"),
    ("韩梅梅", "早！周末要不要一起玩桌游？"),
    ("李雷", "好啊，算我一个 🎲"),
    ("Noor", "Three things for Saturday:\n\n- snacks\n- the big table\n- *somebody* who knows the rules"),
    ("Leo", "> somebody who knows the rules\n\nThat would be Noor, as always 😄"),
)
WEEKEND: Final = (
    ("Noor", "Saturday at three, same place?"),
    ("Mira", "Works for me. I bring `dice` and cake."),
    ("韩梅梅", "我带茶 🍵"),
    ("Leo", "🎉🎉"),
)
COLUMNS: Final = (3, 3, 4, 4, 2, 2, 5)
"""Moves with which the first player gets four in the bottom row."""


class NotEmpty(Exception):
    """People other than those of the sample have written here."""


def make_demo() -> bool:
    """Fill the site. Return False if that has been done already. Raise `NotEmpty` if others have written messages."""
    if User.objects.filter(device=DEVICE).exists():
        return False
    if Message.objects.exclude(author=None).exclude(kind="room.created").exists():
        raise NotEmpty
    home = LogKey(lounge().log.key)
    people = {name: _enter(name, face, colour, home) for name, (face, colour) in PEOPLE.items()}
    for name, text in LOUNGE:
        _act(people[name], "message.post", room=home, text=text)
    _play(people["Mira"], people["Leo"], home)
    _act(people["Leo"], "message.post", room=home, text="Well played! Again after lunch.")
    made = _act(people["Noor"], "room.create", name="Weekend 周末", topic="Saturday at three", public=True)
    weekend = LogKey(made["room"])
    for name in ("Mira", "Leo", "韩梅梅"):
        _act(people[name], "room.join", room=weekend)
    for name, text in WEEKEND:
        _act(people[name], "message.post", room=weekend, text=text)
    return True


def _enter(name: str, face: str, colour: int, home: LogKey) -> Caller:
    caller = caller_of(guest_enter(name=name, face=face, colour=colour, device=DEVICE, key=home, invite=None))
    if caller is None:
        raise RealtimeError(403, "forbidden")
    return caller


def _play(first: Caller, second: Caller, room: LogKey) -> None:
    match = _act(first, "match.create", room=room, game="four", bot=None)["o"]
    _act(second, "seat.take", room=room, match=match, seat=1)
    for turn, column in enumerate(COLUMNS):
        player = (first, second)[turn % 2]
        version = Match.objects.get(log__key=room, offset=match).version
        _act(player, "move.play", room=room, match=match, version=version, move=column)


def _act(caller: Caller, method_name: str, /, **params: Any) -> dict[str, Any]:
    """Call a method as a client does, in a batch of its own. Return its result or raise its error."""
    method = METHODS[method_name]
    given: Any = msgspec.convert({"cid": secrets.token_urlsafe(16), **params}, method.params)
    [answer] = write([Call(method, caller, given, preprocessed=method.preprocessed(given))])
    if isinstance(answer, RealtimeError):
        raise answer
    result: dict[str, Any] = answer.result
    return result
