"""Steps of `make test`: commands, the programs they need, results and times."""

import os
import re
import subprocess
import sys
import time
from collections.abc import Callable, Iterable, Mapping
from concurrent.futures import ThreadPoolExecutor
from contextlib import AbstractContextManager, ExitStack
from dataclasses import dataclass, field, replace
from itertools import groupby
from typing import Literal

from tests.services.environment import without_settings
from tests.services.postgres import postgres
from tests.services.redis import redis_server
from tests.services.tools import advice, missing, node_modules

COLOUR = re.compile(r"\x1b\[[\d;]*m")
SUMMARY = re.compile(r"\d+ (?:passed|failed|skipped|errors?|deselected)\b.*\d")
DURATION = re.compile(r"(\d+\.\d+)s (?:call|setup|teardown) +(\S.*)")
FAILED_ONLY = ("--last-failed", "--last-failed-no-failures=none")
SERVICES: dict[str, tuple[str, Callable[[], AbstractContextManager[str]]]] = {
    "redis": ("TEST_REDIS_URL", redis_server),
    "postgresql": ("TEST_POSTGRES_URL", postgres),
}


@dataclass(frozen=True)
class Step:
    """Describe a step. It does not run without its `needs`; without its `wants` it leaves something out."""

    name: str
    commands: tuple[tuple[str, ...], ...]
    needs: tuple[str, ...] = ()
    wants: tuple[str, ...] = ()
    environment: Mapping[str, str] = field(default_factory=dict)
    default: bool = True
    group: str = ""
    """Steps of one group run at the same time. Each is pytest with a cache of its own."""


@dataclass(frozen=True)
class Outcome:
    """The result of a step; `slowest` holds lines of pytest's `--durations`."""

    name: str
    state: Literal["passed", "partly", "not run", "FAILED"]
    summary: str
    seconds: float = 0
    slowest: tuple[str, ...] = ()


@dataclass
class Printed:
    """Keep what the end of a run repeats: pytest's last line and its slowest tests."""

    summary: str = ""
    slowest: list[str] = field(default_factory=list)

    def read(self, line: str) -> None:
        text = COLOUR.sub("", line)
        if SUMMARY.search(text):
            self.summary = text.strip("= \n")
        elif duration := DURATION.match(text):
            self.slowest.append(f"{float(duration[1]):6.1f} s  {duration[2].strip()}")


class Session:
    """Run steps. A service starts with the first step that uses it and ends with the session."""

    def __init__(self, stack: ExitStack) -> None:
        self.stack = stack
        self._running: set[subprocess.Popen[str]] = set()
        self.prefix = ""
        """The start of each line while several steps print at the same time."""
        self.environment = {name: url for name, _ in SERVICES.values() if (url := os.environ.get(name))}

    def run_all(self, steps: Iterable[Step]) -> list[Outcome]:
        """Run the steps in order, and the steps of a group at the same time."""
        outcomes: list[Outcome] = []
        for name, group in groupby(steps, key=lambda step: step.group):
            if name:
                outcomes += self._run_group(list(group))
            else:
                outcomes += [self.run(step) for step in group]
        return outcomes

    def _run_group(self, steps: list[Step]) -> list[Outcome]:
        with ThreadPoolExecutor(len(steps)) as threads:
            try:
                self.prefix = "{name:10} │ " if len(steps) > 1 else ""
                for step in steps:
                    self._start_services(step)
                outcomes = list(threads.map(self.run, steps))
            except BaseException:
                for process in set(self._running):
                    process.terminate()
                raise
            finally:
                self.prefix = ""
        return [self._retry(step, outcome) for step, outcome in zip(steps, outcomes, strict=True)]

    def _retry(self, step: Step, outcome: Outcome) -> Outcome:
        """Run the failed tests again, alone on the machine; the second result counts."""
        if outcome.state != "FAILED" or not step.group:
            return outcome
        again = replace(step, commands=tuple((*command, *FAILED_ONLY) for command in step.commands))
        second = self.run(again)
        return replace(
            second,
            summary=f"{outcome.summary}; these again, alone: {second.summary}",
            seconds=outcome.seconds + second.seconds,
            slowest=outcome.slowest,
        )

    def run(self, step: Step) -> Outcome:
        print(f"\n── {step.name} " + "─" * (76 - len(step.name)), flush=True)
        if absent := missing(step.needs):
            return Outcome(step.name, "not run", advice(absent))
        if "npm" in step.needs and not node_modules():
            return Outcome(step.name, "not run", "npm ci failed: see above")
        try:
            environment = self._environment(step)
        except (OSError, RuntimeError) as error:
            return Outcome(step.name, "FAILED", f"a service did not start: {error}")
        started = time.monotonic()
        printed, prefix = Printed(), self.prefix.format(name=step.name)
        codes = [self._run_command(command, environment, prefix, printed) for command in step.commands]
        return outcome_of(step, codes, printed, time.monotonic() - started)

    def _run_command(
        self, command: tuple[str, ...], environment: Mapping[str, str], prefix: str, printed: Printed
    ) -> int:
        """Return the exit code. An exception here ends the command too."""
        with subprocess.Popen(
            command, env=environment, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True
        ) as process:
            self._running.add(process)
            try:
                for line in process.stdout or ():
                    print(f"{prefix}{line}", end="", flush=True)
                    printed.read(line)
            except BaseException:
                process.terminate()
                raise
            finally:
                self._running.discard(process)
        return process.returncode

    def _start_services(self, step: Step) -> None:
        for name in (*step.needs, *step.wants):
            if name in SERVICES and not missing([name]):
                self._start(name)

    def _environment(self, step: Step) -> dict[str, str]:
        self._start_services(step)
        colour = {"FORCE_COLOR": "1"} if sys.stdout.isatty() else {}
        given = {name: value.format_map(self.environment) for name, value in step.environment.items()}
        return without_settings() | colour | self.environment | given

    def _start(self, service: str) -> None:
        variable, start = SERVICES[service]
        if variable not in self.environment:
            self.environment[variable] = self.stack.enter_context(start())


def outcome_of(step: Step, codes: list[int], printed: Printed, seconds: float) -> Outcome:
    without, summary = missing(step.wants), printed.summary
    if any(codes):
        state: Literal["passed", "partly", "FAILED"] = "FAILED"
    elif without or "skipped" in summary:
        state, summary = "partly", f"{summary}  {advice(without) if without else ''}".strip()
    else:
        state = "passed"
    return Outcome(step.name, state, summary, seconds, tuple(printed.slowest))


def table(outcomes: list[Outcome], seconds: float) -> str:
    """Return the slowest tests of each step, then state and time of every step, and the total of `seconds`."""
    slowest = ["\n  ".join([f"\nslowest tests of {one.name}", *one.slowest]) for one in outcomes if one.slowest]
    states = [f"  {one.state:8} {one.name:12} {one.seconds:5.0f} s  {one.summary}".rstrip() for one in outcomes]
    total = f"  total {seconds // 60:.0f} min {seconds % 60:.0f} s"
    return "\n".join([*slowest, "", "─" * 80, *states, total])
