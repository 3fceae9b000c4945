"""Tests of a room: delivery in slices, and for how long a person has been absent."""

import asyncio
from dataclasses import dataclass, field
from types import SimpleNamespace
from typing import Any

import pytest

from realtime.errors import FAILED, Close
from realtime.hub import room as room_module
from realtime.hub.delivery import EventFrames, Subscription
from realtime.hub.recent import RecentEvents
from realtime.hub.room import LEFT_REMEMBERED, Room
from realtime.hub.signals import FLUSH_AFTER_S, flush_after
from realtime.log.event import LogEvent
from realtime.server.frames import EncodedFrames
from realtime.types import UNSEEN, Head, LogKey, UserId

MEI, JONAS = UserId("mei"), UserId("jonas")
PERSON = {"name": "x", "rev": 1}


@pytest.fixture
def room() -> Room:
    return Room(LogKey("room"), RecentEvents(4, Head(0, 0, 0)), known_since=100.0)


def heard(room: Room, user: UserId, there: bool, now: float) -> None:
    room.presence_changed(room.presence.update("here", {user: PERSON if there else None}, now), now)


def test_present_person_is_not_absent(room: Room) -> None:
    heard(room, MEI, True, 101)
    assert room.absent_ms(MEI, 200) == 0


def test_absence_counts_from_the_leaving_and_ends_with_the_return(room: Room) -> None:
    heard(room, MEI, True, 101)
    heard(room, MEI, False, 110)
    assert room.absent_ms(MEI, 140.5) == 30_500
    heard(room, MEI, True, 150)
    heard(room, MEI, False, 160)
    assert room.absent_ms(MEI, 161) == 1000


def test_person_never_seen_is_absent_since_the_room_is_known(room: Room) -> None:
    assert room.absent_ms(JONAS, 130) == 30_000


def test_times_of_leaving_are_bounded(room: Room) -> None:
    for n in range(LEFT_REMEMBERED + 10):
        heard(room, UserId(str(n)), True, 101)
        heard(room, UserId(str(n)), False, 102 + n)
    assert len(room.left_at) == LEFT_REMEMBERED
    assert room.absent_ms(UserId("0"), 200) == 100_000


@dataclass(eq=False)
class Tab:
    """A connection as a room sees it."""

    heard: list[int] = field(default_factory=list)
    full: bool = False
    broken: bool = False
    stays: bool = False
    ended: Close | None = None
    visible: bool = True
    send: None = None

    @property
    def queue(self) -> "Tab":
        return self

    @property
    def caller(self) -> Any:
        return SimpleNamespace(id="somebody")

    def end(self, close: Close) -> None:
        self.ended = close
        if self.stays:
            raise RuntimeError("it does not end either")

    def push(self, chunk: EncodedFrames) -> bool:
        if self.broken:
            raise RuntimeError("it cannot be served")
        if not self.full:
            self.heard += [int(text.partition('"o":')[2].partition(",")[0]) for text in chunk.texts]
        return not self.full


def event(room: Room, o: int) -> LogEvent:
    values: dict[str, Any] = {"room": room.key, "o": o, "t": 1, "n": o, "at": 1, "kind": "message.posted"}
    return LogEvent(**values, actor=None, cid=None, audience=None, redacts=(), data="{}")


def reader(room: Room) -> tuple[Subscription, Tab]:
    tab = Tab()
    reading = Subscription(tab, frozenset(), live=True)  # type: ignore[arg-type]
    room.add(reading)
    return reading, tab


async def until(room: Room, deliveries: int) -> None:
    for _ in range(50):
        if len(room.deliveries) > deliveries:
            await asyncio.sleep(0)
    assert len(room.deliveries) == deliveries


@pytest.fixture
def slices_of_two(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(room_module, "SLICE_SUBSCRIPTIONS", 2)


@pytest.mark.asyncio
@pytest.mark.usefixtures("slices_of_two")
async def test_large_room_is_served_in_slices_and_in_order(room: Room) -> None:
    tabs = [reader(room)[1] for _ in range(5)]
    room.deliver([event(room, 1)])
    room.deliver([event(room, 2), event(room, 3)])
    assert [len(tab.heard) for tab in tabs] == [1, 1, 0, 0, 0]
    await until(room, deliveries=0)
    assert [tab.heard for tab in tabs] == [[1, 2, 3]] * 5


@pytest.mark.asyncio
@pytest.mark.usefixtures("slices_of_two")
async def test_subscription_resumed_between_slices_gets_each_event_once(room: Room) -> None:
    (_, first), *_, (last, tab) = [reader(room) for _ in range(5)]
    tab.full = True
    room.deliver([event(room, 1)])
    room.deliver([event(room, 2)])
    await until(room, deliveries=1)
    assert (tab.heard, last.live, last.offset) == ([], False, 0)
    tab.full = False
    tab.push(EventFrames([event(room, 1), event(room, 2)]).of(frozenset()))
    last.offset, last.live = 2, True
    await until(room, deliveries=0)
    assert tab.heard == first.heard == [1, 2]


@pytest.mark.asyncio
@pytest.mark.usefixtures("slices_of_two")
async def test_subscription_removed_between_slices_gets_no_more(room: Room) -> None:
    _, tab = [reader(room) for _ in range(3)][-1]
    room.deliver([event(room, 1)])
    room.remove(tab, 0)  # type: ignore[arg-type]
    await until(room, deliveries=0)
    assert tab.heard == []


@pytest.mark.asyncio
@pytest.mark.usefixtures("slices_of_two")
@pytest.mark.parametrize("stays", [False, True])
async def test_failing_subscription_is_ended_and_the_others_are_served(
    room: Room, stays: bool, caplog: pytest.LogCaptureFixture
) -> None:
    (broken, failing), *others = [reader(room) for _ in range(5)]
    failing.broken, failing.stays = True, stays
    room.deliver([event(room, 1)])
    room.deliver([event(room, 2)])
    await until(room, deliveries=0)
    assert [tab.heard for _, tab in others] == [[1, 2]] * 4
    assert (failing.ended, broken.live, broken.offset) == (FAILED, False, 0)
    assert [record.message for record in caplog.records] == [
        "a subscription could not be served",
        *["a connection could not be ended"] * stays,
    ]


def test_signals_of_a_crowd_wait_longer() -> None:
    assert [flush_after(readers) for readers in (1, 500, 2000)] == [FLUSH_AFTER_S, FLUSH_AFTER_S, 0.2]


def test_unseen_reader_is_not_counted_as_present(room: Room) -> None:
    reading, _ = reader(room)
    assert room.local == {"somebody": 1}
    room.set_scopes(reading, frozenset({UNSEEN}), 130.0)
    assert (room.local, room.leaving) == ({}, {"somebody": 130.0})
    room.set_scopes(reading, frozenset(), 131.0)
    assert (room.local, room.leaving) == ({"somebody": 1}, {})
    room.add(Subscription(reading.subscriber, frozenset({UNSEEN})))
    assert room.local == {}
    room.remove(reading.subscriber, 140.0)
    assert room.local == {}
