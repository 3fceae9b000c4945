"""Run the workload while something hangs: nothing may be lost, and answers come in time."""

import asyncio
import time
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, AsyncExitStack, contextmanager
from dataclasses import dataclass, field
from random import Random

from tests.chaos.checker import Anomaly, check, table
from tests.chaos.database import replies, rows
from tests.chaos.hangs import Hang, disk_hang, hung_disk, lock_hang, postgres_hang, redis_hang, worker_hang
from tests.chaos.history import Record
from tests.chaos.proxy import Proxy
from tests.chaos.run import finish, words
from tests.chaos.servers import Site, postgres_site, sqlite_site
from tests.chaos.silence import longest_silence, longest_wait
from tests.chaos.workload import Plan, Workload

BOUND_S = 15.0
"""The longest wait for an answer, for clients of processes that do not hang."""
HANG_S = (5, 14)
PAUSE_S = (2, 5)

Urls = Callable[[], tuple[str, str]]
"""Return the URLs of PostgreSQL and Redis, which start at the first call."""


class HangWorkload(Workload):
    """Write messages until `over` is set."""

    over = False

    def goes_on(self) -> bool:
        return not self.over


@dataclass
class HangResult:
    name: str
    plan: Plan
    hangs: list[tuple[str, float]] = field(default_factory=list)
    """The description and the seconds of each hang."""
    recovery_s: float = 0.0
    """The longest time from the end of a hang to the next acknowledged request."""
    wait_s: float = 0.0
    silence_s: float = 0.0
    room_silence_s: float = 0.0
    done: Counter[str] = field(default_factory=Counter)
    counts: Counter[str] = field(default_factory=Counter)
    tracebacks: int = 0
    records: list[Record] = field(default_factory=list)
    anomalies: list[Anomaly] = field(default_factory=list)

    @property
    def good(self) -> bool:
        return bool(self.hangs) and not self.anomalies and not self.tracebacks and self.wait_s <= BOUND_S

    def __str__(self) -> str:
        found = table(self.anomalies)
        lines = [
            f"hang {self.name}: {len(self.hangs)} hangs, {sum(s for _, s in self.hangs):.0f} s hung; "
            f"seed {self.plan.seed}; {words(Counter(what for what, _ in self.hangs if what))}",
            f"  others: longest wait for an answer {self.wait_s:.1f} s; longest silence {self.silence_s:.1f} s, "
            f"of one room {self.room_silence_s:.1f} s; after a hang {self.recovery_s:.1f} s",
            f"  {words(self.done)}; {words(self.counts)}",
            f"  tracebacks {self.tracebacks}  " + "  ".join(f"{kind} {count}" for kind, count in found.items()),
        ]
        return "\n".join([*lines, *(f"    {anomaly}" for anomaly in self.anomalies[:10])])


async def run(name: str, site: Site, hang: Hang, plan: Plan, seconds: float) -> HangResult:
    """Run the workload while something hangs. If a server hangs, it is the first; the times are of the others."""
    result = HangResult(name, plan)
    thaws: list[float] = []
    async with asyncio.timeout(plan.limit_s), AsyncExitStack() as stack:
        await site.start()
        proxies = [
            await stack.enter_async_context(Proxy([server.port], share=plan.cut_share, random=Random(plan.seed)))
            for server in site.servers
        ]
        workload = HangWorkload(plan, [proxy.port for proxy in proxies], stack)
        await workload.enter()
        async with asyncio.TaskGroup() as group:
            group.create_task(workload.talk())
            group.create_task(hangs(workload, hang, seconds, result, thaws))
        await finish(workload, site)
    urls = {f"http://127.0.0.1:{proxy.port}" for proxy in (proxies[1:] if name == "worker" else proxies)}
    others = [record for client in workload.clients if client.guest.url in urls for record in client.history.records]
    result.wait_s, result.silence_s = longest_wait(others), longest_silence(others)
    result.room_silence_s = longest_silence(others, by_room=True)
    result.recovery_s = max((first_after(thaw, others) - thaw for thaw in thaws), default=0.0)
    result.done = workload.done
    result.counts = sum((client.counts for client in workload.clients), Counter())
    result.records = [record for client in workload.clients for record in client.history.records]
    result.anomalies = check(result.records, rows(site.database), replies=replies(site.database))
    result.tracebacks = site.tracebacks()
    return result


async def hangs(workload: HangWorkload, hang: Hang, seconds: float, result: HangResult, thaws: list[float]) -> None:
    random, until = Random(workload.plan.seed), time.monotonic() + seconds
    while (left := until - time.monotonic()) > 0:
        await asyncio.sleep(random.uniform(*PAUSE_S))
        hanging = hang(random)
        what, began = await asyncio.to_thread(hanging.__enter__), time.monotonic()
        try:
            await asyncio.sleep(min(random.uniform(*HANG_S), max(left, HANG_S[0])))
        finally:
            hanging.__exit__(None, None, None)
        thaws.append(time.monotonic())
        result.hangs.append((what, thaws[-1] - began))
    await asyncio.sleep(PAUSE_S[1])
    workload.over = True


def first_after(moment: float, records: list[Record]) -> float:
    """Return the time of the next acknowledged request, or `moment` when there is none; the checker sees that."""
    times = [
        record.t for record in records if record.type == "ok" and record.cid is not None and record.op != "receive"
    ]
    return min((t for t in times if t >= moment), default=moment)


# What can hang


@contextmanager
def postgres(urls: Urls) -> Iterator[tuple[Site, Hang]]:
    with postgres_site(*urls()) as site:
        yield site, postgres_hang(urls()[0])


@contextmanager
def redis(urls: Urls) -> Iterator[tuple[Site, Hang]]:
    with postgres_site(*urls()) as site:
        yield site, redis_hang(urls()[1])


@contextmanager
def worker(urls: Urls) -> Iterator[tuple[Site, Hang]]:
    with postgres_site(*urls()) as site:
        yield site, worker_hang(site.database.url, site.servers[0])


@contextmanager
def disk(_: Urls) -> Iterator[tuple[Site, Hang]]:
    with sqlite_site(more=hung_disk) as site:
        yield site, disk_hang(site.servers[0].log.parent / "hang")


@contextmanager
def lock(_: Urls) -> Iterator[tuple[Site, Hang]]:
    with sqlite_site() as site:
        yield site, lock_hang(site.database.url)


SCENARIOS: dict[str, Callable[[Urls], AbstractContextManager[tuple[Site, Hang]]]] = {
    "postgres": postgres,
    "redis": redis,
    "worker": worker,
    "disk": disk,
    "lock": lock,
}
