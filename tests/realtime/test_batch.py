"""Tests of a batch that takes back what a refused request has staged."""

import pytest

from realtime import LogKey, Signal
from realtime.log import Batch, batch

pytestmark = pytest.mark.django_db


def staged(taken: Batch, key: LogKey, word: str) -> None:
    taken.append(key, kind="note.posted", data={"word": word})
    taken.signal(Signal(key, "word", "", word))


def test_rollback_takes_back_events_and_signals_since_the_savepoint() -> None:
    with batch([]) as taken:
        key = LogKey(taken.create_log().key)
        staged(taken, key, "kept")
        savepoint = taken.savepoint()
        staged(taken, key, "refused")
        taken.rollback_to(savepoint)
        staged(taken, key, "next")
        assert [event.o for event in taken.events] == [1, 2]
        assert [signal.value for signal in taken.signals] == ["kept", "next"]
