"""Run Parlor in a process of its own, which a test can open in a browser, kill and start again."""

import json
import signal
import subprocess
import sys
import time
from collections.abc import Sequence
from pathlib import Path
from threading import Thread
from types import TracebackType
from typing import IO, Self

from tests.services.environment import NO_QUOTAS, without_settings
from tests.services.memory import memory
from tests.services.ports import answers, free_port

ROOT = Path(__file__).parent.parent.parent
APPLICATION = "config.asgi:application"
SERVERS = {
    "parlor": ["manage.py", "runserver", "--noreload", "127.0.0.1:{port}"],
    "daphne": ["-m", "daphne", "-v", "0", "-b", "127.0.0.1", "-p", "{port}", APPLICATION],
    "uvicorn": ["-m", "uvicorn", "--host", "127.0.0.1", "--port", "{port}", APPLICATION],
}
"""The arguments of Python that start each server."""


class Parlor:
    """A server that keeps its port and its folder over restarts; `output` is all it has printed.

    `manage.py runserver` runs, or `manage.py serve` when `serve` has its options, or another server by its name.
    """

    def __init__(
        self, folder: Path, server: str = "parlor", *, serve: Sequence[str] | None = None, **environment: str
    ) -> None:
        self.port = free_port()
        self._command = SERVERS[server] if serve is None else ["manage.py", "serve", *serve]
        self.url = f"http://127.0.0.1:{self.port}"
        self.output: list[str] = []
        settings = {"DJANGO_SETTINGS_MODULE": "config.settings", "DEBUG": "false", "PYTHONUNBUFFERED": "1"}
        settings |= {"QUOTAS": json.dumps(NO_QUOTAS), "TASKS_WORKER": "false"}  # tests about the worker turn it on
        self.environment = (
            without_settings() | settings | {"PARLOR_DATA": str(folder), "PORT": str(self.port)} | environment
        )
        self._process: subprocess.Popen[str] | None = None

    def manage(self, *arguments: str) -> str:
        command = [sys.executable, "manage.py", *arguments]
        done = subprocess.run(command, cwd=ROOT, env=self.environment, capture_output=True, text=True, check=True)
        return done.stdout

    def start(self) -> None:
        """Start the server and wait until it listens."""
        command = [sys.executable, *(word.format(port=self.port) for word in self._command)]
        self._process = subprocess.Popen(
            command, cwd=ROOT, env=self.environment, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True
        )
        assert self._process.stdout
        self._printed_before = len(self.output)
        self._reader = Thread(target=self._read_on, args=[self._process.stdout], daemon=True)
        self._reader.start()
        while not self._listens():
            if self._process.poll() is not None:
                raise RuntimeError("".join(["The server did not start.\n", *self.output]))
            time.sleep(0.05)

    def _listens(self) -> bool:
        """Return whether the server listens. Ours prints its address when it does."""
        if self._command[0] != "manage.py":
            return answers(self.port)
        return any(line.startswith("Parlor is at") for line in self.output[self._printed_before :])

    def _read_on(self, output: IO[str]) -> None:
        with output:
            self.output.extend(output)

    def memory(self, which: str) -> int:
        assert self._process
        return memory(self._process.pid, which)

    def stop(self) -> None:
        """Send SIGTERM: the server says goodbye to its clients and ends."""
        self._end(signal.SIGTERM)

    def renew(self) -> None:
        """Send SIGHUP: a rolling restart begins."""
        assert self._process
        self._process.send_signal(signal.SIGHUP)

    def kill(self) -> None:
        """Send SIGKILL: clients get no goodbye."""
        self._end(signal.SIGKILL)

    def _end(self, number: signal.Signals) -> None:
        if self._process:
            self._process.send_signal(number)
            self._process.wait()
            self._process = None
            self._reader.join()

    def __enter__(self) -> Self:
        self.manage("migrate", "--verbosity", "0")
        self.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.kill()
