"""Tests of the fan-out: order, gaps, resumes, slow consumers, presence and revoked permissions."""

import asyncio
import contextlib
import threading
from collections.abc import AsyncIterator, Awaitable, Callable
from dataclasses import replace
from typing import Any
from unittest.mock import Mock

import msgspec
import pytest
import pytest_asyncio
from asgiref.sync import sync_to_async
from django.db import OperationalError

from accounts.models import User
from realtime import log as logs
from realtime.connection.connection import READS_AT_ONCE
from realtime.errors import RealtimeError
from realtime.hub.bus import BusMessage
from realtime.hub.signals import PERSON
from realtime.log import SITE, batch, writing
from realtime.log.event import LogEvent
from realtime.models import Event, Log
from realtime.process import Process
from realtime.server.frames import EncodedFrames
from realtime.shared_limits import HELLOS_READING, HELLOS_WAITING
from realtime.types import Caller, Head, LogKey, Signal, UserId
from tests.client import Client, Ended, ErrorResponse, cid
from tests.client.in_process import MemoryWire, login
from tests.queries import queries
from tests.realtime.conftest import START, Open, append
from tests.realtime.notes import NotesApp

pytestmark = [pytest.mark.asyncio, pytest.mark.django_db(transaction=True)]

People = Callable[[str], Awaitable[User]]


@pytest_asyncio.fixture
async def other(process: Process, notes: NotesApp) -> AsyncIterator[Process]:
    """Yield a second process beside the first, over the same channel layer."""
    second = Process(notes.backend(), "two")
    await second.start()
    yield second
    await second.stop()


def offsets(client: Client, log: LogKey) -> list[int]:
    return [event["o"] for event in client.events(log)]


async def test_committed_events_reach_every_subscription_once_and_in_order(tab: Open, log: LogKey) -> None:
    mei, jonas = await tab("Mei", position=START), await tab("Jonas", position=START)
    asked = [await mei.ask("note.post", room=log, cid=cid(), text=str(n)) for n in range(16)]
    for id in asked:
        await mei.response(id)
    for client in (mei, jonas):
        await client.event(log, 16)
        assert offsets(client, log) == list(range(1, 17))


async def test_answer_comes_after_event(tab: Open, log: LogKey) -> None:
    mei = await tab("Mei", position=START)
    answer = await mei.request("note.post", room=log, cid=cid(), text="x")
    assert offsets(mei, log) == [answer["o"]]


async def test_delivery_makes_no_query(tab: Open, log: LogKey, process: Process) -> None:
    tabs = [await tab(name, position=START) for name in ("Mei", "Jonas", "Aisha")]
    entry = LogEvent(log, 1, 7, 1, 0, "note.posted", None, None, None, (), '{"text":"x"}')
    with queries() as asked:
        process.hub.publish([entry])
        for client in tabs:
            await client.event(log, 1)
    aside = ("realtime_deadline", '"search_', '"head" FROM', '"expire_date" FROM')
    assert [sql for sql in asked if not any(each in sql for each in aside)] == []


async def test_message_is_timed_until_its_last_delivery(
    tab: Open, log: LogKey, process: Process, monkeypatch: pytest.MonkeyPatch
) -> None:
    tabs = [await tab(name, position=START) for name in ("Mei", "Jonas", "Aisha")]
    written: list[str] = []
    at_the_end: list[int] = []
    put = MemoryWire.put

    def noted(wire: MemoryWire, text: str | None) -> None:
        written.extend([text] if text and "note.posted" in text else [])
        put(wire, text)

    monkeypatch.setattr(MemoryWire, "put", noted)
    monkeypatch.setattr(process.metrics, "observe", lambda seconds: at_the_end.append(len(written)))
    await tabs[0].request("note.post", room=log, cid=cid(), text="x")
    await append(log, 1)  # a batch outside the writer is nobody's way
    for client in tabs:
        await client.event(log, 2)
    assert at_the_end == [3]


async def test_metrics_count_messages_deliveries_writes_and_repeats(tab: Open, log: LogKey, process: Process) -> None:
    mei, jonas = await tab("Mei", position=START), await tab("Jonas", position=START)
    again = cid()
    for key in (again, again, cid()):
        await mei.request("note.post", room=log, cid=key, text="x")
    await jonas.event(log, 2)
    totals = process.metrics.totals
    assert (totals.lines, totals.deliveries, totals.writes, totals.repeats) == (2, 4, 3, 1)
    assert sum(process.metrics.sizes) == totals.batches


async def test_batch_outside_the_writer_is_delivered(tab: Open, log: LogKey) -> None:
    mei = await tab("Mei", position=START)
    await append(log, 3)
    await mei.event(log, 3)
    assert offsets(mei, log) == [1, 2, 3]


async def test_resume_replays_exactly_the_missed_events(tab: Open, log: LogKey, notes: NotesApp) -> None:
    await append(log, 30)
    position = await sync_to_async(lambda: Event.objects.get(log__key=log, offset=12).tag)()
    mei = await tab("Mei", position={"o": 12, "t": position})
    await mei.event(log, 30)
    assert offsets(mei, log) == list(range(13, 31))


@pytest.mark.parametrize(("o", "t"), [(12, 1), (31, 1), (2_000, 1)])
async def test_room_open_says_that_a_position_is_gone(tab: Open, log: LogKey, o: int, t: int) -> None:
    await append(log, 30)
    mei = await tab("Mei")
    opening = await mei.request("room.open", room=log, position={"o": o, "t": t})
    assert (opening["mode"], opening["gone"]) == ("snapshot", True)


async def test_room_open_does_not_say_gone_when_the_position_is_only_far_behind(
    tab: Open, log: LogKey, process: Process
) -> None:
    await append(log, 30)
    tag = await sync_to_async(lambda: Event.objects.get(log__key=log, offset=12).tag)()
    process.hub.subscriptions._limits = msgspec.structs.replace(process.limits, replay=10)
    mei = await tab("Mei")
    opening = await mei.request("room.open", room=log, position={"o": 12, "t": tag})
    assert (opening["mode"], "gone" in opening) == ("snapshot", False)


async def test_resume_reads_the_database_when_recent_events_do_not_reach_back(tab: Open, log: LogKey) -> None:
    await append(log, 700)
    mei = await tab("Mei", position=START)
    await mei.event(log, 700)
    assert offsets(mei, log) == list(range(1, 701))


async def test_position_of_another_history_gets_a_snapshot(tab: Open, log: LogKey) -> None:
    await append(log, 5)
    mei = await tab("Mei")
    opening = await mei.request("room.open", room=log, position={"o": 3, "t": 1})
    assert opening["mode"] == "snapshot"
    assert opening["snapshot"]["head"]["o"] == 5
    await append(log)
    await mei.event(log, 6)
    assert offsets(mei, log) == [6]


async def test_hello_opens_rooms_that_replay_when_snapshots_cannot_be_read(
    process: Process, notes: NotesApp, log: LogKey, people: People, monkeypatch: pytest.MonkeyPatch
) -> None:
    behind = LogKey((await sync_to_async(Log.objects.create)(key="AnotherRoomHere1")).key)
    mei = await people("Mei")
    for room in (log, behind):
        notes.join(room, UserId(mei.key))
    client = Client(MemoryWire(process, await login(mei)))

    def fail(*given: Any) -> Any:
        raise RealtimeError(503, "unavailable", "gone")

    monkeypatch.setattr(process.hub.subscriptions, "_snapshots", fail)
    opened = (await client.hello(**{log: START, behind: {"o": 9, "t": 9}}))["opened"]
    assert (opened[log]["mode"], opened[behind]["error"]["code"]) == ("replay", 503)
    await append(log)
    await client.event(log, 1)
    await client.wire.close()


async def test_position_ahead_of_the_log_gets_a_snapshot(tab: Open, log: LogKey) -> None:
    mei = await tab("Mei")
    assert (await mei.request("room.open", room=log, position={"o": 9, "t": 9}))["mode"] == "snapshot"


async def test_room_open_answers_404_when_the_user_may_not_read(tab: Open, log: LogKey, notes: NotesApp) -> None:
    mei = await tab("Mei")
    notes.members.clear()
    assert (await mei.error("room.open", room=log, position=None)).code == 404


async def test_fifth_open_room_is_refused(tab: Open, log: LogKey, notes: NotesApp) -> None:
    mei = await tab("Mei", position=START)
    user = next(iter(notes.members[log]))
    for n in range(3):
        await Log.objects.acreate(key=f"room{n}")
        notes.join(LogKey(f"room{n}"), user)
        await mei.request("room.open", room=f"room{n}", position=START)
    await Log.objects.acreate(key="fifth")
    notes.join(LogKey("fifth"), user)
    assert (await mei.error("room.open", room="fifth", position=START)).type == "too_many_rooms"
    await mei.request("room.close", room="room0")
    assert (await mei.request("room.open", room="fifth", position=START))["mode"] == "replay"


async def test_room_opened_and_closed_at_once_is_closed(tab: Open, log: LogKey) -> None:
    mei = await tab("Mei")
    opening = await mei.ask("room.open", room=log, position=START)
    closing = await mei.ask("room.close", room=log)
    await mei.response(opening)
    await mei.response(closing)
    assert (await mei.error("presence.read", room=log)).code == 404
    await append(log)
    assert offsets(mei, log) == []


async def test_resume_sends_nothing_of_a_room_that_is_still_opening(
    tab: Open, log: LogKey, process: Process, monkeypatch: pytest.MonkeyPatch
) -> None:
    await append(log, 5)
    mei = await tab("Mei")
    wire: Any = mei.wire
    real = process.hub.subscriptions._choose_modes

    async def resumed_meanwhile(*given: Any) -> Any:
        process.hub.subscriptions.resume(wire.connection.subscriber)
        return await real(*given)

    monkeypatch.setattr(process.hub.subscriptions, "_choose_modes", resumed_meanwhile)
    await mei.request("room.open", room=log, position=None)
    await append(log)
    await mei.event(log, 6)
    assert offsets(mei, log) == [6]


async def test_event_with_an_audience_is_withheld_from_the_others(tab: Open, log: LogKey) -> None:
    host, guest = await tab("Mei", "host", position=START), await tab("Jonas", position=START)
    await host.request("note.post", room=log, cid=cid(), text="for-hosts-only", audience=["host"])
    seen, withheld = await host.event(log, 1), await guest.event(log, 1)
    assert seen["data"] == {"text": "for-hosts-only"}
    assert withheld.keys() == {"room", "o", "t", "n", "at", "kind"}
    assert withheld["kind"] == "withheld"
    assert not [frame for frame in guest.frames if "for-hosts-only" in frame]


async def test_bus_brings_events_to_another_process(tab: Open, log: LogKey, other: Process) -> None:
    mei, jonas = await tab("Mei", position=START), await tab("Jonas", position=START, at=other)
    await mei.request("note.post", room=log, cid=cid(), text="x")
    await jonas.event(log, 1)
    assert not other.hub.feed.repaired


async def test_reconcile_repairs_a_lost_bus_message(tab: Open, log: LogKey, other: Process) -> None:
    jonas = await tab("Jonas", position=START, at=other)
    other.hub.bus._received = lambda message: None
    await append(log, 3)
    await other.hub.reconcile()
    await jonas.event(log, 3)
    assert offsets(jonas, log) == [1, 2, 3]


async def test_gap_between_bus_messages_is_read_from_the_log(
    tab: Open, log: LogKey, process: Process, monkeypatch: pytest.MonkeyPatch
) -> None:
    mei = await tab("Mei", position=START)
    monkeypatch.setattr(writing, "_listeners", set())
    await append(log, 5)
    last = await sync_to_async(logs.tail)(log, 1)
    process.hub.received(BusMessage("another", log, head=5, events=last))
    await mei.event(log, 5)
    assert offsets(mei, log) == [1, 2, 3, 4, 5]
    assert process.hub.feed.repaired["doorbell"] == 5


async def test_duplicate_and_late_bus_messages_change_nothing(tab: Open, log: LogKey, process: Process) -> None:
    mei = await tab("Mei", position=START)
    await append(log, 3)
    await mei.event(log, 3)
    events = await sync_to_async(logs.tail)(log, 3)
    for _ in range(3):
        process.hub.received(BusMessage("another", log, head=2, events=events[:2]))
    await append(log)
    await mei.event(log, 4)
    assert offsets(mei, log) == [1, 2, 3, 4]


async def test_position_that_only_another_process_knows_is_looked_up(
    tab: Open, log: LogKey, other: Process, monkeypatch: pytest.MonkeyPatch
) -> None:
    jonas = await tab("Jonas", position=START, at=other)
    await jonas.request("room.close", room=log)
    monkeypatch.setattr(writing, "_listeners", set())
    await append(log, 2)
    head = await sync_to_async(logs.head_of)(log)
    opening = await jonas.request("room.open", room=log, position={"o": head.o, "t": head.t})
    assert opening["mode"] == "replay"


async def test_slow_consumer_gets_no_events_and_then_resumes(tab: Open, log: LogKey, process: Process) -> None:
    mei, slow = await tab("Mei", position=START), await tab("Jonas", position=START)
    wire: Any = slow.wire
    wire.reads.clear()
    for n in range(16):
        await mei.request("note.post", room=log, cid=cid(), text=f"{n}" * 30_000)
    assert wire.connection.queue.lagging
    assert wire.transport.unsent() < 2 * process.limits.lagging_bytes
    wire.reads.set()
    await slow.event(log, 16)
    assert offsets(slow, log) == list(range(1, 17))


async def applied(process: Process, log: LogKey, o: int) -> None:
    """Wait until the hub has applied an offset: commits of other threads come a turn of the loop later."""
    async with asyncio.timeout(5):
        while process.hub.rooms._rooms[log].recent.head.o < o:  # noqa: ASYNC110 - a turn of the loop, not a wait
            await asyncio.sleep(0)


async def test_replay_larger_than_the_send_queue_comes_page_by_page(tab: Open, log: LogKey, process: Process) -> None:
    """The events have fewer characters than may be unsent, and more bytes; so have those of one page."""
    mei = await tab("Mei", position=START)
    wire: Any = mei.wire
    pushed: list[int] = []
    write = wire.transport.write

    def weighed(chunk: EncodedFrames, most: int | None = None) -> Any:
        pushed.append(len("".join(chunk.texts).encode()))
        return write(chunk, most)

    wire.connection.queue._write = weighed
    await append(log, 12, data="\U0001f600" * 20_000)
    await mei.event(log, 12)
    assert offsets(mei, log) == list(range(1, 13))
    assert max(pushed) < process.limits.lagging_bytes


async def test_slow_consumer_without_progress_is_closed(tab: Open, log: LogKey, process: Process) -> None:
    slow = await tab("Jonas", position=START)
    wire: Any = slow.wire
    wire.reads.clear()
    for _ in range(12):
        await append(log, data="x" * 30_000)
    await applied(process, log, 12)
    assert wire.connection.queue.lagging
    wire.connection.heartbeat(process.now() + process.limits.slow_s + 1)
    wire.reads.set()
    assert (await slow.bye()).code == 4107


async def test_presence_tells_people_of_each_other(tab: Open, log: LogKey, other: Process, people: People) -> None:
    mei = await tab("Mei", position=START)
    await tab("Jonas", position=START, at=other)
    jonas = await people("Jonas")
    signal = await mei.notification("room.signal", kind="presence", key=jonas.key)
    assert signal["value"]["name"] == "Jonas"
    assert (await mei.notification("room.signal", kind="here", value=2))["room"] == log


async def test_person_has_left_after_the_grace_period(tab: Open, log: LogKey, process: Process, people: People) -> None:
    mei, jonas = await tab("Mei", position=START), await tab("Jonas", position=START)
    key = (await people("Jonas")).key
    await jonas.wire.close()
    process.hub.signals.every_second(process.now())
    assert key in (await mei.request("presence.read", room=log))["presence"]
    process.hub.signals.every_second(process.now() + 3)
    gone = await mei.notification("room.signal", kind="presence", key=key, value=None)
    assert gone["room"] == log


async def test_person_with_a_hidden_page_leaves_after_the_grace_period_and_is_back_at_once(
    tab: Open, log: LogKey, process: Process, people: People
) -> None:
    mei, jonas = await tab("Mei", position=START), await tab("Jonas", position=START)
    key = (await people("Jonas")).key
    await jonas.request("session.seen", visible=False)
    process.hub.signals.every_second(process.now())
    assert key in (await mei.request("presence.read", room=log))["presence"]
    process.hub.signals.every_second(process.now() + 3)
    await mei.notification("room.signal", kind="presence", key=key, value=None)

    mei.notifications.clear()
    await jonas.request("session.seen", visible=True)
    assert (await mei.notification("room.signal", kind="presence", key=key))["value"]["name"] == "Jonas"


async def test_person_is_present_while_any_of_their_pages_is_visible(
    tab: Open, log: LogKey, process: Process, people: People
) -> None:
    mei = await tab("Mei", position=START)
    first, second = await tab("Jonas", position=START), await tab("Jonas", position=START)
    key = (await people("Jonas")).key
    for _ in range(2):
        await first.request("session.seen", visible=False)
    process.hub.signals.every_second(process.now() + process.limits.presence_s + 1)
    assert key in (await mei.request("presence.read", room=log))["presence"]
    await second.wire.close()
    process.hub.signals.every_second(process.now() + 2 * process.limits.presence_s + 2)
    await mei.notification("room.signal", kind="presence", key=key, value=None)


async def test_room_opened_or_closed_in_a_hidden_page_changes_no_presence(
    tab: Open, log: LogKey, process: Process, people: People
) -> None:
    mei, jonas = await tab("Mei", position=START), await tab("Jonas")
    key = (await people("Jonas")).key
    await jonas.request("session.seen", visible=False)
    await jonas.request("room.open", room=log, position=START)
    process.hub.signals.every_second(process.now() + process.limits.presence_s + 1)
    process.hub.signals.send(Signal(LogKey(""), PERSON, key, {"name": "Jonas II", "rev": 2}, UserId(key)))
    assert key not in (await mei.request("presence.read", room=log))["presence"]
    await jonas.request("room.close", room=log)
    process.hub.signals.every_second(process.now() + 2 * process.limits.presence_s + 2)
    assert key not in (await mei.request("presence.read", room=log))["presence"]


async def test_presence_of_a_silent_process_expires(tab: Open, log: LogKey, process: Process) -> None:
    mei = await tab("Mei", position=START)
    process.hub.received(BusMessage("dead", log, people={UserId("ghost"): {"name": "Ghost"}}))
    await mei.notification("room.signal", kind="presence", key="ghost")
    process.hub.signals.every_second(process.now() + process.limits.presence_s * 3)
    await mei.notification("room.signal", kind="presence", key="ghost", value=None)


async def test_rooms_that_are_not_open_get_counts(tab: Open, log: LogKey, process: Process) -> None:
    mei = await tab("Mei")
    await append(log, 4)
    await asyncio.wait_for(_counted(process, mei, log), 5)


async def _counted(process: Process, client: Client, log: LogKey) -> None:
    while True:
        process.hub.signals.every_second(process.now())
        signal = await client.notification("room.signal", kind="count", room=log)
        if signal["value"]["o"] == 4 and signal["value"]["n"] == 4:
            return
        client.notifications.clear()


async def test_signal_reaches_subscriptions_of_its_room(tab: Open, log: LogKey, other: Process) -> None:
    mei, jonas = await tab("Mei", position=START), await tab("Jonas", position=START, at=other)
    assert await mei.request("hand.wave", room=log, hand="left") == {}
    assert (await jonas.notification("room.signal", kind="wave"))["value"] == "left"


async def test_signal_of_a_batch_reaches_all_connections_of_its_user_after_the_commit(
    tab: Open, log: LogKey, other: Process, people: People
) -> None:
    tabs = [await tab("Mei"), await tab("Mei", at=other)]
    user = UserId((await people("Mei")).key)

    def work() -> None:
        with batch([log]) as staged:
            staged.signal(Signal(log, "read", "", staged.append(log, kind="note.posted", data={}).o, to=user))

    await sync_to_async(work)()
    for client in tabs:
        assert (await client.notification("room.signal", kind="read"))["value"] == 1


async def test_method_of_the_lane_now_needs_an_open_room(tab: Open, log: LogKey) -> None:
    assert (await (await tab("Mei")).error("hand.wave", room=log)).code == 404


async def revoke(**kwargs: Any) -> None:
    def work() -> None:
        with batch([SITE]) as staged:
            staged.revoke(**kwargs)

    await sync_to_async(work)()


async def test_revoked_user_leaves_the_room_in_every_process(
    tab: Open, log: LogKey, other: Process, notes: NotesApp, people: People
) -> None:
    tabs = [await tab("Mei", position=START), await tab("Mei", position=START, at=other)]
    jonas = await tab("Jonas", position=START)
    user = UserId((await people("Mei")).key)
    del notes.members[log][user]
    await revoke(user=user, log=log, reason="removed")
    for client in tabs:
        assert (await client.notification("room.left", room=log))["reason"] == "removed"
    await append(log)
    await jonas.event(log, 1)
    for client in tabs:
        assert (await client.error("room.open", room=log, position=START)).code == 404
        assert offsets(client, log) == []


async def test_signal_about_an_unreadable_room_brings_no_counts(tab: Open, process: Process, people: People) -> None:
    mei = await tab("Mei")
    await Log.objects.acreate(key="elsewhere")
    user = UserId((await people("Mei")).key)
    process.hub.signals.send(Signal(LogKey("elsewhere"), "standing", "", {"waiting": True}, to=user))
    await mei.notification("room.signal", kind="standing", room="elsewhere")
    await process.hub.tasks.finish()
    wire = mei.wire
    assert isinstance(wire, MemoryWire)
    assert LogKey("elsewhere") not in wire.connection.subscriber.rooms


async def test_changed_scopes_change_which_events_are_withheld(
    tab: Open, log: LogKey, notes: NotesApp, people: People
) -> None:
    mei = await tab("Mei", position=START)
    user = UserId((await people("Mei")).key)
    notes.join(log, user, "host")
    asked = len(notes.asked)
    await revoke(user=user, log=log)
    async with asyncio.timeout(5):
        while len(notes.asked) == asked:  # noqa: ASYNC110 - a turn of the loop, not a wait
            await asyncio.sleep(0)
    await append(log, audience=["host"])
    assert (await mei.event(log, 1))["kind"] == "note.posted"


async def test_ended_login_session_closes_its_connections(tab: Open, people: People) -> None:
    mei, elsewhere = await tab("Mei"), await tab("Mei")
    wire: Any = mei.wire
    await revoke(user=UserId((await people("Mei")).key), login=wire.connection.subscriber.caller.login)
    assert (await mei.bye()).code == 4501
    assert elsewhere.wire.closed is None


async def test_deactivated_user_is_closed_for_good(tab: Open, notes: NotesApp, people: People) -> None:
    mei = await tab("Mei")
    user = UserId((await people("Mei")).key)
    notes.away.add(user)
    await revoke(user=user)
    assert (await mei.bye()).code == 4503


async def test_permissions_revoked_while_a_room_opens_count(
    tab: Open, log: LogKey, notes: NotesApp, process: Process
) -> None:
    mei = await tab("Mei")
    real = notes.may_read
    process.hub.subscriptions.revocations += 1

    def revoked_meanwhile(caller: Any, key: LogKey) -> Any:
        labels = real(caller, key)
        notes.members.clear()
        process.hub.subscriptions.revocations += 1
        return labels

    object.__setattr__(process.backend, "may_read", revoked_meanwhile)
    assert (await mei.error("room.open", room=log, position=START)).code == 404


async def test_drain_answers_queued_requests_refuses_new_ones_and_says_when_to_return(
    tab: Open, log: LogKey, notes: NotesApp, process: Process
) -> None:
    mei = await tab("Mei", position=START)
    before = await mei.ask("note.wait", room=log, cid=cid(), text="before")
    await asyncio.to_thread(notes.gate.reached.wait)
    queued = await mei.ask("note.post", room=log, cid=cid(), text="queued")
    await turn()
    drain = asyncio.create_task(process.drain())
    await turn()
    refused = await mei.error("note.post", room=log, cid=cid(), text="after")
    assert (refused.code, refused.type, refused.data["retry_after_ms"]) == (503, "unavailable", 1000)
    notes.gate.opened.set()
    answers = [await mei.response(id) for id in (before, queued)]
    await drain
    assert (await mei.bye()).code == 4103
    bye = next(frame for frame in mei.notifications if frame["method"] == "session.bye")
    assert 100 <= bye["params"]["retry_after_ms"] <= 5000
    rows = [row async for row in Event.objects.filter(log__key=log).order_by("offset")]
    assert answers == [{"room": log, "o": row.offset, "t": row.tag, "at": row.at} for row in rows]


async def turn() -> None:
    """Let the loop run all that is ready to run."""
    await asyncio.sleep(0)


async def test_site_log_is_not_readable(tab: Open, log: LogKey) -> None:
    mei = await tab("Mei")
    assert (await mei.error("room.open", room="site", position=None)).code == 404


async def test_recheck_waits_for_a_database_that_does_not_answer(
    tab: Open, log: LogKey, notes: NotesApp, process: Process, people: People, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("realtime.hub.revocation.RETRY_S", 0.001)
    mei = await tab("Mei", position=START)
    user, answers = UserId((await people("Mei")).key), [OperationalError("gone")] * 4

    def may_read_all(asked: Any) -> Any:
        if answers:
            raise answers.pop()
        return notes.may_read_all(asked)

    object.__setattr__(process.backend, "may_read_all", may_read_all)
    notes.members[log].clear()
    await revoke(user=user, log=log)
    assert (await mei.notification("room.left", room=log))["reason"] == "removed"


async def test_hellos_at_once_leave_readers_to_others_and_pause_the_accept(
    tab: Open, process: Process, notes: NotesApp, monkeypatch: pytest.MonkeyPatch
) -> None:
    welcome, opened, inside = notes.welcome, threading.Event(), []
    accepts = [pause := Mock(), resume := Mock()]
    monkeypatch.setattr("realtime.shared_limits.accept_throttle.pause", pause)
    monkeypatch.setattr("realtime.shared_limits.accept_throttle.resume", resume)

    def slow(caller: Caller) -> list[dict[str, Any]]:
        inside.append(caller)
        assert opened.wait(30)
        return welcome(caller)

    monkeypatch.setattr(process, "backend", replace(process.backend, memberships_of=slow))
    coming = [asyncio.ensure_future(tab(f"Mei {n}")) for n in range(HELLOS_WAITING)]
    async with asyncio.timeout(10):
        while not pause.called or len(inside) < HELLOS_READING:
            await process.readers.run(lambda: None)
        for _ in range(20):
            await process.readers.run(lambda: None)
    assert len(inside) == HELLOS_READING
    assert [each.call_count for each in accepts] == [1, 0]
    opened.set()
    await asyncio.gather(*coming)
    assert [each.call_count for each in accepts] == [1, 1]


async def test_room_left_during_hello_is_not_watched(
    process: Process, notes: NotesApp, log: LogKey, people: People
) -> None:
    mei = await people("Mei")
    notes.join(log, UserId(mei.key))
    client = Client(MemoryWire(process, await login(mei)))
    real = process.backend.memberships_of

    def left_meanwhile(caller: Caller) -> Any:
        memberships = real(caller)
        notes.members[log].clear()
        process.hub.subscriptions.revocations += 1
        return memberships

    object.__setattr__(process.backend, "memberships_of", left_meanwhile)
    assert (await client.hello())["rooms"] == []
    wire: Any = client.wire
    assert wire.connection.subscriber.rooms == set()
    await client.wire.close()


async def test_user_has_at_most_twenty_connections(
    process: Process, notes: NotesApp, log: LogKey, people: People
) -> None:
    key = await login(await people("Mei"))
    clients = [Client(MemoryWire(process, key)) for _ in range(24)]
    for client in clients:
        await client.ask("session.hello", v=1, token=getattr(client.wire, "token", ""), rooms={})
    for client in clients:
        with contextlib.suppress(Ended):
            await client.until(lambda client=client: bool(client._responses))  # type: ignore[misc]
    assert [client.wire.closed is None for client in clients].count(True) == 20
    for client in clients:
        await client.wire.close()


async def test_answers_are_made_after_the_send_queue_has_drained(
    tab: Open, log: LogKey, process: Process, notes: NotesApp
) -> None:
    mei, other = await tab("Mei"), await tab("Jonas")
    wire: Any = mei.wire
    wire.reads.clear()
    asked = [await mei.ask("hand.read", room=log, hand="x" * 60_000) for _ in range(8)]
    async with asyncio.timeout(5):
        while not wire.connection.queue.lagging:  # noqa: ASYNC110 - a turn of the loop, not a wait
            await asyncio.sleep(0)
    seen = len(notes.asked)
    asked += [await mei.ask("room.open", room=log, position=START), await mei.ask("room.close", room=log)]
    asked += [await mei.ask("note.post", room=log, cid=cid(), text="x") for _ in range(2)]
    for _ in range(3):
        await other.request("hand.read", room=log)
        wire.connection.heartbeat(process.now())
    assert (
        process.limits.lagging_bytes < wire.transport.unsent() < process.limits.lagging_bytes + READS_AT_ONCE * 61_000
    )
    assert len(notes.asked) == seen
    assert await sync_to_async(logs.head_of)(log) == Head(0, 0, 0)
    wire.reads.set()
    for id in asked:
        await mei.response(id)


async def test_requests_of_a_slow_consumer_are_refused_when_too_many_wait(
    tab: Open, log: LogKey, process: Process
) -> None:
    mei = await tab("Mei")
    wire: Any = mei.wire
    wire.connection.queue._lag()
    for method in ("hand.read", "note.post", "room.close"):
        for _ in range(process.limits.waiting + 2):
            last = await mei.ask(method, room=log, cid=cid(), text="x")
    await mei.request("session.ping")
    refused = [each for each in mei._responses.values() if each["error"]["data"]["type"] == "too_many_waiting"]
    assert len(refused) == process.limits.waiting + 2 + 2 + 2  # reads and writes wait together, openings apart
    wire.connection.heartbeat(process.now())
    await mei.response(last - 2)  # the last of the openings that could wait
    await mei.request("room.open", room=log, position=START)


async def test_reads_of_one_connection_are_bounded(tab: Open, log: LogKey) -> None:
    mei = await tab("Mei")
    asked = [await mei.ask("hand.read", room=log) for _ in range(17)]
    with pytest.raises(ErrorResponse, match="too_many_waiting"):
        await mei.response(asked[-1])


async def test_empty_room_is_not_evicted_while_it_opens(
    tab: Open, log: LogKey, process: Process, monkeypatch: pytest.MonkeyPatch
) -> None:
    mei = await tab("Mei")
    wire: Any = mei.wire
    room = process.hub.rooms.get(log)
    assert room is not None
    process.hub.rooms.forget(wire.connection.subscriber, room)
    room.idle_since = process.now() - 61
    real = process.hub.feed._fill

    async def swept_meanwhile(room: Any) -> None:
        await real(room)
        process.hub.rooms.evict()

    monkeypatch.setattr(process.hub.feed, "_fill", swept_meanwhile)
    await mei.request("room.open", room=log, position=START)
    await append(log)
    await mei.event(log, 1)


async def test_process_starts_as_soon_as_the_channel_layer_is_back(
    transactional_db: None, notes: NotesApp, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("realtime.hub.bus.TIMEOUT_S", 0.001)
    process = Process(notes.backend(), "one")
    layer, failures = process.hub.bus._layer, [ConnectionError("starting")] * 2
    real = layer.new_channel

    async def new_channel(prefix: str) -> str:
        if failures:
            raise failures.pop()
        return str(await real(prefix))

    monkeypatch.setattr(layer, "new_channel", new_channel)
    await process.start()
    await asyncio.wait_for(process.hub.bus._named.wait(), 5)
    await process.stop()


async def test_call_after_the_drain_starts_no_new_process(transactional_db: None, notes: NotesApp) -> None:
    one = await Process.of(notes.backend())
    await one.drain()
    assert await Process.of(notes.backend()) is one
