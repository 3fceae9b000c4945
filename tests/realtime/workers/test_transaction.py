"""The writer's transactions while the database refuses, deadlocks or does not answer."""

import threading
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from functools import partial
from typing import Any

import msgspec
import psycopg
import pytest
from django.db import OperationalError, connection, transaction

from realtime.errors import RealtimeError
from realtime.log import Batch, LogEvent
from realtime.log.locks import BlockedLogs
from realtime.methods import Call, Method
from realtime.models import Event, Log
from realtime.storage import timeouts
from realtime.types import Caller, Cid, ClientId, LogKey, UserId
from realtime.workers import transaction as writing
from realtime.workers.jobs import Answer, Job, Outcome
from realtime.workers.transaction import Committed, write
from tests.client import cid

pytestmark = pytest.mark.django_db(transaction=True)

Do = Callable[[Batch, list[LogKey]], None]
ANA = Caller(UserId("anaanaanaana"), 1, "", {})
WAITING = "SELECT count(DISTINCT pid) FROM pg_locks WHERE NOT granted"


class Append(msgspec.Struct):
    """Params of a request that names any number of rooms and appends to the first."""

    rooms: list[LogKey]
    cid: Cid
    text: str


def nothing(batch: Batch, calls: Sequence[Call]) -> None:
    """Make the group be flushed as one, without savepoints."""


def saying(*rooms: LogKey, text: str = "x", first: Do | None = None, once: str = "") -> Call:
    """Return a request for these rooms. `first` is called before it appends."""

    def function(batch: Batch, *, caller: Caller, rooms: list[LogKey], cid: ClientId, text: str) -> LogEvent:
        if first:
            first(batch, rooms)
        return batch.append(rooms[0], kind="note.posted", data=text, actor=caller.id, cid=cid)

    method = Method(
        name="deed.do", params=Append, function=function, logs=lambda params: params.rooms, prefetch=nothing
    )
    return Call(method, ANA, Append(list(rooms), ClientId(once or cid()), text))


def raising(error: Exception, cause: Exception | None = None, times: int = 99) -> Do:
    """Return a function that raises the error at its first `times` calls."""
    left = [error] * times

    def fail(batch: Batch, rooms: list[LogKey]) -> None:
        if left:
            raise left.pop() from cause

    return fail


deadlocked = partial(raising, OperationalError("deadlock detected"), psycopg.errors.DeadlockDetected())


def codes(outcomes: Sequence[Outcome]) -> list[int]:
    """200 for what was answered, else the code of the refusal."""
    return [200 if isinstance(outcome, Answer) else outcome.code for outcome in outcomes]


def texts(*rooms: LogKey) -> list[str]:
    rows = Event.objects.filter(log__key__in=rooms).order_by("log", "offset")
    return [msgspec.json.decode(data) for data in rows.values_list("data", flat=True) if data]


@pytest.fixture
def rooms() -> list[LogKey]:
    """Two logs in the order of their ids: by key the first comes last, and by its place in table and index too."""
    Log.objects.bulk_create([Log(key="another"), Log(key="RoomA")])
    Log.objects.filter(key="another").update(key="RoomZ")
    return [LogKey(key) for key in Log.objects.order_by("pk").values_list("key", flat=True)]


@pytest.fixture
def attempts(monkeypatch: pytest.MonkeyPatch) -> list[int]:
    """Return the number of jobs in each transaction, including failed ones."""
    sizes: list[int] = []
    real = writing._commit

    def counted(jobs: Sequence[Job]) -> Committed:
        sizes.append(len(jobs))
        return real(jobs)

    monkeypatch.setattr(writing, "_commit", counted)
    return sizes


@pytest.fixture
def threads() -> Iterator[Callable[..., Future[Any]]]:
    """Run a function in a thread, and close the connection of the thread."""

    def closing(function: Callable[..., Any], *given: Any) -> Any:
        try:
            return function(*given)
        finally:
            connection.close()

    with ThreadPoolExecutor(4) as pool:
        yield lambda function, *given: pool.submit(closing, function, *given)


def bad_row(batch: Batch, rooms: list[LogKey]) -> None:
    """Insert a row that violates a constraint."""
    batch.insert(Log(key=rooms[0]))


def long_row(batch: Batch, rooms: list[LogKey]) -> None:
    batch.append(rooms[0], kind="x" * 41, data=None)


@pytest.mark.parametrize(
    ("bad", "tries"),
    [
        (bad_row, 4),
        pytest.param(long_row, 1, marks=pytest.mark.postgresql),
        (raising(RuntimeError("a bug")), 0),
    ],
)
def test_bad_row_costs_only_its_own_request(
    rooms: list[LogKey], attempts: list[int], bad: Do, tries: int, caplog: pytest.LogCaptureFixture
) -> None:
    calls = [saying(rooms[0], text=str(n), first=bad if n == 2 else None) for n in range(5)]
    outcomes = write(calls)
    assert codes(outcomes) == [200, 200, 500, 200, 200]
    assert texts(*rooms) == ["0", "1", "3", "4"]
    assert [outcome.result["o"] for outcome in outcomes if isinstance(outcome, Answer)] == [1, 2, 3, 4]
    assert attempts == ([5] * tries + [1, 1, *[1] * tries, 1, 1] if tries else [5])
    failed = outcomes[2]
    assert isinstance(failed, RealtimeError)
    assert (failed.type, failed.detail) == ("internal", "")
    assert "Traceback" in caplog.text


@pytest.mark.parametrize("times", [1, 2, 3])
def test_victim_of_deadlock_is_repeated_and_not_logged(
    rooms: list[LogKey], attempts: list[int], times: int, caplog: pytest.LogCaptureFixture
) -> None:
    outcomes = write([saying(rooms[0], text="a"), saying(rooms[0], text="b", first=deadlocked(times=times))])
    assert codes(outcomes) == [200, 200]
    assert (texts(*rooms), attempts) == (["a", "b"], [2] * (times + 1))
    assert caplog.records == []


def test_deadlock_that_does_not_end_is_refused_after_three_repeats(rooms: list[LogKey], attempts: list[int]) -> None:
    assert codes(write([saying(rooms[0], first=deadlocked())])) == [503]
    assert (texts(*rooms), attempts) == ([], [1] * 4)


def test_database_that_does_not_answer_is_not_asked_for_each_request(rooms: list[LogKey], attempts: list[int]) -> None:
    gone = raising(OperationalError("the connection is closed"))
    outcomes = write([saying(rooms[0], first=gone) for _ in range(50)])
    assert codes(outcomes) == [503] * 50
    assert (texts(*rooms), attempts) == ([], [50, 1])


def test_database_that_answers_again_takes_the_rest_one_by_one(rooms: list[LogKey], attempts: list[int]) -> None:
    gone = raising(OperationalError("the connection is closed"), times=1)
    outcomes = write([saying(rooms[0], text=str(n), first=gone if n == 1 else None) for n in range(3)])
    assert (codes(outcomes), texts(*rooms), attempts) == ([200] * 3, ["0", "1", "2"], [3, 1, 1, 1])


@pytest.mark.postgresql
def test_cid_that_another_process_stores_meanwhile_is_not_stored_again(
    rooms: list[LogKey], attempts: list[int], threads: Callable[..., Future[Any]]
) -> None:
    once, here, there = cid(), *rooms

    def elsewhere(batch: Batch, rooms: list[LogKey]) -> None:
        if len(attempts) == 1:
            log = Log.objects.get(key=there).pk
            row = {"log_id": log, "offset": 1, "tag": 1, "lines": 1, "kind": "note.posted", "method": "deed.do"}
            stored = partial(Event.objects.create, **row, actor=ANA.id, cid=once, data='"there"', at=7)
            threads(stored).result()

    [outcome] = write([saying(here, once=once, first=elsewhere)])
    assert isinstance(outcome, Answer)
    assert outcome.result == {"room": there, "o": 1, "t": 1, "at": 7}
    assert (texts(*rooms), attempts) == (["there"], [1, 1])


@pytest.mark.postgresql
def test_writers_that_want_the_same_logs_in_opposite_order_do_not_deadlock(
    rooms: list[LogKey], attempts: list[int], threads: Callable[..., Future[Any]]
) -> None:
    """Both ask for the first log first: while somebody has that, the second one is free, and no two can embrace."""
    first, second = rooms
    with transaction.atomic():
        Log.objects.select_for_update().get(key=first)
        writers = [threads(write, [saying(*order)]) for order in ([first, second], [second, first])]
        with connection.cursor() as cursor:
            while cursor.execute(WAITING).fetchone() != (2,):
                assert not any(each.done() for each in writers)
        Log.objects.select_for_update(nowait=True).get(key=second)
    assert [codes(each.result()) for each in writers] == [[200], [200]]
    assert (len(texts(*rooms)), attempts) == (2, [1, 1])


@pytest.mark.postgresql
def test_deadlock_of_two_writers_stores_both_after_a_repeat(
    rooms: list[LogKey], attempts: list[int], threads: Callable[..., Future[Any]]
) -> None:
    """Each locks a row of its own first, because the logs of a batch are locked in one order."""
    rows = [Log.objects.create(key=f"Row{n}").pk for n in range(2)]
    both = threading.Barrier(2, timeout=30)

    def embrace(one: int, other: int) -> Do:
        met: list[bool] = []

        def lock(batch: Batch, rooms: list[LogKey]) -> None:
            if met:
                return
            met.append(True)
            Log.objects.select_for_update().get(pk=one)
            both.wait()
            Log.objects.select_for_update().get(pk=other)

        return lock

    orders = [rows, rows[::-1]]
    writers = [
        threads(write, [saying(key, text=key, first=embrace(*order))]) for key, order in zip(rooms, orders, strict=True)
    ]
    assert [codes(each.result()) for each in writers] == [[200], [200]]
    assert (sorted(texts(*rooms)), attempts) == (sorted(rooms), [1, 1, 1])


@pytest.mark.postgresql
def test_room_that_another_process_locks_does_not_delay_other_rooms(
    rooms: list[LogKey], threads: Callable[..., Future[Any]], caplog: pytest.LogCaptureFixture
) -> None:
    """The holder is a process that was stopped in its transaction. Its room is refused, and free as soon as it is."""
    here, there = rooms
    held, tried = threading.Event(), threading.Event()

    def hold() -> None:
        with transaction.atomic():
            Log.objects.select_for_update().get(key=here)
            held.set()
            assert tried.wait(30)

    holding, known = threads(hold), BlockedLogs()
    held.wait()
    database: Any = connection
    database.lock_s = 0.05
    calls = [saying(here, text="a"), saying(there, text="b"), saying(here, there), saying(LogKey("new"))]
    assert codes(write(calls, known)) == [503, 200, 503, 404]
    assert codes(write([saying(here), saying(there, text="c")], known)) == [503, 200]
    assert caplog.text.count("another process holds") == 1
    tried.set()
    holding.result()
    assert codes(write([saying(here, text="d"), saying(there, text="e")], known)) == [200, 200]
    assert sorted(texts(*rooms)) == ["b", "c", "d", "e"]
    database.lock_s = timeouts.LOCK_S


@pytest.mark.postgresql
def test_locked_row_costs_only_the_requests_that_need_it(
    rooms: list[LogKey], threads: Callable[..., Future[Any]]
) -> None:
    """A lock that is no room's."""
    row = Log.objects.create(key="Row").pk
    held, tried = threading.Event(), threading.Event()

    def hold() -> None:
        with transaction.atomic():
            Log.objects.select_for_update().get(pk=row)
            held.set()
            assert tried.wait(30)

    holding = threads(hold)
    held.wait()
    database: Any = connection
    database.lock_s = 0.05

    def want(batch: Batch, rooms: list[LogKey]) -> None:
        Log.objects.filter(pk=row).update(lines=1)

    wanting = saying(rooms[0], first=want)
    assert codes(write([saying(rooms[0]), wanting, saying(rooms[1])])) == [200, 503, 200]
    tried.set()
    holding.result()
    database.lock_s = timeouts.LOCK_S
