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
from realtime.types import Caller, Cid, Head, Labels, LogKey, Offset, Room, Signal, UserId


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


def note_post(batch: Batch, call: Call) -> None:
    """Refuses "no", fails on "bug"; else appends."""
    params = call.params
    if params.text == "no":
        raise unprocessable("empty")
    if params.text == "bug":
        raise RuntimeError("a bug")
    data = {"text": call.prepared or params.text}
    batch.append(
        params.room,
        kind="note.posted",
        data=data,
        actor=call.caller.id,
        cid=params.cid,
        method=call.method.name,
        audience=params.audience,
        line=True,
    )


def note_remove(batch: Batch, call: Call) -> None:
    params = call.params
    if params.o >= batch.log(params.room).head + 1:
        raise conflict("removed")
    batch.append(
        params.room,
        kind="note.removed",
        data={"o": params.o},
        actor=call.caller.id,
        cid=params.cid,
        method=call.method.name,
        blanks=[params.o],
    )


def shout(params: Note) -> str:
    if params.text == "unpreparable":
        raise unprocessable("too_long")
    return params.text.upper()


def placed(params: Note) -> str:
    """Says in which thread it was prepared."""
    if "unpreparable" in params.text:
        raise unprocessable("too_long")
    return f"{params.text} in {threading.current_thread().name.partition('_')[0]}"


def light(params: Note) -> bool:
    return params.text.startswith("light")


def hand_wave(call: Call) -> list[Signal]:
    return [Signal(call.params.room, "wave", call.caller.id, call.params.hand)]


def hand_read(call: Call) -> dict[str, str]:
    return {"hand": call.params.hand}


def nothing(batch: Batch, calls: Sequence[Call]) -> int:
    return len(calls)


@dataclass
class Gate:
    """Where "note.wait" waits in the writer's thread until it is let through."""

    reached: threading.Event = field(default_factory=threading.Event)
    opened: threading.Event = field(default_factory=threading.Event)

    def note_wait(self, batch: Batch, call: Call) -> None:
        self.reached.set()
        assert self.opened.wait(30)
        note_post(batch, call)


@dataclass
class Notes:
    """Members by log; the backend that reads it."""

    members: dict[LogKey, dict[UserId, Labels]] = field(default_factory=dict)
    away: set[UserId] = field(default_factory=set)
    asked: list[tuple[UserId, LogKey]] = field(default_factory=list)
    gate: Gate = field(default_factory=Gate)

    def join(self, key: LogKey, user: UserId, *labels: str) -> None:
        self.members.setdefault(key, {})[user] = frozenset({f"u:{user}", *labels})

    def may_read(self, caller: Caller, key: LogKey) -> Labels | None:
        self.asked.append((caller.id, key))
        return self.members.get(key, {}).get(caller.id)

    def may_read_all(self, asked: Sequence[tuple[Caller, LogKey]]) -> dict[tuple[UserId, LogKey], Labels]:
        found = {(caller.id, key): self.may_read(caller, key) for caller, key in asked}
        return {pair: labels for pair, labels in found.items() if labels is not None}

    def welcome(self, caller: Caller) -> list[dict[str, Any]]:
        from realtime.log import head_of

        return [{"key": key, "head": head_of(key)} for key, members in self.members.items() if caller.id in members]

    def snapshot(self, caller: Caller, key: LogKey, labels: Labels, head: Head) -> dict[str, Any]:
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
            Method(name="note.post", params=Note, function=note_post, lane="write", load=nothing),
            Method(name="note.alone", params=Note, function=note_post, lane="write"),
            Method(name="note.shout", params=Note, function=note_post, lane="write", prepare=shout, load=nothing),
            Method(name="note.place", params=Note, function=note_post, lane="write", prepare=placed, light=light),
            Method(name="note.wait", params=Note, function=self.gate.note_wait, lane="write", load=nothing),
            Method(name="note.remove", params=Remove, function=note_remove, lane="write"),
            Method(name="hand.wave", params=Wave, function=hand_wave, lane="now"),
            Method(name="hand.read", params=Wave, function=hand_read, lane="read"),
        ]
        return Backend(
            methods={method.name: method for method in methods},
            user=self.user,
            may_read=self.may_read,
            may_read_all=self.may_read_all,
            welcome=self.welcome,
            snapshot=self.snapshot,
            people=self.people,
            changes=told,
            seen=self.seen,
        )
