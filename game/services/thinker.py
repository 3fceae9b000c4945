"""The process in which bots think, so that no message waits for them: one line asked, one line answered."""

import subprocess
import sys
from pathlib import Path
from threading import Lock
from typing import Any

import msgspec

ROOT = Path(__file__).parent.parent.parent


class Thinker:
    """Starts `game.engine.think` when it is first asked, and again when it has died. It ends with this process."""

    def __init__(self) -> None:
        self._lock = Lock()
        self._process: subprocess.Popen[bytes] | None = None

    def ask(self, question: dict[str, Any]) -> Any:
        """The move; ValueError when there is none, OSError when the process is gone."""
        with self._lock:
            process = self._running()
            if process.stdin is None or process.stdout is None:
                raise OSError("no pipes")
            process.stdin.write(msgspec.json.encode(question) + b"\n")
            process.stdin.flush()
            answer = process.stdout.readline()
        if not answer:
            raise OSError("the thinker is gone")
        thought = msgspec.json.decode(answer)
        if "move" not in thought:
            raise ValueError(thought)
        return thought["move"]

    def stop(self) -> None:
        """It reads its end of input and leaves."""
        if self._process:
            self._process.communicate()
            self._process = None

    def _running(self) -> "subprocess.Popen[bytes]":
        if self._process is None or self._process.poll() is not None:
            command = [sys.executable, "-m", "game.engine.think"]
            self._process = subprocess.Popen(  # noqa: S603 - our own module
                command, cwd=ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE
            )
        return self._process
