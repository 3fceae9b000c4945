"""A process with the notes app, people with login sessions, and tabs over the in-memory transport."""

from collections.abc import AsyncIterator, Awaitable, Callable
from typing import Any

import pytest
import pytest_asyncio
from asgiref.sync import sync_to_async

from accounts.models import User
from accounts.services.people import guest_create
from realtime.log import batch, now_ms
from realtime.models import Log
from realtime.process import Process
from realtime.types import LogKey, UserId
from tests.client import Client
from tests.client.in_process import MemoryWire, login
from tests.realtime.notes import NotesApp

Open = Callable[..., Awaitable[Client]]


@pytest.fixture
def notes() -> NotesApp:
    return NotesApp()


@pytest_asyncio.fixture
async def process(transactional_db: None, notes: NotesApp) -> AsyncIterator[Process]:
    process = Process(notes.backend(), "one")
    await process.start()
    yield process
    await process.stop()


@pytest_asyncio.fixture
async def log(transactional_db: None) -> LogKey:
    """Create an empty log."""
    return LogKey((await sync_to_async(Log.objects.create)(key="RoomOfTheTests16")).key)


@pytest_asyncio.fixture
async def people(transactional_db: None) -> Callable[[str], Awaitable[User]]:
    """Return a function that gives a guest by name, and creates it at the first call."""
    known: dict[str, User] = {}

    async def person(name: str) -> User:
        if name not in known:
            create = sync_to_async(guest_create)
            known[name] = await create(name=name, face="", colour=0, device="", now=now_ms())
        return known[name]

    return person


@pytest_asyncio.fixture
async def tab(
    process: Process, notes: NotesApp, log: LogKey, people: Callable[[str], Awaitable[User]]
) -> AsyncIterator[Open]:
    """Open tabs of members of the log, after hello: `await tab("Mei")`. With `position` the log is open too."""
    opened: list[Client] = []

    async def open_tab(
        name: str, *labels: str, position: dict[str, int] | None = None, at: Process | None = None
    ) -> Client:
        user = await people(name)
        notes.join(log, UserId(user.key), *labels)
        client = Client(MemoryWire(at or process, await login(user)))
        opened.append(client)
        await client.hello(**({} if position is None else {log: position}))
        return client

    yield open_tab
    for client in opened:
        await client.wire.close()


START = {"o": 0, "t": 0}


async def append(log: LogKey, count: int = 1, data: Any = None, **kwargs: Any) -> list[int]:
    """Events appended as a command would: outside the writer."""

    def work() -> list[int]:
        with batch([log]) as staged:
            events = [
                staged.append(log, kind="note.posted", data=data or {"n": n}, counts_as_message=True, **kwargs)
                for n in range(count)
            ]
            return [event.o for event in events]

    return await sync_to_async(work)()
