"""The same `cid` in two processes at once: PostgreSQL decides, and the second gets what the first has stored."""

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest
from django.db import connection

from realtime.log import batch
from realtime.methods import Call
from realtime.models import Log
from realtime.types import Caller, ClientId, LogKey, UserId
from realtime.workers.jobs import Answer, Outcome
from realtime.workers.transaction import write
from tests.realtime.notes import Note, NotesApp

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.postgresql]

MEI = Caller(UserId("MeiMeiMeiMei"), 1, "", {})
ONCE = ClientId("cid-used-twice")


@contextmanager
def uncommitted(key: LogKey, kind: str) -> Iterator[None]:
    """Insert an event with this cid in another process, which commits when the second writer waits for it."""
    written, waited = threading.Event(), threading.Event()

    def other() -> None:
        with batch([key]) as staged:
            staged.append(key, kind=kind, data={}, actor=MEI.id, cid=ONCE, method="note.post")
            staged.flush()
            written.set()
            waited.wait(10)
        connection.close()

    thread = threading.Thread(target=other)
    thread.start()
    written.wait(10)
    watcher = threading.Thread(target=_when_somebody_waits, args=[waited])
    watcher.start()
    yield
    thread.join()
    watcher.join()


def _when_somebody_waits(waited: threading.Event) -> None:
    with connection.cursor() as cursor:
        for _ in range(10_000):
            cursor.execute("SELECT count(*) FROM pg_locks WHERE NOT granted")
            if cursor.fetchone()[0]:
                break
    connection.close()
    waited.set()


def posted(key: LogKey) -> Outcome:
    method: Any = NotesApp().backend().methods["note.post"]
    return write([Call(method, MEI, Note(key, ONCE, "hi"))])[0]


@pytest.fixture
def keys(transactional_db: None) -> list[LogKey]:
    return [LogKey(Log.objects.create(key=f"log{n}").key) for n in range(2)]


def test_repeat_in_the_same_room_gets_the_stored_answer(keys: list[LogKey], caplog: pytest.LogCaptureFixture) -> None:
    with uncommitted(keys[0], "note.posted"):
        outcome = posted(keys[0])
    assert isinstance(outcome, Answer)
    assert outcome.result["o"] == 1
    assert caplog.records == []


def test_repeat_in_another_room_is_refused(keys: list[LogKey], caplog: pytest.LogCaptureFixture) -> None:
    with uncommitted(keys[0], "note.posted"):
        outcome = posted(keys[1])
    assert getattr(outcome, "type", outcome) == "cid_reused"
    assert caplog.records == []
