"""A process that is stopped in a transaction, with real processes: it keeps its room for a while, and no other."""

import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from typing import Any

import pytest
from django.db import connection

from realtime.log.locks import BlockedLogs
from realtime.storage import timeouts
from realtime.types import LogKey
from realtime.workers.transaction import write
from tests.realtime.workers.test_transaction import codes, rooms, saying, texts

__all__ = ["rooms"]

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.postgresql]


@pytest.fixture
def stopped(rooms: list[LogKey], postgres_url: str) -> Iterator["subprocess.Popen[str]"]:
    """Make a process that has locked the first room."""
    database = postgres_url.rpartition("/")[0] + f"/{connection.settings_dict['NAME']}"
    environment = os.environ | {"DATABASE_URL": database, "DJANGO_SETTINGS_MODULE": "tests.settings"}
    command = [sys.executable, "-m", "tests.realtime.storage.postgresql.stopped", rooms[0]]
    with subprocess.Popen(command, env=environment, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout
        assert process.stdout.readline() == "stops\n"
        os.waitid(os.P_PID, process.pid, os.WSTOPPED)
        yield process
        process.kill()


def test_rooms_of_a_stopped_process_become_writable(
    rooms: list[LogKey], stopped: "subprocess.Popen[str]", monkeypatch: pytest.MonkeyPatch
) -> None:
    held, database, here, there = BlockedLogs(), connection, *rooms
    lock: Any = database
    lock.lock_s = 0.2
    assert codes(write([saying(here), saying(there, text="other room")], held)) == [503, 200]
    monkeypatch.setattr(timeouts, "IDLE_S", 1.0)
    while codes(write([saying(here, text="same room")], held)) == [503]:
        assert codes(write([saying(there, text="other room")], held)) == [200]
    lock.lock_s = timeouts.LOCK_S
    stopped.send_signal(signal.SIGCONT)
    assert stopped.stdout
    assert "terminating connection" in stopped.stdout.readline()
    assert texts(here) == ["same room"]
    assert set(texts(there)) == {"other room"}
