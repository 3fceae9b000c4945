"""Waits are read from a history."""

from typing import Any

import pytest

from tests.chaos.history import Record
from tests.chaos.silence import longest_silence, longest_wait


def record(t: float, type: Any, cid: str, *, room: str = "A", op: str = "message.post", body: Any = None) -> Record:
    return Record(t, "ana", op, room, type, cid, body=body)


def test_wait_ends_with_any_answer() -> None:
    asked = [record(0, "invoke", "x"), record(0, "invoke", "y"), record(0, "invoke", "z")]
    answered = [record(5, "info", "x", body={"code": 503}), record(2, "ok", "y"), record(1, "fail", "z", body={})]
    assert longest_wait([*asked, *answered]) == 5


def test_wait_of_a_repeat_begins_anew_and_a_cut_is_no_answer() -> None:
    assert longest_wait([record(0, "invoke", "x"), record(9, "info", "x"), record(10, "invoke", "x")]) == 0


@pytest.mark.parametrize(("by_room", "silence"), [(False, 4), (True, 7)])
def test_silence_is_between_acknowledgements(by_room: bool, silence: float) -> None:
    heard = record(5, "ok", "o", op="receive")
    said = [record(0, "ok", "x"), record(3, "ok", "y", room="B"), record(7, "ok", "z"), heard]
    assert longest_silence(said, by_room=by_room) == silence
