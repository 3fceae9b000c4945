"""Measure posts while people react: `python -m bench.reactions` starts a server with a room of 500 people.

Ten messages a second are posted, alone and then together with 200 reactions a second, in turn. RUNS is the number of
runs, 3 by default. It takes about a minute a run.
"""

import asyncio
import json
import multiprocessing
import os
import statistics
import time
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from itertools import count
from random import Random
from typing import Any, Final

from bench.measure import Figures, measure
from bench.parlor import Parlor, Site
from bench.rows import Row
from bench.servers import BUILD, LOAD_CORE, many_files
from tests.client import Client, SocketWire, cid

ROW: Final = Row("reactions", "500 clients, 10 messages a second", 500, 50, rate=10, seconds=10)
PEOPLE: Final = 50
INTERVAL_S: Final = 0.25
"""Each of the people reacts four times a second: together 2,000 times in ten seconds."""
MESSAGES: Final = 10
EMOJI: Final = ("👍", "❤️", "😂", "🎉", "😮", "😢")
RUNS: Final = 3
WAIT_S: Final = 60


def main() -> None:
    many_files()
    BUILD.mkdir(exist_ok=True)
    found: dict[str, list[Figures]] = {"quiet": [], "with reactions": []}
    with ExitStack() as stack:
        ours = Parlor(stack)
        for _ in range(int(os.environ.get("RUNS") or RUNS)):
            with ours.serving(ROW) as site:
                found["quiet"].append(measure(ROW, site.target))
            with ours.serving(ROW) as site, reacting(site) as answers:
                figures = measure(ROW, site.target)
            found["with reactions"].append(figures | summary(answers))
    report(found)


@contextmanager
def reacting(site: Site) -> Iterator[list[tuple[float, float]]]:
    """Let people react, in a process of their own. The list gets the time and the duration in ms of each answer."""
    context = multiprocessing.get_context("spawn")
    stop, results = context.Event(), context.Queue()
    people = (site.folder / "clients.tsv").read_text().splitlines()[-PEOPLE:]
    process = context.Process(target=react_all, args=(site.target.addresses[0], people, site.key, stop, results))
    process.start()
    answers: list[tuple[float, float]] = []
    try:
        results.get(timeout=WAIT_S)
        yield answers
    finally:
        stop.set()
        answers += results.get(timeout=WAIT_S)
        process.join(WAIT_S)


def react_all(address: str, people: Sequence[str], room: str, stop: Any, results: Any) -> None:
    os.sched_setaffinity(0, {int(LOAD_CORE)})
    results.put(asyncio.run(_react_all(address, people, room, stop, results)))


async def _react_all(
    address: str, people: Sequence[str], room: str, stop: Any, results: Any
) -> list[tuple[float, float]]:
    clients, head = [], 0
    for person in people:
        cookie, _, hello = person.partition("\t")
        params = json.loads(hello)["params"]
        head = params["rooms"][room]["o"]
        wire = await SocketWire.open(f"http://{address}", cookie.removeprefix("Cookie: "), params["token"])
        clients.append(Client(wire))
        await clients[-1].hello()
    results.put("ready")
    answers: list[tuple[float, float]] = []
    await asyncio.gather(*(_react(client, room, head, n, stop, answers) for n, client in enumerate(clients)))
    return answers


async def _react(
    client: Client, room: str, head: int, number: int, stop: Any, answers: list[tuple[float, float]]
) -> None:
    random = Random(number)  # noqa: S311 - a load, not a secret
    began = time.monotonic() + random.random() * INTERVAL_S
    for n in count():
        await asyncio.sleep(max(0.0, began + n * INTERVAL_S - time.monotonic()))
        if stop.is_set():
            break
        asked = time.monotonic()
        o, emoji, on = head - random.randrange(MESSAGES), random.choice(EMOJI), random.random() < 0.7
        await client.request("reaction.set", room=room, cid=cid(), o=o, emoji=emoji, on=on)
        answers.append((asked, (time.monotonic() - asked) * 1000))
    await client.wire.close()


def summary(answers: Sequence[tuple[float, float]]) -> Figures:
    times = sorted(taken for _, taken in answers)
    seconds = max(asked for asked, _ in answers) - min(asked for asked, _ in answers)
    return {
        "reactions": len(times),
        "reactions_s": round(len(times) / seconds),
        "reaction_p99_ms": round(times[int(len(times) * 0.99)], 1),
    }


def report(found: dict[str, list[Figures]]) -> None:
    """Print a table with the median and the range of the runs."""
    names = ("p50_ms", "p99_ms", "cpu_us_message", "reactions_s", "reaction_p99_ms")
    print("| | " + " | ".join(names) + " |\n|---|" + "---|" * len(names))
    for title, runs in found.items():
        print(f"| {title} | " + " | ".join(_cell([run[name] for run in runs if name in run]) for name in names) + " |")
    quiet, busy = (statistics.median(run["p99_ms"] for run in runs) for runs in found.values())
    print(f"\np99 with reactions is {busy / quiet:.2f} times the quiet one")


def _cell(values: Sequence[float]) -> str:
    if not values:
        return ""
    return f"{statistics.median(values):g} ({min(values):g}–{max(values):g})"


if __name__ == "__main__":
    main()
