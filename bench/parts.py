"""The costs that scaling.md reckons with, in CPU time: `python -m bench.parts`, alone on the machine."""

import asyncio
import os
from contextlib import ExitStack
from dataclasses import replace
from pathlib import Path
from typing import Any

import psycopg
from channels_redis.pubsub import RedisPubSubChannelLayer
from redis import Redis

from bench import proc
from bench.figures import median
from bench.measure import measure
from bench.parlor import LIFTED, Parlor
from bench.rows import MOMENT, Row
from bench.servers import many_files
from realtime.hub.bus import Bus, BusMessage
from realtime.log.event import LogEvent
from realtime.types import ClientId, LogKey, UserId

RUNS = 3
ROOM = LogKey("bench")
BELLS = 2_000
MORE = 8
"""who hear, besides the first"""
LINES = Row("lines", "a room of one, each line a batch of its own", 1, 1, processes=1)
COMERS = Row("comers", "newcomers", 1000, seconds=MOMENT, processes=1)


def pings(parlor: Parlor) -> float:
    """Of the process, for a ping and its answer."""
    row = Row("pings", "pings", 2000, seconds=10)
    share = {}
    for seconds in (1, 20):
        parlor.limits = {**LIFTED, "ping_s": seconds}
        with parlor.serving(row) as site:
            share[seconds] = measure(row, site.target)["server"]
    parlor.limits = LIFTED
    return float((share[1] - share[20]) * 1e6 / (row.clients - row.clients / 20))


def with_database(parlor: Parlor, row: Row, figure: str) -> tuple[float, float]:
    """A figure of Parlor's process, and the same of PostgreSQL's in a second run."""
    with parlor.serving(row) as site:
        database = replace(site.target, pids=[postmaster(site.environment["DATABASE_URL"])])
        ours, theirs = measure(row, site.target)[figure], measure(row, database)[figure]
        return ours, theirs


def postmaster(url: str) -> int:
    """The process whose children serve a database."""
    with psycopg.connect(url) as database:
        serving = database.info.backend_pid
        return int(Path(f"/proc/{serving}/stat").read_text().rpartition(")")[2].split()[1])


def bell() -> BusMessage:
    data = '{"kind":"text","text":"' + "x" * 100 + '"}'
    entry = LogEvent(ROOM, 1, 1, 1, 1, "message.posted", UserId("u"), ClientId("c"), None, (), data)
    return BusMessage("bench", ROOM, 1, [entry])


async def rung(url: str, hearers: int) -> None:
    """One rings, all the others hear, a hundred bells at a time."""
    heard = asyncio.Semaphore(0)
    ringing, *hearing = bells = [
        Bus(RedisPubSubChannelLayer(hosts=[url]), lambda _: heard.release()) for _ in range(hearers + 1)
    ]
    for each in bells:
        await each.start()
    for each in hearing:
        each.want(ROOM)
    await asyncio.sleep(1)
    for _ in range(BELLS // 100):
        for _ in range(100):
            ringing.ring(bell())
        for _ in range(100 * hearers):
            await heard.acquire()
    for each in bells:
        await each.stop()


def doorbell(url: str) -> dict[str, float]:
    """Of a process to ring and to hear, with the counting here; of Redis for a ring, and for each who hears it."""
    with Redis.from_url(url) as redis:
        info: Any = redis.info("server")
    pids = (os.getpid(), info["process_id"])
    used = {}
    for hearers in (1, 1 + MORE):
        before = [proc.cpu_s(pid) for pid in pids]
        asyncio.run(rung(url, hearers))
        used[hearers] = [(proc.cpu_s(pid) - was) * 1e6 / BELLS for pid, was in zip(pids, before, strict=True)]
    (one, redis_one), (many, redis_many) = used.values()
    hear, redis_hear = (many - one) / MORE, (redis_many - redis_one) / MORE
    return {
        "a bell rung": one - hear,
        "a bell heard": hear,
        "a bell rung, Redis": redis_one - redis_hear,
        "a bell heard, Redis": redis_hear,
    }


def main() -> None:
    many_files()
    with ExitStack() as stack:
        parlor = Parlor(stack)
        url = parlor.started_services()[1]
        found: dict[str, list[float]] = {}
        for _ in range(RUNS):
            line, line_database = with_database(parlor, LINES, "cpu_us_message")
            comer, comer_database = with_database(parlor, COMERS, "cpu_ms_open")
            once = {
                "a ping and its answer": pings(parlor),
                "a line by itself": line,
                "a line by itself, PostgreSQL": line_database,
                "a newcomer": comer * 1e3,
                "a newcomer, PostgreSQL": comer_database * 1e3,
            }
            for name, value in (once | doorbell(url)).items():
                found.setdefault(name, []).append(value)
    for name, values in found.items():
        print(f"{name}: {median(values):,.1f} µs ({min(values):,.1f}–{max(values):,.1f})")


if __name__ == "__main__":
    main()
