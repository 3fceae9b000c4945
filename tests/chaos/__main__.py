"""Kill servers and cut connections while clients write: `python -m tests.chaos`.

It fails when an acknowledged request is lost, stored twice or out of order. With `--hang` something hangs meanwhile,
with `--upgrade` servers of an older commit are replaced one by one. `--quick` is the short run of `make test`, and
`--mutants` runs broken servers, which the checker must find.
"""

import argparse
import asyncio
import os
import signal
import sys
import traceback
from collections.abc import Callable
from contextlib import AbstractContextManager, ExitStack
from pathlib import Path
from random import Random
from tempfile import mkdtemp
from types import FrameType
from typing import NoReturn

from tests.chaos import hanging, upgrade
from tests.chaos.checker import table
from tests.chaos.hanging import SCENARIOS
from tests.chaos.history import Record, write_jsonl
from tests.chaos.mutants import MUTANTS
from tests.chaos.run import Disturb, Result, run, verdict
from tests.chaos.servers import REALTIME, Site, postgres_site, sqlite_site
from tests.chaos.workload import Plan
from tests.services.postgres import postgres
from tests.services.redis import redis_server


class Services:
    """PostgreSQL and Redis, from the environment or started at first use."""

    def __init__(self, stack: ExitStack) -> None:
        self._stack = stack
        self._urls = {name: os.environ.get(f"TEST_{name}_URL") for name in ("POSTGRES", "REDIS")}

    def site(self, database: str, mutant: str = "") -> AbstractContextManager[Site]:
        if database == "sqlite":
            return sqlite_site(mutant)
        return postgres_site(*self.urls(), mutant)

    def urls(self) -> tuple[str, str]:
        """Return the URLs of PostgreSQL and Redis."""
        return self._url("POSTGRES", postgres), self._url("REDIS", redis_server)

    def _url(self, name: str, start: Callable[[], AbstractContextManager[str]]) -> str:
        if not (url := self._urls[name]):
            url = self._urls[name] = self._stack.enter_context(start())
        return url


def arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser("python -m tests.chaos", description=__doc__)
    parser.add_argument("--database", choices=["sqlite", "postgres", "both"], default="both")
    parser.add_argument("--clients", type=int, default=20)
    parser.add_argument("--rooms", type=int, default=5)
    parser.add_argument("--messages", type=int, default=10_000, help="acknowledged, over all databases")
    parser.add_argument("--kills", type=int, default=20, help="over all databases")
    parser.add_argument("--seed", type=int, default=None)
    parser.add_argument("--quick", action="store_true", help="3 kills and 1,000 messages a database")
    parser.add_argument(
        "--hang", nargs="*", choices=sorted(SCENARIOS), help="only runs in which this hangs; all kinds if none is named"
    )
    parser.add_argument("--upgrade", nargs="?", const=upgrade.RELEASE_0_1, metavar="COMMIT", help="only an upgrade")
    parser.add_argument("--seconds", type=float, default=60, help="of each run in which something hangs")
    parser.add_argument("--mutants", action="store_true", help="the broken servers as well")
    parser.add_argument("--mutant", choices=sorted(MUTANTS), help="one broken server and nothing else")
    return parser.parse_args()


def main(options: argparse.Namespace) -> int:
    seed = options.seed if options.seed is not None else Random().randrange(10**6)
    print(f"seed {seed}; REALTIME {REALTIME}", flush=True)
    with ExitStack() as stack:
        services = Services(stack)
        if options.mutant:
            return int(not is_found(services, options.mutant, seed))
        if options.upgrade:
            return int(not upgrade_loses_nothing(services, options.upgrade, seed))
        if options.hang is not None:
            names = options.hang or list(SCENARIOS)
            survived = [hang_loses_nothing(services, name, seed, options.seconds) for name in names]
            return int(not all(survived))
        good = [run_loses_nothing(services, database, plan) for database, plan in plans(options, seed)]
        red = [is_found(services, name, seed) for name in MUTANTS] if options.mutants else []
    return int(not all(good + red))


def plans(options: argparse.Namespace, seed: int) -> list[tuple[str, Plan]]:
    databases = ["sqlite", "postgres"] if options.database == "both" else [options.database]
    each = 1 if options.quick else len(databases)
    messages, kills = (1000, 3) if options.quick else (options.messages, options.kills)
    limit_s = 150 if options.quick else 900
    plan = Plan(options.clients, options.rooms, -(-messages // each), -(-kills // each), seed, limit_s=limit_s)
    return [(database, plan) for database in databases]


def run_loses_nothing(services: Services, database: str, plan: Plan) -> bool:
    with services.site(database) as site:
        return reported(site, attempt(site, plan))


def reported(site: Site, result: Result | None) -> bool:
    """Print the figures of a run; return whether it was good."""
    if result:
        print(verdict(result), flush=True)
    if result and not result.good:
        print(site.failures(), flush=True)
        keep(result.site, result.records)
    return bool(result and result.good)


def upgrade_loses_nothing(services: Services, commit: str, seed: int) -> bool:
    """Return whether servers of this commit can be replaced one by one without a loss, and bans hold."""
    plan = Plan(20, 5, 2000, 2, seed, limit_s=400, reactions=False)  # the older release knows neither them nor replies
    with upgrade.checkout(commit) as code, postgres_site(*services.urls(), code=code) as site:
        return reported(site, attempt(site, plan, upgrade.upgrade))


def hang_loses_nothing(services: Services, name: str, seed: int, seconds: float) -> bool:
    """Return whether a run in which this hangs lost nothing and answered everybody in time."""
    plan = Plan(10, 4, 0, 0, seed, cut_share=0.005, quiet_s=30, resume_s=60, limit_s=seconds + 300)
    with SCENARIOS[name](services.urls) as (site, hang):
        try:
            result = asyncio.run(hanging.run(name, site, hang, plan, seconds))
        except Exception:
            traceback.print_exc()
            print(site.logs(), flush=True)
            return False
        if result.tracebacks:
            print(site.logs(), flush=True)
    print(result, flush=True)
    if not result.good:
        keep(name, result.records)
    return result.good


def is_found(services: Services, name: str, seed: int) -> bool:
    """Return whether the checker finds this mutant by its own anomaly, in one of three runs.

    The time of each cut is chance, and a client that reconnects late has missed nothing.
    """
    return any(turns_red(services, name, seed + n) for n in range(3))


def turns_red(services: Services, name: str, seed: int) -> bool:
    mutant = MUTANTS[name]
    plan = Plan(8, 4, 300, mutant.kills, seed, cut_share=0.05, quiet_s=3, resume_s=5)
    with services.site(mutant.database, name) as site:
        result = attempt(site, plan)
    found = table(result.anomalies)[mutant.kind] if result else 0
    seconds = f"{result.seconds:.0f} s" if result else "no result"
    print(
        f"mutant {name} on {mutant.database}: {mutant.kind} {found}, {seconds}: {'red' if found else 'NOT RED'}",
        flush=True,
    )
    if result and not found:
        print(verdict(result), flush=True)
    return bool(found)


def attempt(site: Site, plan: Plan, disturb: Disturb | None = None) -> Result | None:
    try:
        return asyncio.run(run(site, plan, disturb))
    except Exception:
        traceback.print_exc()
        print(site.logs(), flush=True)
        return None


def keep(name: str, records: list[Record]) -> None:
    """Write the histories of a red run to a file, and print its path."""
    path = Path(mkdtemp(prefix="parlor-chaos-red-")) / f"{name}.jsonl"
    write_jsonl(path, records)
    print(f"  histories: {path}", flush=True)


def stop(_signal: int, _frame: FrameType | None) -> NoReturn:
    sys.exit("stopped")


if __name__ == "__main__":
    signal.signal(signal.SIGTERM, stop)  # or the servers would outlive us
    sys.exit(main(arguments()))
