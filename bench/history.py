"""Measure how long it takes to read a page of a long history, and to resume. One client sends one request at a time."""

import json
import time
from collections.abc import Iterator
from pathlib import Path
from random import Random

from websockets.sync.client import ClientConnection, connect
from websockets.typing import Origin, Subprotocol

from bench import proc
from bench.figures import quantile
from bench.measure import Figures
from bench.prepare import SUBPROTOCOL
from bench.rows import Row
from bench.servers import LOAD_CORE, Target, on_core

PAGES = 300
WARM_UP = 20
"""The first requests of each kind are not counted."""


def measured(row: Row, target: Target, lines: Path, room: str) -> Figures:
    """Return the milliseconds that the client waited, and the CPU time of the server for each request."""
    people = [(header, hello) for header, _, hello in (line.partition("\t") for line in lines.read_text().splitlines())]
    with on_core(LOAD_CORE):
        socket, _ = opened(target, people[0], 0)
        with socket:
            head = row.history
            befores = Random(1).choices(range(head // 10, head), k=WARM_UP + PAGES)  # noqa: S311 - the same for all
            page = timed("page", target, (page_ms(socket, room, before) for before in befores))
        resume = timed("resume", target, (resume_ms(target, person, row.missed) for person in people[1:]))
    return {"clients": 1, "seconds": 0, **page, **resume}


def timed(name: str, target: Target, times: Iterator[float]) -> Figures:
    for _ in range(WARM_UP):
        next(times)
    spent = proc.cpu_s(*target.pids)
    taken = sorted(times)
    cpu_ms = (proc.cpu_s(*target.pids) - spent) * 1000 / len(taken)
    return {
        f"{name}_p50_ms": round(quantile(taken, 0.5), 3),
        f"{name}_p99_ms": round(quantile(taken, 0.99), 3),
        f"{name}_cpu_ms": round(cpu_ms, 3),
    }


def page_ms(socket: ClientConnection, room: str, before: int) -> float:
    params = {"room": room, "before": before}
    began = time.perf_counter()
    socket.send(json.dumps({"jsonrpc": "2.0", "id": before, "method": "history.page", "params": params}))
    until(socket, f'"id":{before},"result"')
    return (time.perf_counter() - began) * 1000


def resume_ms(target: Target, person: tuple[str, str], events: int) -> float:
    """Return the time from the start of the connection to the last missed event."""
    socket, taken = opened(target, person, events)
    socket.close()
    return taken


def opened(target: Target, person: tuple[str, str], events: int) -> tuple[ClientConnection, float]:
    name, _, value = person[0].partition(": ")
    began = time.perf_counter()
    socket = connect(
        f"ws://{target.addresses[0]}/ws/",
        origin=Origin(f"http://{target.addresses[0]}"),
        subprotocols=[Subprotocol(SUBPROTOCOL)],
        additional_headers={name: value},
        compression=None,
        proxy=None,
    )
    socket.send(person[1])
    until(socket, '"id":"hello","result"')
    for _ in range(events):
        until(socket, '"room.event"')
    return socket, (time.perf_counter() - began) * 1000


def until(socket: ClientConnection, wanted: str) -> None:
    for frame in socket:
        if wanted in str(frame)[:100]:
            return
        if '"error"' in str(frame)[:100]:
            raise RuntimeError(str(frame)[:300])
    raise RuntimeError("the server closed the connection")
