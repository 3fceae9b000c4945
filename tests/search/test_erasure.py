"""Tests that words of deleted messages leave the index, and the files of SQLite."""

import sqlite3
from collections.abc import Iterator
from pathlib import Path

import pytest
import time_machine
from django.db import connection, connections

from realtime.errors import RealtimeError
from realtime.log import batch, now_ms
from realtime.types import Caller, LogKey
from realtime.workers import deadlines
from realtime.workers.transaction import write
from search.models import Erasure
from search.services import erase
from search.services.erase import WAIT_MS
from search.storage import index
from tests.actions import act, post
from tests.search.finding import erased, found, indexed

DAY_MS = 24 * 60 * 60 * 1000
WORD = "quixoticallywords"


def in_words(word: str = WORD) -> list[str]:
    """Return the files of the database that contain a word."""
    file = Path(connection.settings_dict["NAME"])
    files = [file, file.with_name(f"{file.name}-wal")]
    return [each.name for each in files if each.exists() and word.encode() in each.read_bytes()]


def purge() -> None:
    """Let the deadlines of a day run, which delete the text from before an edit or a deletion."""
    while due := deadlines.due():
        assert [each for each in write(due) if isinstance(each, RealtimeError)] == []


@pytest.fixture
def fresh_index(transactional_db: None) -> Iterator[None]:
    yield
    index().clear()
    connections.close_all()


@pytest.mark.sqlite
@pytest.mark.parametrize("act_on", ["message.delete", "message.edit"])
@pytest.mark.usefixtures("fresh_index")
def test_deleted_word_is_in_no_file_after_the_stated_time(ana: Caller, key: LogKey, act_on: str) -> None:
    for n in range(300):
        post(ana, key, f"other talk about {n}")
        if n % 100 == 0:
            indexed()
    o = post(ana, key, f"a {WORD} b")
    assert found(ana, WORD) == [o]
    act(ana, act_on, room=key, o=o, **({"text": "changed"} if act_on == "message.edit" else {}))
    assert found(ana, WORD) == []
    assert in_words() != []
    with time_machine.travel((now_ms() + DAY_MS + 1000) / 1000):
        purge()
        indexed()
        erased()
    assert in_words() == []
    assert not Erasure.objects.exists()
    assert len(found(ana, "other talk")) == 20


@pytest.mark.sqlite
@pytest.mark.usefixtures("fresh_index")
def test_erasing_waits_for_a_reader_of_the_log_and_goes_on(ana: Caller, key: LogKey) -> None:
    o = post(ana, key, WORD)
    indexed()
    act(ana, "message.delete", room=key, o=o)
    indexed()
    reader = sqlite3.connect(connection.settings_dict["NAME"], isolation_level=None)
    reader.execute("BEGIN")
    reader.execute("SELECT count(*) FROM chat_message").fetchone()
    with time_machine.travel((now_ms() + DAY_MS + 1000) / 1000):
        purge()
        erased()
        assert Erasure.objects.get().merged
        reader.execute("COMMIT")
        erased()
    reader.close()
    assert (Erasure.objects.count(), in_words()) == (0, [])


@pytest.mark.sqlite
@pytest.mark.django_db
def test_removal_during_a_round_begins_another(ana: Caller, key: LogKey) -> None:
    first, second = post(ana, key, "one"), post(ana, key, "two")
    indexed()
    act(ana, "message.delete", room=key, o=first)
    indexed()
    with time_machine.travel((now_ms() + WAIT_MS + 1000) / 1000, tick=False) as traveller:
        step = erase.work()
        assert step is not None
        with batch([]) as staged:
            step(staged)
        traveller.shift(1)
        act(ana, "message.delete", room=key, o=second)
        indexed()
        for _ in range(20):
            if Erasure.objects.get().merged:
                break
            traveller.shift(1)
            step = erase.work()
            assert step is not None
            with batch([]) as staged:
                step(staged)
        row = Erasure.objects.get()
        assert row.merged
        assert row.removed_at > row.since


@pytest.mark.django_db
def test_erasing_waits_for_its_time(ana: Caller, key: LogKey) -> None:
    o = post(ana, key, "one")
    indexed()
    act(ana, "message.delete", room=key, o=o)
    indexed()
    assert erase.work() is None
