"""Changed permissions: delivery stops at once, is checked apart from all other work, and fails closed."""

import asyncio
import threading
from collections.abc import Awaitable, Callable, Iterator
from typing import Any

import pytest
from asgiref.sync import sync_to_async

from accounts.models import User
from realtime.errors import RealtimeError
from realtime.log import SITE, batch
from realtime.log.permissions import EVERYBODY, PermissionsChanged, permissions_changed
from realtime.process import Process
from realtime.types import LogKey, Signal, UserId
from tests.client import Client, cid
from tests.realtime.conftest import START, Open, append
from tests.realtime.notes import NotesApp

People = Callable[[str], Awaitable[User]]


def test_permissions_changed_ignores_members_of_another_release() -> None:
    data = '{"user":"mei","log":"room","login":null,"reason":"banned","until":5,"device":"x"}'
    assert permissions_changed(data) == PermissionsChanged(
        user=UserId("mei"), log=LogKey("room"), reason="banned", until=5
    )
    assert permissions_changed('{"user":"mei"}') == PermissionsChanged(user=UserId("mei"))


@pytest.mark.parametrize("data", [None, "", "{}", "[]", "{", '{"user":5}', '{"until":"soon","user":"mei"}', "[" * 5000])
def test_permissions_changed_means_everybody_when_it_cannot_be_read(data: str | None) -> None:
    assert permissions_changed(data) == EVERYBODY


async def site_event(data: Any) -> None:
    """Append an event to the `site` log, as any release may have written it."""

    def work() -> None:
        with batch([SITE]) as staged:
            staged.append(SITE, kind="site.narrowed", data=data)

    await sync_to_async(work)()


class Slow:
    """A backend whose recheck waits until it is let through."""

    def __init__(self, notes: NotesApp) -> None:
        self.reached, self.opened, self.calls = threading.Event(), threading.Event(), 0
        self._notes = notes

    def may_read_all(self, asked: Any) -> Any:
        self.calls += 1
        self.reached.set()
        assert self.opened.wait(30)
        return self._notes.may_read_all(asked)


@pytest.fixture
def slow(process: Process, notes: NotesApp) -> Iterator[Slow]:
    slow = Slow(notes)
    object.__setattr__(process.backend, "may_read_all", slow.may_read_all)
    yield slow
    slow.opened.set()


def offsets(client: Client, log: LogKey) -> list[int]:
    return [event["o"] for event in client.events(log)]


@pytest.mark.asyncio
@pytest.mark.django_db(transaction=True)
class TestProcess:
    @pytest.mark.parametrize("data", [{"reason": "removed"}, {"user": 7}, {"person": "mei", "room": "x"}, []])
    async def test_event_that_cannot_be_read_rechecks_everybody(
        self, tab: Open, log: LogKey, notes: NotesApp, people: People, data: Any
    ) -> None:
        mei, jonas = await tab("Mei", position=START), await tab("Jonas", position=START)
        del notes.members[log][UserId((await people("Mei")).key)]
        await site_event(data)
        assert (await mei.notification("room.left", room=log))["reason"] == "removed"
        await append(log)
        await jonas.event(log, 1)
        assert offsets(mei, log) == []

    async def test_event_that_cannot_be_read_ends_those_who_may_not_come_in(
        self, tab: Open, notes: NotesApp, people: People
    ) -> None:
        mei = await tab("Mei")
        notes.away.add(UserId((await people("Mei")).key))
        await site_event({"person": "mei"})
        assert (await mei.bye()).code == 4503

    async def test_recheck_of_all_users_goes_part_by_part(
        self, tab: Open, log: LogKey, notes: NotesApp, people: People, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr("realtime.hub.revocation.LOGINS_PER_CALL", 1)
        monkeypatch.setattr("realtime.hub.revocation.PAIRS_PER_QUERY", 1)
        tabs = [await tab(name, position=START) for name in ("Mei", "Jonas", "Aisha")]
        notes.away |= {UserId((await people(name)).key) for name in ("Mei", "Aisha")}
        await site_event({})
        assert [(await tabs[n].bye()).code for n in (0, 2)] == [4503, 4503]
        await append(log)
        await tabs[1].event(log, 1)

    async def test_database_that_is_away_is_logged_once_and_delivery_waits(
        self,
        tab: Open,
        log: LogKey,
        notes: NotesApp,
        process: Process,
        people: People,
        monkeypatch: pytest.MonkeyPatch,
        caplog: pytest.LogCaptureFixture,
    ) -> None:
        monkeypatch.setattr("realtime.hub.revocation.RETRY_S", 0.001)
        mei = await tab("Mei", position=START)
        failures = [RealtimeError(503, "unavailable", "gone")] * 5

        def may_read_all(asked: Any) -> Any:
            if failures:
                raise failures.pop()
            return notes.may_read_all(asked)

        object.__setattr__(process.backend, "may_read_all", may_read_all)
        await site_event({"user": (await people("Mei")).key})
        await append(log)
        await mei.event(log, 1)
        assert not failures
        assert [record.message for record in caplog.records] == ["changed permissions wait: gone"]

    async def test_delivery_stops_before_the_database_is_asked(
        self, tab: Open, log: LogKey, notes: NotesApp, people: People, slow: Slow
    ) -> None:
        mei, jonas = await tab("Mei", position=START), await tab("Jonas", position=START)
        user = UserId((await people("Mei")).key)
        del notes.members[log][user]
        await site_event({"user": user, "log": log, "login": None, "reason": "banned", "until": 9})
        await asyncio.to_thread(slow.reached.wait, 10)
        await jonas.request("note.post", room=log, cid=cid(), text="said after the ban")
        await jonas.request("hand.wave", room=log, hand="left")
        await jonas.notification("room.signal", kind="wave")
        slow.opened.set()
        assert (await mei.notification("room.left", room=log))["until"] == 9
        assert offsets(mei, log) == []
        assert not [frame for frame in mei.frames if "wave" in frame or "said after" in frame]

    async def test_delivery_goes_on_where_it_was_after_the_recheck(
        self, tab: Open, log: LogKey, notes: NotesApp, people: People, slow: Slow
    ) -> None:
        mei, jonas = await tab("Mei", position=START), await tab("Jonas", position=START)
        user = UserId((await people("Mei")).key)
        await append(log, 2)
        await mei.event(log, 2)
        notes.join(log, user, "host")
        for _ in range(2):
            await site_event({"user": user, "log": log})
        await asyncio.to_thread(slow.reached.wait, 10)
        await append(log, 300, audience=["host"])
        await jonas.event(log, 302)
        assert offsets(mei, log) == [1, 2]
        await jonas.request("hand.wave", room=log, hand="left")
        await jonas.notification("room.signal", kind="wave")
        slow.opened.set()
        await mei.event(log, 302)
        assert offsets(mei, log) == list(range(1, 303))
        assert mei.events(log)[-1]["kind"] == "note.posted"
        await mei.notification("room.signal", kind="people", room=log)

    async def test_reconcile_and_replay_send_nothing_to_suspended_connections(
        self, tab: Open, log: LogKey, process: Process, people: People, slow: Slow
    ) -> None:
        mei, jonas = await tab("Mei", position=START), await tab("Jonas", position=START)
        await site_event({"user": (await people("Mei")).key})
        await asyncio.to_thread(slow.reached.wait, 10)
        await append(log)
        await jonas.event(log, 1)
        await process.hub.reconcile()
        wire: Any = mei.wire
        process.hub.subscriptions.resume(wire.connection.subscriber)
        process.hub.subscriptions.replay(wire.connection.subscriber, log)
        await mei.request("session.ping")
        assert offsets(mei, log) == []
        slow.opened.set()
        await mei.event(log, 1)

    async def test_recheck_waits_for_no_other_reader(
        self, tab: Open, log: LogKey, notes: NotesApp, process: Process, people: People
    ) -> None:
        mei = await tab("Mei", position=START)
        user, busy = UserId((await people("Mei")).key), threading.Event()
        waiting = [asyncio.ensure_future(process.readers.run(busy.wait, 30)) for _ in range(8)]
        del notes.members[log][user]
        await site_event({"user": user, "log": log})
        await mei.notification("room.left", room=log)
        assert not any(each.done() for each in waiting)
        busy.set()
        await asyncio.gather(*waiting)

    async def test_readers_of_a_room_are_rechecked_in_one_call(
        self, tab: Open, log: LogKey, notes: NotesApp, slow: Slow
    ) -> None:
        tabs = [await tab(name, position=START) for name in ("Mei", "Jonas", "Aisha", "Mei")]
        slow.opened.set()
        notes.members[log].clear()
        await site_event({"user": None, "log": log, "reason": "private"})
        for client in tabs:
            assert (await client.notification("room.left", room=log))["reason"] == "private"
        assert slow.calls == 1

    async def test_failing_recheck_closes_the_connections_in_doubt(
        self, tab: Open, log: LogKey, process: Process, people: People
    ) -> None:
        mei, jonas = await tab("Mei", position=START), await tab("Jonas", position=START)

        def broken(asked: Any) -> Any:
            raise KeyError("a bug")

        object.__setattr__(process.backend, "may_read_all", broken)
        await site_event({"user": (await people("Mei")).key, "log": log})
        assert (await mei.bye()).code == 4100
        await append(log)
        await jonas.event(log, 1)

    async def test_counts_stop_too_and_come_after_the_recheck(
        self, tab: Open, log: LogKey, process: Process, people: People, slow: Slow
    ) -> None:
        mei, jonas = await tab("Mei"), await tab("Jonas", position=START)
        await site_event({"user": (await people("Mei")).key, "log": log})
        await asyncio.to_thread(slow.reached.wait, 10)
        await append(log, 4)
        await jonas.event(log, 4)
        process.hub.signals.every_second(process.now())
        await mei.request("session.ping")
        assert not [frame for frame in mei.frames if '"count"' in frame]
        slow.opened.set()
        await process.hub.tasks.finish()
        process.hub.signals.every_second(process.now())
        assert (await mei.notification("room.signal", kind="count", room=log))["value"]["o"] == 4

    async def test_signal_to_a_user_comes_without_a_room(self, tab: Open, process: Process, people: People) -> None:
        mei = await tab("Mei")
        user = UserId((await people("Mei")).key)
        process.hub.signals.send(Signal(LogKey(""), "note", "", 1, user))
        await mei.notification("room.signal", kind="note")
