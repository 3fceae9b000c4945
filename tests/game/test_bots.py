"""A bot plays like anybody: from what its seat sees, in a process of its own, through a batch."""

import threading
from collections.abc import Iterator
from typing import Any

import pytest

from game.models import Match
from game.services import bots, tables
from game.services.bot_worker import BotWorker
from game.services.bots import Bots, bot_turn
from game.services.moves import bot_move
from realtime.log import batch, listen
from realtime.types import Caller, LogKey
from tests.actions import act
from tests.game.play import made, move, table

TIMEOUT_S = 20


@pytest.fixture
def thinker() -> Iterator[BotWorker]:
    thinker = BotWorker()
    yield thinker
    thinker.stop()


@pytest.mark.django_db(transaction=True)
def test_game_against_the_bot_comes_to_its_end(ann: Caller, key: LogKey, monkeypatch: pytest.MonkeyPatch) -> None:
    moved = threading.Event()
    stop_listening = listen(lambda entries, signals: moved.set() if entries[-1].actor is None else None)
    own = Bots()
    monkeypatch.setattr(tables, "_bot_turns", [own.turn])
    monkeypatch.setattr(bots, "PAUSE_S", 0)
    o = made(ann, key, bot="hard")
    try:
        while (now := table(ann, key, o))["state"] == "playing":
            moved.clear()
            column = next(place for place, discs in enumerate(now["view"]["columns"]) if len(discs) < 6)
            move(ann, key, o, column)
            assert table(ann, key, o)["state"] == "over" or moved.wait(TIMEOUT_S)
    finally:
        own.stop()
        stop_listening()
    assert now["result"] == {"winner": 1, "reason": "line"}


@pytest.mark.django_db
def test_bot_gets_the_view_of_its_seat_and_nothing_else(ann: Caller, key: LogKey) -> None:
    o = made(ann, key, bot="easy")
    assert bot_turn(key, o) is None
    version = move(ann, key, o, 3)
    turn = bot_turn(key, o)
    assert turn is not None
    assert turn[1] == version
    assert turn[2] | {"seed": 0} == {
        "game": "four",
        "view": table(ann, key, o)["view"],
        "seat": 1,
        "level": "easy",
        "seed": 0,
    }


@pytest.mark.django_db
def test_late_answer_of_a_bot_is_no_move(ann: Caller, key: LogKey) -> None:
    o = made(ann, key, bot="easy")
    version = move(ann, key, o, 3)
    match = Match.objects.get(offset=o)

    def moved() -> bool:
        with batch([key]) as staged:
            return bot_move(staged, room=key, log=match.log_id, match=o, version=version, move=0) is not None

    assert moved()
    assert not moved()
    act(ann, "match.resign", room=key, match=o)
    assert not moved()


@pytest.mark.django_db
def test_bot_whose_process_fails_makes_no_move_and_logs_it(
    ann: Caller, key: LogKey, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setattr(bots, "bot_turn", lambda room, match: (1, 1, {"game": "none"}))
    own = Bots()
    own.turn(key, 1)
    own._threads.shutdown()
    own.stop()
    assert "is asked again" in caplog.text


def test_bot_process_that_died_is_started_again(thinker: BotWorker) -> None:
    view: dict[str, Any] = {"columns": [[]] * 7, "last": None, "line": None, "misses": [0, 0]}
    question = {"game": "four", "view": view, "seat": 0, "level": "easy", "seed": 1}
    first = thinker.ask(question)
    process = thinker._process
    assert process is not None
    process.kill()
    process.communicate()
    assert thinker.ask(question) == first


def test_question_without_a_move_is_an_error(thinker: BotWorker) -> None:
    with pytest.raises(ValueError, match="error"):
        thinker.ask({"game": "chess"})
