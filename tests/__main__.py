"""`make test`: every check, in order, each whether or not the one before passed. Arguments name steps."""

import signal
import sys
from contextlib import ExitStack
from pathlib import Path
from types import FrameType
from typing import NoReturn

from tests.services.steps import Outcome, Session, Step, table
from tests.services.tools import CI, TOOLS, install

PYTHON = sys.executable
PYTEST = (PYTHON, "-X", "dev", "-m", "pytest", "-rfEs")
BROWSER = ("chromium", "chinese", "emoji")
PROXIES = ("caddy", "nginx")
COVERAGE = (PYTHON, "-m", "coverage")
CHAOS = (PYTHON, "-m", "tests.chaos")

DATABASE = tuple(
    f"tests/{name}" for name in ("accounts", "admin", "attacks", "chat", "deploy/test_backups.py", "game", "realtime")
)
"""what asks a database anything; the rest is the same on both, or starts both by itself"""

SILENCE = "tests/deploy/test_silence.py"
"""a minute in which nothing happens: others have the processor meanwhile"""

SYSTEM = sorted(map(str, Path("tests/system").glob("test_*.py")), key=lambda file: Path(file).stat().st_size)
"""so sorted that of two halves, every second file, one takes about as long as the other"""


def cache(step: str) -> tuple[str, str]:
    """Where pytest keeps what has failed, of this step alone."""
    return "-o", f"cache_dir=.pytest_cache/{step}"


STEPS = [
    Step("ruff", ((PYTHON, "-m", "ruff", "check", "."),)),
    Step("language", ((PYTHON, "-m", "tests.language"),)),
    Step("format", ((PYTHON, "-m", "ruff", "format", "--check", "."),)),
    Step("mypy", ((PYTHON, "-m", "mypy"),)),
    Step("biome", (("npx", "--no-install", "biome", "check", "--error-on-warnings"),), needs=("node", "npm")),
    Step("tsc", (("npx", "--no-install", "tsc", "--project", "."),), needs=("node", "npm")),
    Step("node", (("npm", "test", "--silent"),), needs=("node", "npm")),
    Step("silence", ((*PYTEST, *cache("silence"), SILENCE),), beside="database", wants=PROXIES),
    Step(
        "sqlite",
        ((*PYTEST, *cache("sqlite"), f"--ignore={SILENCE}"),),
        beside="database",
        wants=("redis", "cc", *PROXIES, "systemd"),
    ),
    Step(
        "postgresql",
        ((*PYTEST, *cache("postgresql"), "--ignore=tests/realtime/server", *DATABASE),),
        beside="database",
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
            beside="browser",
        )
        for name, files in (("browser-1", SYSTEM[::2]), ("browser-2", SYSTEM[1::2]))
    ),
    Step("chaos", ((*CHAOS, "--quick", "--canaries"),), needs=("postgresql", "redis")),
    Step("chaos-full", (CHAOS, (*CHAOS, "--hang")), needs=("postgresql", "redis", "cc"), by_itself=False),
    Step(
        "coverage",
        (
            (*COVERAGE, "erase"),
            (*COVERAGE, "run", "-m", "pytest", *cache("coverage"), "tests/realtime"),
            (*COVERAGE, "combine", "--quiet"),
            (*COVERAGE, "report"),
        ),
        wants=("postgresql", "redis", "cc"),
        by_itself=False,
    ),
    Step("pictures", ((PYTHON, "-m", "tests.system.pictures"),), needs=BROWSER, by_itself=False),
]


def chosen(names: list[str]) -> list[Step]:
    if unknown := set(names) - {step.name for step in STEPS}:
        sys.exit(f"No such step: {', '.join(sorted(unknown))}. There are: {', '.join(step.name for step in STEPS)}")
    return [step for step in STEPS if (step.name in names if names else step.by_itself)]


def failed(outcome: Outcome) -> bool:
    return outcome.state == "FAILED" or (CI and outcome.state != "passed")


def stop(_signal: int, _frame: FrameType | None) -> NoReturn:
    sys.exit("stopped")


def main(names: list[str]) -> int:
    signal.signal(signal.SIGTERM, stop)
    steps = chosen(names)
    wanted = {name for step in steps for name in (*step.needs, *step.wants)}
    install(name for name in TOOLS if name in wanted)
    with ExitStack() as stack:
        session = Session(stack)
        outcomes = session.run_all(steps)
    print(table(outcomes))
    return int(any(map(failed, outcomes)))


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
