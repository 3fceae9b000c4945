"""`serve` with the tiny application, in a process of its own."""

import json
import os
import signal
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from urllib.request import ProxyHandler, build_opener

from tests.services.ports import free_port

REPOSITORY = Path(__file__).parents[3]
http = build_opener(ProxyHandler({}))


class Serve:
    """`serve` in a process of its own; `until` reads what it says, output and errors together."""

    def __init__(self, folder: Path, *arguments: str, fd: int | None = None, **environment: str) -> None:
        self.port = free_port()
        self.folder = folder
        settings = {"DATABASE": str(folder.resolve() / "parlor.sqlite3"), "PORT": str(self.port)}
        self.process = subprocess.Popen(
            [sys.executable, "-m", "tests.realtime.server.manage", "serve", *arguments],
            cwd=REPOSITORY,
            env=os.environ | settings | {"DJANGO_SETTINGS_MODULE": "tests.realtime.server.settings"} | environment,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            pass_fds=[] if fd is None else [fd],
        )

    def until(self, words: str) -> str:
        assert self.process.stdout
        said = []
        for line in self.process.stdout:
            said.append(line)
            if words in line:
                return line.strip()
        raise AssertionError(f"it ended without “{words}”: {''.join(said)}")

    def started(self) -> "Serve":
        self.until("Open once")
        return self

    def end(self, how: signal.Signals = signal.SIGTERM) -> int:
        self.process.send_signal(how)
        return self.process.wait(60)

    @property
    def ws(self) -> str:
        return f"ws://127.0.0.1:{self.port}"

    def answered_by(self) -> int:
        """Return the id of the process that answers a new connection."""
        with http.open(f"http://127.0.0.1:{self.port}/", timeout=60) as answer:
            return int(json.load(answer)["process"])

    def until_answered_by(self, fits: Callable[[int], bool]) -> int:
        while not fits(pid := self.answered_by()):
            pass
        return pid

    @property
    def broken(self) -> Path:
        """Return the path of a file: while it exists, no process starts."""
        return self.folder / "broken"


StartServe = Callable[..., Serve]
