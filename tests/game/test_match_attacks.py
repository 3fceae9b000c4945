"""Matches in the hands of who wants more than a game: cards, clocks, claims, and the process in which bots think."""

import contextlib
import os
import subprocess
import sys
import threading
import time as real
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest
import time_machine
from django.db import connection

from game.models import Beat, Match, Seat
from game.selectors.matches import _seats, unfinished
from game.services import bot_worker, bots, tables
from game.services.bot_worker import BotWorker
from game.services.bots import Bots
from game.services.liveness import beat_due
from realtime.errors import RealtimeError
from realtime.log import batch, now_ms
from realtime.models import Deadline, Log
from realtime.process import Process
from realtime.types import Caller, LogKey
from realtime.workers import deadlines
from realtime.workers.jobs import Answer
from realtime.workers.transaction import write
from tests.actions import act, call, guest, room
from tests.game.play import begun, made, move, play, refused, table

pytestmark = pytest.mark.attack

ROOT = Path(__file__).parent.parent.parent
WON = [0, 1, 0, 1, 0, 1, 0]
QUESTION: dict[str, Any] = {
    "game": "four",
    "view": {"columns": [[]] * 7, "last": None, "line": None, "misses": [0, 0]},
    "seat": 0,
    "level": "easy",
    "seed": 1,
}


@pytest.fixture(autouse=True)
def no_bots(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(tables, "_bot_turns", [])


@pytest.fixture
def key(ann: Caller, bo: Caller, cy: Caller) -> LogKey:
    return room(ann, bo, cy)


# Sitting down


@pytest.mark.django_db
def test_seat_taken_a_hundred_times_at_once_has_one_player(ann: Caller, key: LogKey) -> None:
    o = made(ann, key)
    people = [guest() for _ in range(100)]
    for each in people:
        act(each, "room.join", room=key)
    outcomes = write([call(each, "seat.take", room=key, match=o, seat=1) for each in people])
    assert [type(found) for found in outcomes].count(Answer) == 1
    assert {found.type for found in outcomes if isinstance(found, RealtimeError)} == {"begun"}
    assert Seat.objects.filter(match=o).count() == 2


@pytest.mark.django_db
def test_person_gets_one_seat_by_any_way_in_one_batch(ann: Caller, bo: Caller, key: LogKey) -> None:
    old, other = begun(ann, bo, key), 0
    play((ann, bo), key, old, WON)
    other = made(bo, key)
    asked = [
        call(ann, "match.rematch", room=key, match=old),
        call(ann, "match.rematch", room=key, match=old),
        call(ann, "seat.take", room=key, match=other, seat=1),
        call(ann, "message.post", room=key, text="/play"),
        call(ann, "message.post", room=key, text="/play four hard"),
        call(ann, "match.create", room=key, game="four"),
    ]
    outcomes = write(asked)
    assert [type(found) for found in outcomes].count(Answer) == 1
    assert Seat.objects.filter(user=ann.pk).count() == 2
    unfinished = Match.objects.exclude(state="over").filter(offset__in=Seat.objects.filter(user=ann.pk).values("match"))
    assert unfinished.count() == 1


@pytest.mark.django_db
def test_command_that_is_refused_between_lines_leaves_no_trace(ann: Caller, bo: Caller, key: LogKey) -> None:
    texts = ["one", "/play", "two", "/play", "/play nonsense of words", "/roll 99d9999", "three", "/flip"]
    outcomes = write([call(bo, "message.post", room=key, text=text) for text in texts])
    taken = [found.result["o"] for found in outcomes if isinstance(found, Answer)]
    assert len(taken) == 5
    assert taken == list(range(taken[0], taken[0] + 5))
    log = Log.objects.get(key=key)
    assert log.head == taken[-1] == log.events.count()
    assert Match.objects.count() == 1


@pytest.mark.django_db
def test_claim_move_and_time_out_in_one_batch_end_nothing_by_the_claim(ann: Caller, bo: Caller, key: LogKey) -> None:
    with time_machine.travel(now_ms() / 1000, tick=False) as time:
        o = begun(ann, bo, key)
        move(ann, key, o, 0)
        time.shift(60)
        version = Match.objects.get(offset=o).version
        claim = claim_of(ann, key, o)
        outcomes = write(
            [
                claim,
                call(bo, "move.play", room=key, match=o, version=version, move=1),
                *deadlines.due(),
                claim_of(ann, key, o),
            ]
        )
    assert isinstance(outcomes[0], Answer)
    errors = [found.type for found in outcomes if isinstance(found, RealtimeError)]
    assert errors == ["stale", "claimed"]
    now = table(ann, key, o)
    assert (now["result"], now["claim"]["seat"]) == (None, 1)


def claim_of(ann: Caller, key: LogKey, o: int) -> Any:
    claim = call(ann, "match.claim", room=key, match=o)
    claim.absent_ms = lambda room, user: 10**6
    return claim


@pytest.mark.django_db
@pytest.mark.parametrize("given", [True, -1, 7, 1.0, "3", None, [3], {"column": 3}, 10**30, [[[[]]]]])
def test_value_that_is_no_column_is_no_move(ann: Caller, bo: Caller, key: LogKey, given: Any) -> None:
    o = begun(ann, bo, key)
    version = Match.objects.get(offset=o).version
    assert refused(ann, "move.play", room=key, match=o, version=version, move=given).type == "invalid_move"
    assert Match.objects.get(offset=o).version == version


@pytest.mark.django_db
def test_frames_do_not_contain_the_seed(ann: Caller, bo: Caller, key: LogKey) -> None:
    o = begun(ann, bo, key)
    move(ann, key, o, 3)
    match = Match.objects.get(offset=o)
    told = "".join(data or "" for data in Log.objects.get(key=key).events.values_list("data", flat=True))
    assert str(match.seed) not in told + match.table
    assert "chance" not in told + match.table


# What it costs


@pytest.mark.django_db
@pytest.mark.sqlite
def test_seats_are_read_from_unfinished_matches_only(ann: Caller, key: LogKey) -> None:
    found = unfinished(Log.objects.get(key=key).pk).filter(_seats(ann.pk))
    plan = found.explain()
    assert "match_unfinished" in plan
    assert "match=? AND user_id=?" in plan


# The clock


@pytest.mark.django_db(transaction=True)
@pytest.mark.asyncio
async def test_more_deadlines_than_one_look_takes_are_done_in_one_turn(application: Any) -> None:
    from asgiref.sync import sync_to_async

    def crowd() -> None:
        log = Log.objects.create(key="crowded")
        Deadline.objects.bulk_create(
            Deadline(log=log, kind="chat.purge", at=n, data='{"o": 1}') for n in range(5 * deadlines.DUE_AT_ONCE)
        )

    await sync_to_async(crowd)()
    from config.asgi import backend

    process = await Process.of(backend)
    await process._run_deadlines()
    assert await sync_to_async(Deadline.objects.count)() == 0


# The process in which bots think


@pytest.fixture
def thinking() -> Iterator[BotWorker]:
    found = BotWorker()
    yield found
    found.stop()


def pretend(found: BotWorker, program: str) -> None:
    """Run another program as the bot process."""
    found._process = subprocess.Popen([sys.executable, "-c", program], stdin=subprocess.PIPE, stdout=subprocess.PIPE)


@pytest.mark.timeout(30)
@pytest.mark.parametrize(
    "program",
    [
        "import time; time.sleep(60)",
        "import sys, time; sys.stdin.readline(); sys.stdout.write('{'); sys.stdout.flush(); time.sleep(60)",
        "import sys; sys.exit(1)",
    ],
    ids=["silence", "half an answer", "the end"],
)
def test_bot_process_that_hangs_delays_nobody(
    thinking: BotWorker, program: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    pretend(thinking, program)
    with monkeypatch.context() as fast:
        fast.setattr(bot_worker, "TIMEOUT_S", 0.5)
        with pytest.raises(OSError, match=r"bot worker|[Pp]ipe"):
            thinking.ask(QUESTION)
    assert thinking.ask(QUESTION) in range(7)


@pytest.mark.timeout(30)
@pytest.mark.parametrize("answer", ["garbage", "[]", '{"move": 99}\\n{"move": 98}', '{"error": "x"}\\n{"move": 98}'])
def test_no_answer_is_taken_for_that_to_another_question(thinking: BotWorker, answer: str) -> None:
    pretend(thinking, f"for _ in range(9):\n input()\n print('''{answer}''', flush=True)")
    with contextlib.suppress(ValueError):
        assert thinking.ask(QUESTION) == 99
    assert thinking.ask(QUESTION) in range(7)


@pytest.mark.timeout(30)
def test_same_turn_is_asked_for_once(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(bots, "THREADS", 1)
    own, asked, began, go = Bots(), list[int](), threading.Event(), threading.Event()

    def move(room: LogKey, match: int) -> None:
        asked.append(match)
        began.set()
        go.wait(20)

    monkeypatch.setattr(own, "_move", move)
    own.turn(LogKey("room"), 0)
    assert began.wait(20)
    for n in range(50):
        own.turn(LogKey("room"), n % 2)
    own._threads.submit(lambda: None)
    go.set()
    own._threads.shutdown()
    assert asked == [0, 0, 1]


LEAVES = """
import django, sys, threading
django.setup()
from game.services.bots import Bots
from game.services import bots
import subprocess
own = Bots()
own._worker._process = subprocess.Popen([sys.executable, "-c", "import time; time.sleep(60)"],
    stdin=subprocess.PIPE, stdout=subprocess.PIPE)
bots.bot_turn = lambda room, match: (1, 1, {"game": "four"})
for n in range(100):
    own.turn("room", n)
own.stop()
print("leaves", flush=True)
"""


@pytest.mark.timeout(60)
def test_process_leaves_while_bots_are_asked_and_do_not_answer() -> None:
    environment = os.environ | {"DJANGO_SETTINGS_MODULE": "tests.settings"}
    began = real.monotonic()
    subprocess.run([sys.executable, "-c", LEAVES], cwd=ROOT, env=environment, timeout=40, check=True)
    assert real.monotonic() - began < 20


def test_server_stops_its_bots_when_it_leaves() -> None:
    from django.apps import apps

    from realtime.server.processes import drain

    own = apps.get_app_config("game").bots  # type: ignore[attr-defined]
    assert own.leave in drain._hooks


# Two processes


@pytest.mark.postgresql
@pytest.mark.django_db(transaction=True)
def test_heartbeat_goes_on_when_a_match_starts_while_the_last_one_ends(ann: Caller, bo: Caller, key: LogKey) -> None:
    other = room(ann, bo)
    Beat.objects.create(pk=1, at=now_ms())
    ended, go = threading.Event(), threading.Event()

    def last() -> None:
        with batch([key]) as staged:
            beat_due(staged, key, None)
            ended.set()
            go.wait(10)
        connection.close()

    def first() -> None:
        begun(ann, bo, other)
        connection.close()

    with ThreadPoolExecutor(2) as threads:
        threads.submit(last)
        assert ended.wait(10)
        beginning = threads.submit(first)
        go.wait(0.5)
        go.set()
        beginning.result(10)
    assert Beat.objects.count() == 1
    assert Deadline.objects.filter(kind="game.beat").exists()
