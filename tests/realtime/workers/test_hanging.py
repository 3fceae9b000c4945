"""A database that hangs holds nobody up for longer than `answer_s`, and loses nothing."""

import asyncio
import threading
from collections.abc import AsyncIterator, Callable
from typing import Any

import pytest
import pytest_asyncio

from realtime.errors import RealtimeError, unavailable
from realtime.process import Process, _every
from realtime.types import LogKey
from tests.client import Client, cid
from tests.realtime.conftest import Open
from tests.realtime.notes import NotesApp

pytestmark = [pytest.mark.asyncio, pytest.mark.django_db(transaction=True)]


@pytest_asyncio.fixture
async def hasty(notes: NotesApp, settings: Any, transactional_db: None) -> AsyncIterator[Process]:
    """Return a process that refuses requests after a short wait."""
    settings.REALTIME = {"answer_s": 0.3}
    process = Process(notes.backend(), "hasty")
    await process.start()
    yield process
    notes.gate.opened.set()
    await process.stop()


@pytest_asyncio.fixture
async def mei(tab: Open, hasty: Process, log: LogKey) -> Client:
    return await tab("Mei", at=hasty)


@pytest_asyncio.fixture
async def hung(mei: Client, notes: NotesApp, log: LogKey) -> tuple[int, str]:
    """Send a request whose batch hangs. Return its id and its `cid`."""
    once = cid()
    asked = await mei.ask("note.wait", room=log, cid=once, text="hung")
    await asyncio.to_thread(notes.gate.reached.wait)
    return asked, once


async def refused(client: Client, id: int) -> Any:
    with pytest.raises(Exception, match="unavailable") as caught:
        await client.response(id)
    return caught.value


async def test_writer_refuses_requests_in_time_while_a_batch_hangs(
    mei: Client, hung: tuple[int, str], log: LogKey, caplog: pytest.LogCaptureFixture
) -> None:
    waiting = await mei.ask("note.post", room=log, cid=cid(), text="behind")
    for id in (hung[0], waiting):
        assert (await refused(mei, id)).data["retry_after_ms"] == 1000
    at_once = await mei.error("note.post", room=log, cid=cid(), text="later")
    assert (at_once.code, at_once.data["detail"]) == (503, "the database does not answer")
    assert caplog.text.count("hangs") == 1


async def test_commit_in_doubt_is_decided_by_a_repeat(
    mei: Client, hung: tuple[int, str], notes: NotesApp, hasty: Process, log: LogKey
) -> None:
    id, once = hung
    await refused(mei, id)
    notes.gate.opened.set()
    await hasty.writer._idle.wait()
    assert (await mei.request("note.wait", room=log, cid=once, text="hung"))["o"] == 1
    assert (await mei.request("note.post", room=log, cid=cid(), text="next"))["o"] == 2


async def test_readers_refuse_in_time_when_all_threads_hang(hasty: Process, caplog: pytest.LogCaptureFixture) -> None:
    released = threading.Event()
    done: list[str] = []

    def unasked() -> None:
        done.append("run after its caller had gone")

    work: list[Callable[[], Any]] = [*[lambda: released.wait(30)] * 4, *[unasked] * 20]
    answers = await asyncio.gather(*(hasty.readers.run(each) for each in work), return_exceptions=True)
    assert [answer.code for answer in answers if isinstance(answer, RealtimeError)] == [503] * 24
    released.set()
    assert await hasty.readers.run(lambda: "again") == "again"
    assert done == []
    assert caplog.text.count("a read failed") == 1


async def test_hello_is_refused_in_time_when_the_database_hangs(
    tab: Open, hasty: Process, notes: NotesApp, monkeypatch: pytest.MonkeyPatch
) -> None:
    released = threading.Event()
    monkeypatch.setattr("realtime.connection.hello._read_access", lambda *given: released.wait(30))
    answers = await asyncio.gather(*(tab(name, at=hasty) for name in ("Mei", "Jonas", "Ana")), return_exceptions=True)
    assert [getattr(answer, "code", answer) for answer in answers] == [503] * 3
    released.set()


async def test_rooms_are_opened_in_time_or_refused(
    mei: Client, hasty: Process, log: LogKey, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Each opening reads several times; those behind one that hangs do not wait for it and then for themselves."""

    async def hang(*given: Any) -> None:
        await asyncio.Event().wait()

    monkeypatch.setattr(hasty.hub.subscriptions, "subscribe", hang)
    asked = [await mei.ask("room.open", room=log) for _ in range(10)]
    asked.append(await mei.ask("room.close", room=log))
    for id in asked:
        await refused(mei, id)
    monkeypatch.undo()
    assert (await mei.request("room.open", room=log))["mode"] == "snapshot"


async def test_process_stops_while_a_batch_hangs(hasty: Process, hung: tuple[int, str], notes: NotesApp) -> None:
    await asyncio.wait_for(hasty.drain(), 30)
    notes.gate.opened.set()
    await asyncio.to_thread(hasty.writer._thread.shutdown)


async def test_work_that_is_refused_in_a_row_is_logged_once(caplog: pytest.LogCaptureFixture) -> None:
    answers = iter([unavailable("away"), unavailable("away"), None, unavailable("away again")])
    done = asyncio.Event()

    async def work() -> None:
        answer = next(answers, done)
        if answer is done:
            done.set()
        elif isinstance(answer, RealtimeError):
            raise answer

    repeated = asyncio.create_task(_every(0, work))
    await done.wait()
    repeated.cancel()
    assert [record.getMessage() for record in caplog.records] == ["work: away", "work: away again"]
