"""One check of `make test`: what it runs, what it needs, and what became of it."""

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

CLOSING = re.compile(r"\d+ (?:passed|failed|skipped|errors?|deselected)\b.*\d")
FAILED_ONLY = ("--last-failed", "--last-failed-no-failures=none")
SERVICES: dict[str, tuple[str, Callable[[], AbstractContextManager[str]]]] = {
    "redis": ("TEST_REDIS_URL", redis_server),
    "postgresql": ("TEST_POSTGRES_URL", postgres),
}


@dataclass(frozen=True)
class Step:
    """`needs` must be here for it to run; without `wants` it runs and leaves something out."""

    name: str
    commands: tuple[tuple[str, ...], ...]
    needs: tuple[str, ...] = ()
    wants: tuple[str, ...] = ()
    environment: Mapping[str, str] = field(default_factory=dict)
    by_itself: bool = True
    beside: str = ""
    """runs at the same time as its neighbours of the same word; each is pytest with a cache of its own"""


@dataclass(frozen=True)
class Outcome:
    name: str
    state: Literal["passed", "partly", "not run", "FAILED"]
    said: str


class Session:
    """Runs steps; a service starts with the first step that uses it and ends with the session."""

    def __init__(self, stack: ExitStack) -> None:
        self.stack = stack
        self._running: set[subprocess.Popen[str]] = set()
        self.lead = ""
        """before each line of what runs beside something"""
        self.environment = {name: url for name, _ in SERVICES.values() if (url := os.environ.get(name))}

    def run_all(self, steps: Iterable[Step]) -> list[Outcome]:
        """One after the other, and beside each other those that may; then each line says whose it is."""
        outcomes: list[Outcome] = []
        for beside, group in groupby(steps, key=lambda step: step.beside):
            if beside:
                outcomes += self._beside(list(group))
            else:
                outcomes += [self.run(step) for step in group]
        return outcomes

    def _beside(self, steps: list[Step]) -> list[Outcome]:
        with ThreadPoolExecutor(len(steps)) as threads:
            try:
                self.lead = "{name:10} │ " if len(steps) > 1 else ""
                for step in steps:
                    self._services(step)
                outcomes = list(threads.map(self.run, steps))
            except BaseException:
                for process in set(self._running):
                    process.terminate()
                raise
            finally:
                self.lead = ""
        return [self._again(step, outcome) for step, outcome in zip(steps, outcomes, strict=True)]

    def _again(self, step: Step, outcome: Outcome) -> Outcome:
        """What fails while others have the processor is asked once more, alone; what fails twice has failed."""
        if outcome.state != "FAILED" or not step.beside:
            return outcome
        alone = replace(step, commands=tuple((*command, *FAILED_ONLY) for command in step.commands))
        second = self.run(alone)
        said = f"{outcome.said}; these again, alone: {second.said}"
        return replace(second, said=said)

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
        lead = self.lead.format(name=step.name)
        results = [self._command(command, environment, lead) for command in step.commands]
        return self._outcome(step, results, time.monotonic() - started)

    def _outcome(self, step: Step, results: list[tuple[int, str]], seconds: float) -> Outcome:
        said = ", ".join(line for _, line in results if line)
        without = missing(step.wants)
        if any(code for code, _ in results):
            return Outcome(step.name, "FAILED", f"{seconds:.0f} s  {said}")
        if without or "skipped" in said:
            return Outcome(step.name, "partly", f"{seconds:.0f} s  {said}  {advice(without) if without else ''}")
        return Outcome(step.name, "passed", f"{seconds:.0f} s  {said}")

    def _command(self, command: tuple[str, ...], environment: Mapping[str, str], lead: str) -> tuple[int, str]:
        """Its exit code and the last line in which pytest sums up. Who is stopped while it runs stops it too."""
        with subprocess.Popen(
            command, env=environment, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True
        ) as process:
            self._running.add(process)
            try:
                closing = passed_on(process.stdout or (), lead)
            except BaseException:
                process.terminate()
                raise
            finally:
                self._running.discard(process)
        return process.returncode, closing

    def _services(self, step: Step) -> None:
        for name in (*step.needs, *step.wants):
            if name in SERVICES and not missing([name]):
                self._start(name)

    def _environment(self, step: Step) -> dict[str, str]:
        self._services(step)
        colour = {"FORCE_COLOR": "1"} if sys.stdout.isatty() else {}
        given = {name: value.format_map(self.environment) for name, value in step.environment.items()}
        return without_settings() | colour | self.environment | given

    def _start(self, service: str) -> None:
        variable, start = SERVICES[service]
        if variable not in self.environment:
            self.environment[variable] = self.stack.enter_context(start())


def passed_on(output: Iterable[str], lead: str = "") -> str:
    """Print what comes as it comes; the closing line of pytest, if there was one."""
    closing = ""
    for line in output:
        print(f"{lead}{line}", end="", flush=True)
        if CLOSING.search(line):
            closing = re.sub(r"\x1b\[[\d;]*m", "", line).strip("= \n")
    return closing


def table(outcomes: list[Outcome]) -> str:
    """*ran / not run, how to install*."""
    return "\n".join(["", "─" * 80, *(f"  {o.state:8} {o.name:12} {o.said}".rstrip() for o in outcomes)])
