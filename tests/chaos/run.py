"""Run one site: write and kill, wait, let all clients resume, and check."""

import asyncio
import time
from collections import Counter
from collections.abc import Callable, Coroutine, Iterable
from contextlib import AsyncExitStack, suppress
from dataclasses import dataclass, field
from random import Random
from typing import Any

from tests.chaos.checker import Anomaly, check, table
from tests.chaos.database import heads, messages, replies, rows
from tests.chaos.history import Record
from tests.chaos.proxy import Proxy
from tests.chaos.recorded import RecordedClient
from tests.chaos.servers import Server, Site
from tests.chaos.workload import OPEN_AT_ONCE, Plan, Workload


@dataclass
class Result:
    site: str
    plan: Plan
    done: Counter[str] = field(default_factory=Counter)
    counts: Counter[str] = field(default_factory=Counter)
    unanswered: list[int] = field(default_factory=list)
    cuts: int = 0
    seconds: float = 0
    tracebacks: int = 0
    records: list[Record] = field(default_factory=list)
    anomalies: list[Anomaly] = field(default_factory=list)

    @property
    def complete(self) -> bool:
        return (
            self.done["post"] >= self.plan.messages
            and len(self.unanswered) >= self.plan.kills
            and all(self.unanswered)
            and self.counts["connected"] > self.plan.clients
        )

    @property
    def good(self) -> bool:
        return self.complete and not self.anomalies and not self.tracebacks


Disturb = Callable[[Workload, Site, Proxy, Result], Coroutine[Any, Any, None]]


async def run(site: Site, plan: Plan, disturb: Disturb | None = None) -> Result:
    """Run the workload on the site while `disturb` kills or replaces its servers, and compare it with the log."""
    result = Result(site.name, plan)
    started = time.monotonic()
    async with asyncio.timeout(plan.limit_s), AsyncExitStack() as stack:
        await site.start()
        ports = [server.port for server in site.servers]
        proxy = await stack.enter_async_context(Proxy(ports, share=plan.cut_share, random=Random(plan.seed)))
        workload = Workload(plan, [proxy.port], stack)
        await workload.enter()
        async with asyncio.TaskGroup() as group:
            group.create_task(workload.talk())
            group.create_task((disturb or kills)(workload, site, proxy, result))
        await finish(workload, site)
        result.cuts = proxy.cuts
    result.done = workload.done
    result.counts = sum((client.counts for client in workload.clients), Counter())
    result.records = [record for client in workload.clients for record in client.history.records]
    found = rows(site.database), messages(site.database), replies(site.database)
    result.anomalies = check(result.records, *found)
    result.tracebacks = site.tracebacks()
    result.seconds = time.monotonic() - started
    return result


async def kills(workload: Workload, site: Site, proxy: Proxy, result: Result) -> None:
    plan, random = workload.plan, Random(workload.plan.seed)
    for number in range(plan.kills):
        await workload.until_posted((number + 1) * plan.messages // (plan.kills + 1))
        server = random.choice(site.servers)
        await asyncio.sleep(random.uniform(0, 0.05))
        await proxy.until_unanswered(server.port)
        result.unanswered.append(proxy.unanswered(server.port))
        server.kill()
        await back(server, random)
        for client in random.sample(workload.clients, len(workload.clients) // 2):
            client.cut()  # or all would stay where they fled to
        workload.kills_done += 1


async def back(server: Server, random: Random) -> None:
    await asyncio.sleep(random.uniform(0, 0.3))
    server.start()
    await server.until_it_answers()


async def finish(workload: Workload, site: Site) -> None:
    """Wait for all connected clients, then reconnect all, then add a new client."""
    ends = await asyncio.to_thread(heads, site.database)
    await gather_within(workload.plan.quiet_s, [hear_all(client, ends) for client in workload.clients])
    for client in workload.clients:
        client.record_views()
        client.cut()
    workload.clients.append(await workload.guest("latecomer"))
    await gather_within(workload.plan.resume_s, [read_all(client, workload.rooms, ends) for client in workload.clients])
    for client in workload.clients:
        client.record_views()


async def gather_within(seconds: float, work: Iterable[Coroutine[Any, Any, None]]) -> None:
    """Stop the work after this time. The checker finds what is missing."""
    with suppress(TimeoutError):
        async with asyncio.timeout(seconds):
            await asyncio.gather(*work)


async def hear_all(client: RecordedClient, ends: dict[str, int]) -> None:
    await client.until({room: ends[room] for room in client.opened})


async def read_all(client: RecordedClient, rooms: list[str], ends: dict[str, int]) -> None:
    """Read all rooms, as many at once as may be open, and record each before it is closed."""
    rooms = sorted(rooms, key=lambda room: room not in client.opened)
    for start in range(0, len(rooms), OPEN_AT_ONCE):
        shown = rooms[start : start + OPEN_AT_ONCE]
        for room in client.opened - set(shown):
            await client.close(room)
        for room in set(shown) - client.opened:
            await client.open(room)
        await hear_all(client, ends)
        client.record_views()


def verdict(result: Result) -> str:
    """Return the figures of one run, one topic a line."""
    found = table(result.anomalies)
    lines = [
        f"{result.site}: {result.plan.clients} clients, {result.plan.rooms} rooms, seed {result.plan.seed}, "
        f"{result.seconds:.0f} s",
        f"  acknowledged {sum(n for act, n in result.done.items() if 'refused' not in act)}: {words(result.done)}",
        f"  kills {len(result.unanswered)}, unanswered at each: {' '.join(map(str, result.unanswered))}",
        f"  answers cut after the commit {result.cuts}; {words(result.counts)}",
        f"  tracebacks {result.tracebacks}",
        "  " + "  ".join(f"{kind} {count}" for kind, count in found.items()),
    ]
    return "\n".join([*lines, *(f"    {anomaly}" for anomaly in result.anomalies[:10])])


def words(counts: Counter[str]) -> str:
    return ", ".join(f"{word} {count}" for word, count in sorted(counts.items()))
