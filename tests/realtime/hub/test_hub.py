"""Fan-out: in order, without a hole, whatever the doorbell does; resumes; slow readers; narrowed rights."""

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
from tests.realtime.notes import Notes

pytestmark = [pytest.mark.asyncio, pytest.mark.django_db(transaction=True)]

People = Callable[[str], Awaitable[User]]


@pytest_asyncio.fixture
async def other(process: Process, notes: Notes) -> AsyncIterator[Process]:
    """A second process beside the first, over the same channel layer."""
    second = Process(notes.backend(), "two")
    await second.start()
    yield second
    await second.stop()


def offsets(client: Client, log: LogKey) -> list[int]:
    return [event["o"] for event in client.events(log)]


async def test_what_is_committed_reaches_every_reader_once_and_in_order(tab: Open, log: LogKey) -> None:
    mei, jonas = await tab("Mei", position=START), await tab("Jonas", position=START)
    asked = [await mei.ask("note.post", room=log, cid=cid(), text=str(n)) for n in range(16)]
    for id in asked:
        await mei.response(id)
    for client in (mei, jonas):
        await client.event(log, 16)
        assert offsets(client, log) == list(range(1, 17))


async def test_the_answer_comes_after_the_event(tab: Open, log: LogKey) -> None:
    mei = await tab("Mei", position=START)
    answer = await mei.request("note.post", room=log, cid=cid(), text="x")
    assert offsets(mei, log) == [answer["o"]]


async def test_a_delivery_asks_the_database_nothing(tab: Open, log: LogKey, process: Process) -> None:
    tabs = [await tab(name, position=START) for name in ("Mei", "Jonas", "Aisha")]
    entry = LogEvent(log, 1, 7, 1, 0, "note.posted", None, None, None, (), '{"text":"x"}')
    with queries() as asked:
        process.hub.publish([entry])
        for client in tabs:
            await client.event(log, 1)
    aside = ("realtime_deadline", '"head" FROM', '"expire_date" FROM')
    assert [sql for sql in asked if not any(each in sql for each in aside)] == []


async def test_the_way_of_a_line_is_timed_to_its_last_reader(
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


async def test_what_the_process_counts_is_what_happened(tab: Open, log: LogKey, process: Process) -> None:
    mei, jonas = await tab("Mei", position=START), await tab("Jonas", position=START)
    again = cid()
    for key in (again, again, cid()):
        await mei.request("note.post", room=log, cid=key, text="x")
    await jonas.event(log, 2)
    totals = process.metrics.totals
    assert (totals.lines, totals.deliveries, totals.writes, totals.repeats) == (2, 4, 3, 1)
    assert sum(process.metrics.sizes) == totals.batches


async def test_a_command_outside_the_writer_reaches_readers_too(tab: Open, log: LogKey) -> None:
    mei = await tab("Mei", position=START)
    await append(log, 3)
    await mei.event(log, 3)
    assert offsets(mei, log) == [1, 2, 3]


async def test_a_resume_replays_exactly_what_was_missed(tab: Open, log: LogKey, notes: Notes) -> None:
    await append(log, 30)
    position = await sync_to_async(lambda: Event.objects.get(log__key=log, offset=12).tag)()
    mei = await tab("Mei", position={"o": 12, "t": position})
    await mei.event(log, 30)
    assert offsets(mei, log) == list(range(13, 31))


@pytest.mark.parametrize(("o", "t"), [(12, 1), (31, 1), (2_000, 1)])
async def test_opening_says_that_a_position_is_gone(tab: Open, log: LogKey, o: int, t: int) -> None:
    await append(log, 30)
    mei = await tab("Mei")
    opening = await mei.request("room.open", room=log, position={"o": o, "t": t})
    assert (opening["mode"], opening["gone"]) == ("snapshot", True)


async def test_opening_far_behind_says_that_the_position_is_there(tab: Open, log: LogKey, process: Process) -> None:
    await append(log, 30)
    tag = await sync_to_async(lambda: Event.objects.get(log__key=log, offset=12).tag)()
    process.hub.subscriptions._limits = msgspec.structs.replace(process.limits, replay=10)
    mei = await tab("Mei")
    opening = await mei.request("room.open", room=log, position={"o": 12, "t": tag})
    assert (opening["mode"], "gone" in opening) == ("snapshot", False)


async def test_a_resume_beyond_the_ring_reads_the_database(tab: Open, log: LogKey) -> None:
    await append(log, 700)
    mei = await tab("Mei", position=START)
    await mei.event(log, 700)
    assert offsets(mei, log) == list(range(1, 701))


async def test_a_position_of_another_history_gets_a_snapshot(tab: Open, log: LogKey) -> None:
    await append(log, 5)
    mei = await tab("Mei")
    opening = await mei.request("room.open", room=log, position={"o": 3, "t": 1})
    assert opening["mode"] == "snapshot"
    assert opening["snapshot"]["head"]["o"] == 5
    await append(log)
    await mei.event(log, 6)
    assert offsets(mei, log) == [6]


async def test_a_position_ahead_of_the_log_gets_a_snapshot(tab: Open, log: LogKey) -> None:
    mei = await tab("Mei")
    assert (await mei.request("room.open", room=log, position={"o": 9, "t": 9}))["mode"] == "snapshot"


async def test_who_may_not_read_gets_404(tab: Open, log: LogKey, notes: Notes) -> None:
    mei = await tab("Mei")
    notes.members.clear()
    assert (await mei.error("room.open", room=log, position=None)).code == 404


async def test_a_fifth_room_is_refused(tab: Open, log: LogKey, notes: Notes) -> None:
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


async def test_a_room_opened_and_closed_at_once_is_closed(tab: Open, log: LogKey) -> None:
    mei = await tab("Mei")
    opening = await mei.ask("room.open", room=log, position=START)
    closing = await mei.ask("room.close", room=log)
    await mei.response(opening)
    await mei.response(closing)
    assert (await mei.error("presence.read", room=log)).code == 404
    await append(log)
    assert offsets(mei, log) == []


async def test_a_reader_that_catches_up_is_told_nothing_of_a_room_still_opening(
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


async def test_an_event_with_an_audience_is_withheld_from_the_others(tab: Open, log: LogKey) -> None:
    host, guest = await tab("Mei", "host", position=START), await tab("Jonas", position=START)
    await host.request("note.post", room=log, cid=cid(), text="for-hosts-only", audience=["host"])
    seen, withheld = await host.event(log, 1), await guest.event(log, 1)
    assert seen["data"] == {"text": "for-hosts-only"}
    assert withheld.keys() == {"room", "o", "t", "n", "at", "kind"}
    assert withheld["kind"] == "withheld"
    assert not [frame for frame in guest.frames if "for-hosts-only" in frame]


async def test_another_process_hears_of_it_by_the_doorbell(tab: Open, log: LogKey, other: Process) -> None:
    mei, jonas = await tab("Mei", position=START), await tab("Jonas", position=START, at=other)
    await mei.request("note.post", room=log, cid=cid(), text="x")
    await jonas.event(log, 1)
    assert not other.hub.feed.repaired


async def test_a_dropped_doorbell_is_repaired_by_the_sweep(tab: Open, log: LogKey, other: Process) -> None:
    jonas = await tab("Jonas", position=START, at=other)
    other.hub.bus._received = lambda bell: None
    await append(log, 3)
    await other.hub.reconcile()
    await jonas.event(log, 3)
    assert offsets(jonas, log) == [1, 2, 3]


async def test_a_hole_in_the_doorbells_is_read_from_the_log(
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


async def test_doubled_and_late_doorbells_change_nothing(tab: Open, log: LogKey, process: Process) -> None:
    mei = await tab("Mei", position=START)
    await append(log, 3)
    await mei.event(log, 3)
    events = await sync_to_async(logs.tail)(log, 3)
    for _ in range(3):
        process.hub.received(BusMessage("another", log, head=2, events=events[:2]))
    await append(log)
    await mei.event(log, 4)
    assert offsets(mei, log) == [1, 2, 3, 4]


async def test_a_position_that_only_another_process_knows_is_looked_up(
    tab: Open, log: LogKey, other: Process, monkeypatch: pytest.MonkeyPatch
) -> None:
    jonas = await tab("Jonas", position=START, at=other)
    await jonas.request("room.close", room=log)
    monkeypatch.setattr(writing, "_listeners", set())
    await append(log, 2)
    head = await sync_to_async(logs.head_of)(log)
    opening = await jonas.request("room.open", room=log, position={"o": head.o, "t": head.t})
    assert opening["mode"] == "replay"


async def test_a_reader_that_reads_nothing_stops_getting_and_then_resumes(
    tab: Open, log: LogKey, process: Process
) -> None:
    mei, stuck = await tab("Mei", position=START), await tab("Jonas", position=START)
    wire: Any = stuck.wire
    wire.reads.clear()
    for n in range(16):
        await mei.request("note.post", room=log, cid=cid(), text=f"{n}" * 30_000)
    assert wire.connection.queue.lagging
    assert wire.transport.unsent() < 2 * process.limits.lagging_bytes
    wire.reads.set()
    await stuck.event(log, 16)
    assert offsets(stuck, log) == list(range(1, 17))


async def taken_in(process: Process, log: LogKey, o: int) -> None:
    """Until the hub has taken an offset in: commits of other threads come a turn of the loop later."""
    async with asyncio.timeout(5):
        while process.hub.rooms._rooms[log].recent.head.o < o:  # noqa: ASYNC110 - a turn of the loop, not a wait
            await asyncio.sleep(0)


async def test_many_lines_that_are_too_much_together_come_page_by_page(
    tab: Open, log: LogKey, process: Process
) -> None:
    """They are fewer characters than a reader may have unsent, and more bytes: so are those of one page."""
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


async def test_a_reader_without_progress_has_to_go(tab: Open, log: LogKey, process: Process) -> None:
    stuck = await tab("Jonas", position=START)
    wire: Any = stuck.wire
    wire.reads.clear()
    for _ in range(12):
        await append(log, data="x" * 30_000)
    await taken_in(process, log, 12)
    assert wire.connection.queue.lagging
    wire.connection.heartbeat(process.now() + process.limits.slow_s + 1)
    wire.reads.set()
    assert (await stuck.bye()).code == 4107


async def test_people_in_a_room_are_told_of_each_other(tab: Open, log: LogKey, other: Process, people: People) -> None:
    mei = await tab("Mei", position=START)
    await tab("Jonas", position=START, at=other)
    jonas = await people("Jonas")
    signal = await mei.notification("room.signal", kind="presence", key=jonas.key)
    assert signal["value"]["name"] == "Jonas"
    assert (await mei.notification("room.signal", kind="here", value=2))["room"] == log


async def test_who_has_gone_is_gone_after_the_grace(tab: Open, log: LogKey, process: Process, people: People) -> None:
    mei, jonas = await tab("Mei", position=START), await tab("Jonas", position=START)
    key = (await people("Jonas")).key
    await jonas.wire.close()
    process.hub.signals.every_second(process.now())
    assert key in (await mei.request("presence.read", room=log))["presence"]
    process.hub.signals.every_second(process.now() + 3)
    gone = await mei.notification("room.signal", kind="presence", key=key, value=None)
    assert gone["room"] == log


async def test_who_looks_away_is_away_after_the_grace_and_here_again_at_once(
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


async def test_a_person_is_here_while_any_of_their_tabs_is_looked_at(
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


async def test_a_room_opened_or_closed_in_a_hidden_tab_changes_nobody(
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


async def test_a_silent_process_is_forgotten(tab: Open, log: LogKey, process: Process) -> None:
    mei = await tab("Mei", position=START)
    process.hub.received(BusMessage("dead", log, people={UserId("ghost"): {"name": "Ghost"}}))
    await mei.notification("room.signal", kind="presence", key="ghost")
    process.hub.signals.every_second(process.now() + process.limits.presence_s * 3)
    await mei.notification("room.signal", kind="presence", key="ghost", value=None)


async def test_rooms_not_open_get_counts(tab: Open, log: LogKey, process: Process) -> None:
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


async def test_a_signal_of_a_room_reaches_who_has_it_open(tab: Open, log: LogKey, other: Process) -> None:
    mei, jonas = await tab("Mei", position=START), await tab("Jonas", position=START, at=other)
    assert await mei.request("hand.wave", room=log, hand="left") == {}
    assert (await jonas.notification("room.signal", kind="wave"))["value"] == "left"


async def test_a_signal_of_a_command_reaches_all_tabs_of_its_user_after_the_commit(
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


async def test_memory_only_methods_need_the_room_open(tab: Open, log: LogKey) -> None:
    assert (await (await tab("Mei")).error("hand.wave", room=log)).code == 404


async def narrow(**kwargs: Any) -> None:
    def work() -> None:
        with batch([SITE]) as staged:
            staged.revoke(**kwargs)

    await sync_to_async(work)()


async def test_who_may_no_longer_read_is_put_out_in_every_process(
    tab: Open, log: LogKey, other: Process, notes: Notes, people: People
) -> None:
    tabs = [await tab("Mei", position=START), await tab("Mei", position=START, at=other)]
    jonas = await tab("Jonas", position=START)
    user = UserId((await people("Mei")).key)
    del notes.members[log][user]
    await narrow(user=user, log=log, reason="removed")
    for client in tabs:
        assert (await client.notification("room.left", room=log))["reason"] == "removed"
    await append(log)
    await jonas.event(log, 1)
    for client in tabs:
        assert (await client.error("room.open", room=log, position=START)).code == 404
        assert offsets(client, log) == []


async def test_a_word_about_a_room_that_one_may_not_read_brings_none_of_its_counts(
    tab: Open, process: Process, people: People
) -> None:
    mei = await tab("Mei")
    await Log.objects.acreate(key="elsewhere")
    user = UserId((await people("Mei")).key)
    process.hub.signals.send(Signal(LogKey("elsewhere"), "standing", "", {"waiting": True}, to=user))
    await mei.notification("room.signal", kind="standing", room="elsewhere")
    await process.hub.tasks.finish()
    wire = mei.wire
    assert isinstance(wire, MemoryWire)
    assert LogKey("elsewhere") not in wire.connection.subscriber.rooms


async def test_changed_labels_change_what_is_seen(tab: Open, log: LogKey, notes: Notes, people: People) -> None:
    mei = await tab("Mei", position=START)
    user = UserId((await people("Mei")).key)
    notes.join(log, user, "host")
    asked = len(notes.asked)
    await narrow(user=user, log=log)
    async with asyncio.timeout(5):
        while len(notes.asked) == asked:  # noqa: ASYNC110 - a turn of the loop, not a wait
            await asyncio.sleep(0)
    await append(log, audience=["host"])
    assert (await mei.event(log, 1))["kind"] == "note.posted"


async def test_an_ended_login_session_ends_its_connections(tab: Open, people: People) -> None:
    mei, elsewhere = await tab("Mei"), await tab("Mei")
    wire: Any = mei.wire
    await narrow(user=UserId((await people("Mei")).key), login=wire.connection.subscriber.caller.login)
    assert (await mei.bye()).code == 4501
    assert elsewhere.wire.closed is None


async def test_a_deactivated_person_is_sent_away_for_good(tab: Open, notes: Notes, people: People) -> None:
    mei = await tab("Mei")
    user = UserId((await people("Mei")).key)
    notes.away.add(user)
    await narrow(user=user)
    assert (await mei.bye()).code == 4503


async def test_rights_narrowed_while_a_room_opens_count(tab: Open, log: LogKey, notes: Notes, process: Process) -> None:
    mei = await tab("Mei")
    real = notes.may_read
    process.hub.subscriptions.revocations += 1

    def narrowed_meanwhile(caller: Any, key: LogKey) -> Any:
        labels = real(caller, key)
        notes.members.clear()
        process.hub.subscriptions.revocations += 1
        return labels

    object.__setattr__(process.backend, "may_read", narrowed_meanwhile)
    assert (await mei.error("room.open", room=log, position=START)).code == 404


async def test_a_drain_answers_what_is_queued_refuses_the_rest_and_says_when_to_come_back(
    tab: Open, log: LogKey, notes: Notes, process: Process
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
    """One turn of the loop: what is ready to run has run."""
    await asyncio.sleep(0)


async def test_events_of_the_hub_itself_are_read_by_nobody(tab: Open, log: LogKey) -> None:
    mei = await tab("Mei")
    assert (await mei.error("room.open", room="site", position=None)).code == 404


async def test_narrowed_rights_wait_for_a_database_that_does_not_answer(
    tab: Open, log: LogKey, notes: Notes, process: Process, people: People, monkeypatch: pytest.MonkeyPatch
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
    await narrow(user=user, log=log)
    assert (await mei.notification("room.left", room=log))["reason"] == "removed"


async def test_many_who_say_hello_leave_readers_to_the_others_and_keep_the_next_outside(
    tab: Open, process: Process, notes: Notes, monkeypatch: pytest.MonkeyPatch
) -> None:
    welcome, opened, inside = notes.welcome, threading.Event(), []
    intake = [pause := Mock(), resume := Mock()]
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
    assert [each.call_count for each in intake] == [1, 0]
    opened.set()
    await asyncio.gather(*coming)
    assert [each.call_count for each in intake] == [1, 1]


async def test_a_room_that_is_left_during_hello_is_not_listened_to(
    process: Process, notes: Notes, log: LogKey, people: People
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


async def test_a_person_has_at_most_twenty_connections(
    process: Process, notes: Notes, log: LogKey, people: People
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


async def test_answers_are_made_when_their_reader_has_room_for_them(
    tab: Open, log: LogKey, process: Process, notes: Notes
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


async def test_requests_of_a_reader_that_lags_are_refused_beyond_those_that_may_wait(
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


async def test_a_room_that_was_empty_for_long_is_kept_while_it_opens(
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


async def test_a_process_starts_as_soon_as_the_layer_is_back(
    transactional_db: None, notes: Notes, monkeypatch: pytest.MonkeyPatch
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


async def test_a_call_after_the_drain_starts_no_new_process(transactional_db: None, notes: Notes) -> None:
    one = await Process.of(notes.backend())
    await one.drain()
    assert await Process.of(notes.backend()) is one
