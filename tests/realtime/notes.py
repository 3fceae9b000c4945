"""The smallest app on `realtime`: notes in a log. Who may read is a table in memory."""

import threading
from collections.abc import Collection, Sequence
from dataclasses import dataclass, field
from typing import Any

import msgspec

from realtime.errors import conflict, unprocessable
from realtime.log import Batch
from realtime.log.event import LogEvent
from realtime.methods import Backend, Call, Method
from realtime.types import Caller, Cid, ClientId, Head, LogKey, Offset, Room, Scopes, Signal, UserId


class Note(msgspec.Struct):
    room: Room
    cid: Cid
    text: str
    audience: list[str] | None = None


class Remove(msgspec.Struct):
    room: Room
    cid: Cid
    o: Offset


class Wave(msgspec.Struct):
    room: Room
    hand: str = ""


def told(entries: Sequence[LogEvent], n: int) -> dict[str, Any]:
    """Return the offsets of these events, for a count."""
    return {"lines": [entry.o for entry in entries]}


def note_post(
    batch: Batch, *, caller: Caller, room: LogKey, cid: ClientId, text: str, audience: list[str] | None = None
) -> LogEvent:
    """Refuse "no", fail on "bug"; else append."""
    if text == "no":
        raise unprocessable("empty")
    if text == "bug":
        raise RuntimeError("a bug")
    return batch.append(
        room,
        kind="note.posted",
        data={"text": text},
        actor=caller.id,
        cid=cid,
        audience=audience,
        counts_as_message=True,
    )


def note_remove(batch: Batch, *, caller: Caller, room: LogKey, cid: ClientId, o: int) -> None:
    if o >= batch.log(room).head + 1:
        raise conflict("removed")
    batch.append(room, kind="note.removed", data={"o": o}, actor=caller.id, cid=cid, redacts=[o])


def shout(text: str) -> str:
    if text == "unpreparable":
        raise unprocessable("too_long")
    return text.upper()


def placed(text: str) -> str:
    """Name the thread that preprocesses the text."""
    if "unpreparable" in text:
        raise unprocessable("too_long")
    return f"{text} in {threading.current_thread().name.partition('_')[0]}"


def cheap(text: str) -> bool:
    return text.startswith("light")


def hand_wave(*, caller: Caller, room: LogKey, hand: str) -> list[Signal]:
    return [Signal(room, "wave", caller.id, hand)]


def hand_read(*, room: LogKey, hand: str) -> dict[str, str]:
    return {"hand": hand}


def nothing(batch: Batch, calls: Sequence[Call]) -> int:
    return len(calls)


@dataclass
class Latch:
    """Lets "note.wait" wait in the writer's thread until it is opened."""

    reached: threading.Event = field(default_factory=threading.Event)
    opened: threading.Event = field(default_factory=threading.Event)

    def note_wait(
        self, batch: Batch, *, caller: Caller, room: LogKey, cid: ClientId, text: str, audience: list[str] | None = None
    ) -> None:
        self.reached.set()
        assert self.opened.wait(30)
        note_post(batch, caller=caller, room=room, cid=cid, text=text, audience=audience)


@dataclass
class NotesApp:
    """Members by log; the backend that reads it."""

    members: dict[LogKey, dict[UserId, Scopes]] = field(default_factory=dict)
    away: set[UserId] = field(default_factory=set)
    asked: list[tuple[UserId, LogKey]] = field(default_factory=list)
    gate: Latch = field(default_factory=Latch)

    def join(self, key: LogKey, user: UserId, *scopes: str) -> None:
        self.members.setdefault(key, {})[user] = frozenset({f"u:{user}", *scopes})

    def may_read(self, caller: Caller, key: LogKey) -> Scopes | None:
        self.asked.append((caller.id, key))
        return self.members.get(key, {}).get(caller.id)

    def may_read_all(self, asked: Sequence[tuple[Caller, LogKey]]) -> dict[tuple[UserId, LogKey], Scopes]:
        found = {(caller.id, key): self.may_read(caller, key) for caller, key in asked}
        return {pair: scopes for pair, scopes in found.items() if scopes is not None}

    def welcome(self, caller: Caller) -> list[dict[str, Any]]:
        from realtime.log import head_of

        return [{"key": key, "head": head_of(key)} for key, members in self.members.items() if caller.id in members]

    def snapshot(self, caller: Caller, key: LogKey, scopes: Scopes, head: Head) -> dict[str, Any]:
        return {"as_of": head.o}

    def user(self, user: Any) -> Caller | None:
        person = {"name": user.name, "rev": user.rev}
        return None if user.key in self.away else Caller(UserId(user.key), user.pk, "", person)

    def people(self, ids: Collection[UserId]) -> dict[UserId, dict[str, Any]]:
        return {}

    def seen(self, users: Collection[int], now: int) -> None:
        pass

    def backend(self) -> Backend:
        methods = [
            Method(name="note.post", params=Note, function=note_post, lane="write", prefetch=nothing),
            Method(name="note.alone", params=Note, function=note_post, lane="write"),
            Method(
                name="note.shout",
                params=Note,
                function=note_post,
                lane="write",
                preprocess=("text", shout),
                prefetch=nothing,
            ),
            Method(
                name="note.place",
                params=Note,
                function=note_post,
                lane="write",
                preprocess=("text", placed),
                cheap=cheap,
            ),
            Method(name="note.wait", params=Note, function=self.gate.note_wait, lane="write", prefetch=nothing),
            Method(name="note.remove", params=Remove, function=note_remove, lane="write"),
            Method(name="hand.wave", params=Wave, function=hand_wave, lane="now"),
            Method(name="hand.read", params=Wave, function=hand_read, lane="read"),
        ]
        return Backend(
            methods={method.name: method for method in methods},
            user=self.user,
            may_read=self.may_read,
            may_read_all=self.may_read_all,
            memberships_of=self.welcome,
            snapshot=self.snapshot,
            people=self.people,
            changes=told,
            users_seen=self.seen,
        )
