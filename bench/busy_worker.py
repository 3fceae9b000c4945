"""Measure how long posts wait while the worker is busy: `python -m bench.busy_worker [runs]`.

People post at a fixed rate, and each answer is timed from the moment when its post was due. The worker has an
empty queue, or one with more tasks than it can finish, each of which writes one row in a transaction of its own. Both
are measured in turn, on one server with SQLite.
"""

import asyncio
import sys
import tempfile
import time
from pathlib import Path
from typing import Final

from bench.figures import median, quantile
from tests.client import BlockingClient, cid
from tests.client.blocking import wait
from tests.services.parlor import Parlor

PEOPLE: Final = 24
POSTS_PER_S: Final = 100
SECONDS: Final = 8
TASKS: Final = 2_000
ENQUEUE: Final = f"""
from realtime.log import batch
from tasks.queue import task_enqueue
from tests.tasks.samples import write_row
for start in range(0, {TASKS}, 500):
    with batch([]) as staged:
        for n in range(start, start + 500):
            task_enqueue(staged, write_row, n)
"""
COUNT: Final = (
    "from django_tasks_db.models import DBTaskResult as R; print(R.objects.filter(status='SUCCESSFUL').count())"
)
CLEAR: Final = "from django_tasks_db.models import DBTaskResult as R; R.objects.all().delete()"


def shell(parlor: Parlor, code: str) -> str:
    return parlor.manage("shell", "--verbosity", "0", "-c", code)


async def _post(person: BlockingClient, lock: asyncio.Lock, due: float, times: list[float]) -> None:
    async with lock:  # a client reads one answer at a time
        await person._client.request("message.post", room=person.lounge, cid=cid(), text="a short message")
    times.append((time.perf_counter() - due) * 1000)


async def _posts(people: list[BlockingClient]) -> list[float]:
    """Post at the rate. A post that is late does not hold up the next one."""
    times: list[float] = []
    locks = [asyncio.Lock() for _ in people]
    began = time.perf_counter()
    async with asyncio.TaskGroup() as group:
        for n in range(POSTS_PER_S * SECONDS):
            due = began + n / POSTS_PER_S
            await asyncio.sleep(max(0.0, due - time.perf_counter()))
            place = n % len(people)
            group.create_task(_post(people[place], locks[place], due, times))
    return sorted(times)


def measure(parlor: Parlor, people: list[BlockingClient], *, busy: bool) -> dict[str, float]:
    """Return p50 and p99 of the answers in ms, and the tasks a second."""
    if busy:
        shell(parlor, ENQUEUE)
    before = int(shell(parlor, COUNT))
    began = time.perf_counter()
    times = wait(_posts(people))
    done = (int(shell(parlor, COUNT)) - before) / (time.perf_counter() - began)
    if busy:
        shell(parlor, CLEAR)
    return {"p50": quantile(times, 0.5), "p99": quantile(times, 0.99), "tasks_s": done}


def main(runs: int) -> None:
    found: dict[bool, list[dict[str, float]]] = {False: [], True: []}
    limits = '{"rate": 1000, "burst": 1000, "waiting": 1000}'
    with (
        tempfile.TemporaryDirectory() as folder,
        Parlor(Path(folder), serve=[], TASKS_WORKER="true", REALTIME=limits) as parlor,
    ):
        people = [BlockingClient(parlor.url, f"Person {n}") for n in range(PEOPLE)]
        measure(parlor, people, busy=False)  # everything is loaded once
        for _ in range(runs):
            for busy in (False, True):
                found[busy].append(measure(parlor, people, busy=busy))
                print("busy" if busy else "idle", {name: round(value, 1) for name, value in found[busy][-1].items()})
    for busy, each in found.items():
        figures = {name: round(median(run[name] for run in each), 1) for name in each[0]}
        print("median", "busy" if busy else "idle", figures)


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 3)
