"""Run every check of `make test` in order, also after one has failed. Arguments name steps."""

import signal
import sys
import time
from contextlib import ExitStack
from pathlib import Path
from types import FrameType
from typing import NoReturn

from tests.services.steps import Outcome, Session, Step, table
from tests.services.tools import CI, TOOLS, install

PYTHON = sys.executable
PYTEST = (PYTHON, "-X", "dev", "-m", "pytest", "-rfEs", "--durations=10", "--durations-min=0.5")
BROWSER = ("chromium", "chinese", "emoji")
PROXIES = ("caddy", "nginx")
COVERAGE = (PYTHON, "-m", "coverage")
ON_POSTGRESQL = ("sh", "-c", 'DATABASE_URL=$TEST_POSTGRES_URL exec "$@"', "sh")
CHAOS = (PYTHON, "-m", "tests.chaos")

DATABASE = tuple(
    f"tests/{name}"
    for name in (
        *("accounts", "admin", "chat", "deploy/test_backups.py", "files", "game", "moderation"),
        *("previews", "realtime", "search", "tasks"),
    )
)
"""The tests that depend on the database. All others are the same on both, or start both themselves."""

SILENCE = "tests/deploy/test_silence.py"
"""The test that waits for a minute in which nothing happens. It runs beside the others."""

SYSTEM = sorted(map(str, Path("tests/system").glob("test_*.py")), key=lambda file: Path(file).stat().st_size)
"""The files are sorted by size, so that every second file is about half of the time."""


def cache(step: str) -> tuple[str, str]:
    """Return the options that keep the failed tests of this step apart from others."""
    return "-o", f"cache_dir=.pytest_cache/{step}"


MEASURED = (*COVERAGE, "run", "-m", "pytest", *cache("coverage"), "tests/realtime")

STEPS = [
    Step("ruff", ((PYTHON, "-m", "ruff", "check", "."),)),
    Step("language", ((PYTHON, "-m", "tests.language"),)),
    Step("format", ((PYTHON, "-m", "ruff", "format", "--check", "."),)),
    Step("mypy", ((PYTHON, "-m", "mypy"),)),
    Step("imports", ((str(Path(PYTHON).with_name("lint-imports")), "--no-cache"),)),
    Step("biome", (("npx", "--no-install", "biome", "check", "--error-on-warnings"),), needs=("node", "npm")),
    Step("tsc", (("npx", "--no-install", "tsc", "--project", "."),), needs=("node", "npm")),
    Step("node", (("npm", "test", "--silent"),), needs=("node", "npm")),
    Step("silence", ((*PYTEST, *cache("silence"), SILENCE),), group="database", wants=PROXIES),
    Step(
        "sqlite",
        ((*PYTEST, *cache("sqlite"), f"--ignore={SILENCE}"),),
        group="database",
        wants=("redis", "cc", *PROXIES, "systemd"),
    ),
    Step(
        "postgresql",
        ((*PYTEST, *cache("postgresql"), "--ignore=tests/realtime/server", *DATABASE),),
        group="database",
        needs=("postgresql",),
        wants=("redis", "pgbouncer"),
        environment={"DATABASE_URL": "{TEST_POSTGRES_URL}"},
    ),
    *(
        Step(
            name,
            ((*PYTEST, *cache(name), *files),),
            needs=BROWSER,
            wants=("postgresql", "redis", *PROXIES),
            group="browser",
        )
        for name, files in (("browser-1", SYSTEM[::2]), ("browser-2", SYSTEM[1::2]))
    ),
    Step("chaos", ((*CHAOS, "--quick", "--mutants"),), needs=("postgresql", "redis")),
    Step(
        "chaos-full",
        (
            CHAOS,
            (*CHAOS, "--hang"),
            (*CHAOS, "--upgrade"),
            (*PYTEST, *cache("long"), "-m", "hypothesis", "--hypothesis-profile=long"),
        ),
        needs=("postgresql", "redis", "cc"),
        default=False,
    ),
    Step(
        "coverage",
        (
            (*COVERAGE, "erase"),
            (*MEASURED, "tests/admin"),
            (*ON_POSTGRESQL, *MEASURED, "--ignore=tests/realtime/server"),
            (*COVERAGE, "combine", "--quiet"),
            (*COVERAGE, "report"),
        ),
        needs=("postgresql", "redis", "cc"),
        default=False,
    ),
    Step("pictures", ((PYTHON, "-m", "tests.system.pictures"),), needs=BROWSER, default=False),
]


def chosen(names: list[str]) -> list[Step]:
    if unknown := set(names) - {step.name for step in STEPS}:
        sys.exit(f"No such step: {', '.join(sorted(unknown))}. There are: {', '.join(step.name for step in STEPS)}")
    return [step for step in STEPS if (step.name in names if names else step.default)]


def failed(outcome: Outcome) -> bool:
    return outcome.state == "FAILED" or (CI and outcome.state != "passed")


def stop(_signal: int, _frame: FrameType | None) -> NoReturn:
    sys.exit("stopped")


def main(names: list[str]) -> int:
    signal.signal(signal.SIGTERM, stop)
    steps, started = chosen(names), time.monotonic()
    wanted = {name for step in steps for name in (*step.needs, *step.wants)}
    install(name for name in TOOLS if name in wanted)
    with ExitStack() as stack:
        session = Session(stack)
        outcomes = session.run_all(steps)
    print(table(outcomes, time.monotonic() - started))
    return int(any(map(failed, outcomes)))


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
