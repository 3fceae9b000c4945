"""Measure the costs that docs/scaling.md counts with, in CPU time: `python -m bench.parts`, alone on the machine."""

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
from bench.rows import SILENT_S, Row
from bench.servers import many_files
from realtime.hub.bus import Bus, BusMessage
from realtime.log.event import LogEvent
from realtime.types import ClientId, LogKey, UserId

RUNS = 3
ROOM = LogKey("bench")
MESSAGES = 2_000
MORE_RECEIVERS = 8
"""The receivers that the second measurement adds: the difference, divided by this number, is the cost of one."""
SINGLE_MESSAGES = Row("lines", "a room of one, each message a batch of its own", 1, 1, processes=1)
NEWCOMERS = Row("comers", "newcomers", 1000, seconds=SILENT_S, processes=1)


def pings(parlor: Parlor) -> float:
    """Return the CPU time of the process for a ping and its answer, in µs."""
    row = Row("pings", "pings", 2000, seconds=10)
    share = {}
    for seconds in (1, 20):
        parlor.limits = {**LIFTED, "ping_s": seconds}
        with parlor.serving(row) as site:
            share[seconds] = measure(row, site.target)["server"]
    parlor.limits = LIFTED
    return float((share[1] - share[20]) * 1e6 / (row.clients - row.clients / 20))


def with_database(parlor: Parlor, row: Row, figure: str) -> tuple[float, float]:
    """Return a figure of Parlor's process, and the same figure of PostgreSQL from a second run."""
    with parlor.serving(row) as site:
        database = replace(site.target, pids=[postmaster(site.environment["DATABASE_URL"])])
        ours, theirs = measure(row, site.target)[figure], measure(row, database)[figure]
        return ours, theirs


def postmaster(url: str) -> int:
    """Return the id of PostgreSQL's main process: the parent of the one that serves this connection."""
    with psycopg.connect(url) as database:
        serving = database.info.backend_pid
        return int(Path(f"/proc/{serving}/stat").read_text().rpartition(")")[2].split()[1])


def message() -> BusMessage:
    data = '{"kind":"text","text":"' + "x" * 100 + '"}'
    event = LogEvent(ROOM, 1, 1, 1, 1, "message.posted", UserId("u"), ClientId("c"), None, (), data)
    return BusMessage("bench", ROOM, 1, [event])


async def publish_all(url: str, receivers: int) -> None:
    """Publish on one bus and receive on all others, a hundred messages at a time."""
    received = asyncio.Semaphore(0)
    publishing, *receiving = buses = [
        Bus(RedisPubSubChannelLayer(hosts=[url]), lambda _: received.release()) for _ in range(receivers + 1)
    ]
    for each in buses:
        await each.start()
    for each in receiving:
        each.want(ROOM)
    await asyncio.sleep(1)
    for _ in range(MESSAGES // 100):
        for _ in range(100):
            publishing.publish(message())
        for _ in range(100 * receivers):
            await received.acquire()
    for each in buses:
        await each.stop()


def bus_costs(url: str) -> dict[str, float]:
    """Return the CPU time of a process to publish and to receive, and of Redis for a message and for each receiver."""
    with Redis.from_url(url) as redis:
        info: Any = redis.info("server")
    pids = (os.getpid(), info["process_id"])
    used = {}
    for receivers in (1, 1 + MORE_RECEIVERS):
        before = [proc.cpu_s(pid) for pid in pids]
        asyncio.run(publish_all(url, receivers))
        used[receivers] = [(proc.cpu_s(pid) - was) * 1e6 / MESSAGES for pid, was in zip(pids, before, strict=True)]
    (one, redis_one), (many, redis_many) = used.values()
    receive, redis_receive = (many - one) / MORE_RECEIVERS, (redis_many - redis_one) / MORE_RECEIVERS
    return {
        "a message published": one - receive,
        "a message received": receive,
        "a message published, Redis": redis_one - redis_receive,
        "a message received, Redis": redis_receive,
    }


def main() -> None:
    many_files()
    with ExitStack() as stack:
        parlor = Parlor(stack)
        url = parlor.started_services()[1]
        found: dict[str, list[float]] = {}
        for _ in range(RUNS):
            single, single_database = with_database(parlor, SINGLE_MESSAGES, "cpu_us_message")
            newcomer, newcomer_database = with_database(parlor, NEWCOMERS, "cpu_ms_open")
            once = {
                "a ping and its answer": pings(parlor),
                "a message by itself": single,
                "a message by itself, PostgreSQL": single_database,
                "a newcomer": newcomer * 1e3,
                "a newcomer, PostgreSQL": newcomer_database * 1e3,
            }
            for name, value in (once | bus_costs(url)).items():
                found.setdefault(name, []).append(value)
    for name, values in found.items():
        print(f"{name}: {median(values):,.1f} µs ({min(values):,.1f}–{max(values):,.1f})")


if __name__ == "__main__":
    main()
