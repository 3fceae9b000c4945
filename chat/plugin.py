"""Plugins of chat: an app hands one `ChatPlugin` to `use` in its `AppConfig.ready`.

All functions of a plugin except `snapshot` and `ban_page` run inside a method of chat. They may raise a
`RealtimeError` to refuse it, and must do so before they write.
"""

import logging
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, fields
from typing import Any, Final

import msgspec
from django.core.checks import Error
from django.db import InterfaceError, OperationalError
from django.http import HttpRequest, HttpResponse

from accounts.models import User
from chat.types import RoomAccess
from realtime import Caller, Head, LogKey, Scopes
from realtime.log import Batch
from realtime.workers.deadlines import KINDS, DeadlineKind

logger = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Author:
    """The member who writes a message."""

    caller: Caller
    room: LogKey
    role: str


@dataclass(frozen=True, slots=True)
class NewMessage:
    """A message to be posted. `data` is of a type in the `cards` of a plugin; `audience` None means every reader."""

    data: msgspec.Struct
    audience: frozenset[str] | None = None


Command = Callable[[Batch, Author, str], NewMessage]
"""`(batch, author, text after the name) -> message`. More rows are added with `batch.insert`."""
SnapshotSection = Callable[[LogKey, Scopes, Head], Any]
"""`(room, scopes of the reader, head of the log) -> JSON`, in a bounded number of queries. The head was read first."""
CloseHook = Callable[[Batch, LogKey], None]
"""`(batch, room)`: end what a room's archiving or deletion ends, such as matches. It runs after the event is staged."""


@dataclass(frozen=True, slots=True)
class MessageChange:
    """A message that is new, or whose data has changed. `data` is encoded JSON, and None for a deleted message."""

    room: LogKey
    log: int
    o: int
    kind: str
    author: int | None
    data: str | None
    audience: str | None
    at: int


ChangeHook = Callable[[Batch, Sequence[MessageChange]], None]
"""`(batch, changes)`: called once for a group of requests, in their transaction and after their rows are written.

It may stage rows. An error of it is logged and the messages are stored; only an error of the database is raised.
"""


@dataclass(frozen=True, slots=True)
class MessageHook:
    """A function that is given each plain text before it is posted, and may return another message instead.

    `prefetch` reads for a whole group of messages what `before_post` needs for one, in one query.
    """

    before_post: Callable[[Batch, Author, str, Any], NewMessage | None]
    prefetch: Callable[[Sequence[Author]], Any] | None = None


@dataclass(frozen=True, slots=True)
class LeaveHook:
    """Functions that end what depends on a membership. People are given by primary key.

    `leave(batch, room, user)` runs after the event `member.left` is staged. `preview(room, user)` returns what would
    end, as JSON, before a host removes somebody. `logs(user)` returns the primary keys of the logs in which something
    would end, before a person is banned from the site.
    """

    leave: Callable[[Batch, LogKey, int], None]
    preview: Callable[[LogKey, int], dict[str, Any]]
    logs: Callable[[int], Sequence[int]]


Turns = Callable[[Caller], Sequence[dict[str, Any]]]
"""`caller -> [{kind, room, name, o, at, …}]`: what waits for a person in an app, for the inbox. It is not stored."""
MayPost = Callable[[RoomAccess, int, bool], None]
"""`(access, now, slowed)`: raise `RealtimeError` when this member may not write here now, in ms UTC."""
MayChange = Callable[[RoomAccess, int], None]
"""`(access, now)`: raise `RealtimeError` when this member may not change a room or restore a message now."""
MayJoin = Callable[[User, int, int], None]
"""`(user, primary key of the room, now)`: raise `RealtimeError` when this person may not join."""
JoinTerms = Callable[[User, int, int], dict[str, Any]]
"""`(user, primary key of the room, now) -> columns` for a new membership."""
OwnSanctions = Callable[[int, RoomAccess | None], dict[str, Any] | None]
"""`(primary key of the user, access) -> JSON`: the sanctions against a member, as they are shown to that member."""
Audit = Callable[..., object]
"""`(batch, access, caller, act, *, user, offset, room, reason, rule, **detail)`: write an entry of the audit log."""
BanPage = Callable[[HttpRequest, str | None], HttpResponse | None]
"""`(request, key of a room, or None for the site) -> page` for a banned person, or None when there is no ban."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ChatPlugin:
    """The additions of one app to chat, and its answers to the questions of chat.

    `cards` gives the type of the data of each kind of message. An exception in an answer refuses the request.
    """

    cards: Mapping[str, type[msgspec.Struct]] = field(default_factory=dict)
    commands: Mapping[str, Command] = field(default_factory=dict)
    snapshot: Mapping[str, SnapshotSection] = field(default_factory=dict)
    hooks: Sequence[MessageHook] = ()
    message_changed: Sequence[ChangeHook] = ()
    on_leave: Sequence[LeaveHook] = ()
    on_close: Sequence[CloseHook] = ()
    turns: Sequence[Turns] = ()
    deadlines: Mapping[str, DeadlineKind] = field(default_factory=dict)
    may_post: MayPost | None = None
    may_change: MayChange | None = None
    may_join: MayJoin | None = None
    join_terms: JoinTerms | None = None
    own_sanctions: OwnSanctions | None = None
    audit: Audit | None = None
    ban_page: BanPage | None = None


def unanswered(*given: Any, **more: Any) -> Any:
    raise LookupError("no installed app answers this question of chat")


@dataclass(slots=True)
class Installed:
    """The plugins of all installed apps together. A question that no app answers raises `LookupError`."""

    cards: dict[str, type[msgspec.Struct]] = field(default_factory=dict)
    kinds: dict[type[msgspec.Struct], str] = field(default_factory=dict)
    commands: dict[str, Command] = field(default_factory=dict)
    snapshot: dict[str, SnapshotSection] = field(default_factory=dict)
    hooks: list[MessageHook] = field(default_factory=list)
    message_changed: list[ChangeHook] = field(default_factory=list)
    on_leave: list[LeaveHook] = field(default_factory=list)
    on_close: list[CloseHook] = field(default_factory=list)
    turns: list[Turns] = field(default_factory=list)
    deadlines: dict[str, DeadlineKind] = field(default_factory=lambda: KINDS)
    may_post: MayPost = unanswered
    may_change: MayChange = unanswered
    may_join: MayJoin = unanswered
    join_terms: JoinTerms = unanswered
    own_sanctions: OwnSanctions = unanswered
    audit: Audit = unanswered
    ban_page: BanPage = unanswered


installed: Final = Installed()


def use(plugin: ChatPlugin) -> None:
    """Add the plugin of an app. Raise `ValueError`, and add nothing, when a name or an answer is already registered."""
    kinds = {data: kind for kind, data in plugin.cards.items()}
    if doubles := [*_doubles(plugin), *(data.__name__ for data in kinds if data in installed.kinds)]:
        raise ValueError(f"registered already: {', '.join(doubles)}")
    installed.kinds |= kinds
    for name in (each.name for each in fields(plugin)):
        given, there = getattr(plugin, name), getattr(installed, name)
        if isinstance(there, dict):
            there.update(given)
        elif isinstance(there, list):
            there.extend(given)
        elif given is not None:
            setattr(installed, name, given)


def _doubles(plugin: ChatPlugin) -> Iterator[str]:
    for name in (each.name for each in fields(plugin)):
        given, there = getattr(plugin, name), getattr(installed, name)
        if isinstance(there, dict):
            yield from (f"{name} {key}" for key in given if key in there)
        elif callable(there) and given is not None and there is not unanswered:
            yield name


def questions_are_answered(**given: Any) -> list[Error]:
    """Return an error for each question that no app answers (a system check of Django)."""
    open_questions = [each.name for each in fields(installed) if getattr(installed, each.name) is unanswered]
    return [Error(f"no installed app answers chat's question {name}", id="chat.E001") for name in open_questions]


def snapshot_sections(room: LogKey, scopes: Scopes, head: Head) -> dict[str, Any]:
    """Return the sections of all plugins. A failing one is logged and left out; errors of the database are raised."""
    sections = {}
    for name, section in installed.snapshot.items():
        try:
            sections[name] = section(room, scopes, head)
        except (OperationalError, InterfaceError):
            raise
        except Exception:
            logger.exception("the section %s of the snapshot of room %s is left out", name, room)
    return sections


def turns(caller: Caller) -> list[dict[str, Any]]:
    """Return what waits for a person in the apps, newest first. An app that fails is logged and left out."""
    found: list[dict[str, Any]] = []
    for each in installed.turns:
        try:
            found += each(caller)
        except (OperationalError, InterfaceError):
            raise
        except Exception:
            logger.exception("turns of %s are left out", caller.id)
    return sorted(found, key=lambda turn: -turn["at"])
