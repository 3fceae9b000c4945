"""What other apps add to chat from their `AppConfig.ready`: cards, commands, interceptors, snapshot parts, leavers.

Everything here runs inside a method of chat: it may refuse with a `RealtimeError`, and stages before it writes.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, fields
from typing import Any, Final, TypeVar

import msgspec
from django.http import HttpRequest, HttpResponse

from accounts.models import User
from chat.text import Text
from chat.types import RoomAccess
from realtime.log import Batch
from realtime.types import Caller, Head, Labels, LogKey

S = TypeVar("S", bound=type[msgspec.Struct])


@dataclass(frozen=True, slots=True)
class Author:
    """A member who says something: who, where, and as what."""

    caller: Caller
    room: LogKey
    role: str


@dataclass(frozen=True, slots=True)
class Line:
    """What goes into the timeline. `audience`: labels, None for everybody who reads the room."""

    card: msgspec.Struct
    audience: frozenset[str] | None = None


Command = Callable[[Batch, Author, str], Line]
"""`(batch, speaker, what stands behind the name) -> the line it comes to`. Further rows go by `batch.insert`."""
Hear = Callable[[Batch, Author, str, Any], Line | None]
"""`(batch, speaker, text, loaded) -> another line instead, or None: say it as it is`"""
Load = Callable[[Sequence[Author]], Any]
"""What an interceptor needs for a whole run of lines, in one query."""
Part = Callable[[LogKey, Labels, Head], Any]
"""`(room, the reader's labels, head read before) -> JSON` for `snapshot.parts`, in a bounded number of queries"""
Leave = Callable[[Batch, LogKey, int], None]
"""`(batch, room, primary key of the user)`: what else ends when somebody leaves a room or is put out of it"""
Foresee = Callable[[LogKey, int], dict[str, Any]]
"""`(room, primary key of the user) -> JSON`: what would end, told before somebody is put out"""
Places = Callable[[int], Sequence[int]]
"""`primary key of the user -> primary keys of logs` in which something would end, asked when all rooms are left"""


@dataclass(frozen=True, slots=True)
class MessageHook:
    """A listener to plain lines, and what it loads for them."""

    hear: Hear
    load: Load | None = None


@dataclass(frozen=True, slots=True)
class LeaveHook:
    """What ends with a membership, and how that is told before."""

    leave: Leave
    foresee: Foresee
    places: Places


CARDS: Final[dict[type[msgspec.Struct], str]] = {Text: "text"}
COMMANDS: Final[dict[str, Command]] = {}
INTERCEPTORS: Final[list[MessageHook]] = []
PARTS: Final[dict[str, Part]] = {}
LEAVERS: Final[list[LeaveHook]] = []


Closer = Callable[[Batch, LogKey], None]
"""`(batch, room)`: what ends when a room is archived or deleted"""
CLOSERS: Final[list[Closer]] = []


def closer(function: Closer) -> Closer:
    """Called when a room is archived or deleted, after the event of it, in its batch."""
    CLOSERS.append(function)
    return function


def card(kind: str) -> Callable[[S], S]:
    """The struct is the data of timeline lines of this kind."""

    def add(struct: S) -> S:
        _once(CARDS, struct)
        CARDS[struct] = kind
        return struct

    return add


def command(name: str) -> Callable[[Command], Command]:
    """`/name …` calls this instead of being said."""

    def add(function: Command) -> Command:
        _once(COMMANDS, name)
        COMMANDS[name] = function
        return function

    return add


def interceptor(load: Load | None = None) -> Callable[[Hear], Hear]:
    """Hears every plain line before it is said; the first that returns a line has it."""

    def add(hear: Hear) -> Hear:
        INTERCEPTORS.append(MessageHook(hear, load))
        return hear

    return add


def snapshot_part(name: str) -> Callable[[Part], Part]:
    """`snapshot.parts[name]`."""

    def add(part: Part) -> Part:
        _once(PARTS, name)
        PARTS[name] = part
        return part

    return add


def leaver(foresee: Foresee, places: Places) -> Callable[[Leave], Leave]:
    """Called after the event of the leaving, in its batch; `foresee` before anything is done."""

    def add(leave: Leave) -> Leave:
        LEAVERS.append(LeaveHook(leave, foresee, places))
        return leave

    return add


# Questions


MayPost = Callable[[RoomAccess, int, bool], None]
"""`(access, now, slowed)`: raise `RealtimeError` when this member may not write here now, in ms UTC"""
MayChange = Callable[[RoomAccess, int], None]
"""`(access, now)`: the same for a change that is no message, such as another topic"""
MayJoin = Callable[[User, int, int], None]
"""`(user, primary key of the room, now)`: raise `RealtimeError` when this person may not join"""
JoinTerms = Callable[[User, int, int], dict[str, Any]]
"""`(user, primary key of the room, now) -> columns` that the new membership begins with"""
OwnSanctions = Callable[[int, RoomAccess | None], dict[str, Any] | None]
"""`(primary key of the user, access) -> JSON`: what a member is shown of the sanctions against them"""
Audit = Callable[..., object]
"""`(batch, access, caller, act, *, user, offset, room, reason, rule, **detail)`: write an entry of the audit log"""
BanPage = Callable[[HttpRequest, str | None], HttpResponse | None]
"""`(request, key of a room, or None for the site) -> page` that a banned person gets instead, or None"""


@dataclass(frozen=True, slots=True, kw_only=True)
class ChatPlugin:
    """What one app answers and adds. An exception in an answer refuses what was asked for."""

    may_post: MayPost | None = None
    may_change: MayChange | None = None
    may_join: MayJoin | None = None
    join_terms: JoinTerms | None = None
    own_sanctions: OwnSanctions | None = None
    audit: Audit | None = None
    ban_page: BanPage | None = None


def _unanswered(*given: Any, **more: Any) -> Any:
    raise LookupError("no installed app answers this question of chat")


class Installed:
    """The answers of all installed apps. A question that no app answers raises `LookupError`: it refuses."""

    may_post: MayPost = staticmethod(_unanswered)
    may_change: MayChange = staticmethod(_unanswered)
    may_join: MayJoin = staticmethod(_unanswered)
    join_terms: JoinTerms = staticmethod(_unanswered)
    own_sanctions: OwnSanctions = staticmethod(_unanswered)
    audit: Audit = staticmethod(_unanswered)
    ban_page: BanPage = staticmethod(_unanswered)


installed: Final = Installed()


def use(plugin: ChatPlugin) -> None:
    """Add the plugin of an app; call this once from its `AppConfig.ready`. Raise `ValueError` for a second answer."""
    for field in fields(plugin):
        answer = getattr(plugin, field.name)
        if answer is not None:
            _once(vars(installed), field.name)
            setattr(installed, field.name, answer)


def _once(registry: Mapping[Any, Any], key: Any) -> None:
    if key in registry:
        raise ValueError(f"{key} is registered already")
