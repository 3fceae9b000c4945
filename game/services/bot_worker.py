"""The process that computes the moves of bots, so that no message waits for them. A question is one line."""

import os
import select
import subprocess
import sys
import time
from contextlib import suppress
from pathlib import Path
from threading import Lock
from typing import IO, Any, Final

import msgspec

ROOT = Path(__file__).parent.parent.parent
TIMEOUT_S: Final = 15.0
"""The time for an answer. The longest search takes half a second on an idle processor."""


class BotAnswer(msgspec.Struct):
    """The answer `{"move": …}`. An error has no `move`."""

    move: Any


_answer_decoder = msgspec.json.Decoder(BotAnswer)


class BotWorker:
    """Starts `game.engine.bot_process` at the first question, and again after a failure. It ends with this process."""

    def __init__(self) -> None:
        self._lock = Lock()
        self._process: subprocess.Popen[bytes] | None = None

    def ask(self, question: dict[str, Any]) -> Any:
        """Return the move. Raise ValueError when there is none, and OSError when the process has gone or hangs."""
        with self._lock:
            try:
                answer = self._answer(msgspec.json.encode(question) + b"\n")
                return _answer_decoder.decode(answer).move
            except msgspec.DecodeError:
                self._end()
                raise ValueError(answer[:200]) from None
            except BaseException:
                self._end()
                raise

    def stop(self) -> None:
        """End the process at once. A waiting caller gets no answer."""
        if process := self._process:
            process.kill()
        with self._lock:
            self._end()

    def _answer(self, question: bytes) -> bytes:
        """Return the answer to the question, and no earlier output."""
        into, out = self._pipes()
        if _readable(out, 0):  # the end of the file, or output that answers no question
            self._end()
            into, out = self._pipes()
        into.write(question)
        into.flush()
        return _line(out)

    def _pipes(self) -> tuple[IO[bytes], IO[bytes]]:
        if self._process and self._process.poll() is not None:
            self._end()
        if self._process is None:
            command = [sys.executable, "-m", "game.engine.bot_process"]
            self._process = subprocess.Popen(  # noqa: S603 - our own module
                command, cwd=ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE
            )
        if self._process.stdin is None or self._process.stdout is None:
            raise OSError("no pipes")
        return self._process.stdin, self._process.stdout

    def _end(self) -> None:
        """End the process, because its further output belongs to no question."""
        if process := self._process:
            self._process = None
            process.kill()
            for pipe in filter(None, (process.stdin, process.stdout)):
                with suppress(OSError):
                    pipe.close()
            process.wait()


def _readable(out: IO[bytes], seconds: float) -> bool:
    """Wait by `poll`, because `select` supports no descriptor above 1023 and the server has more."""
    waiting = select.poll()
    waiting.register(out, select.POLLIN)
    return bool(waiting.poll(max(0.0, seconds) * 1000))


def _line(out: IO[bytes]) -> bytes:
    line, until = b"", time.monotonic() + TIMEOUT_S
    while not line.endswith(b"\n"):
        if not _readable(out, until - time.monotonic()):
            raise OSError(f"the bot worker has not answered for {TIMEOUT_S:g} s")
        part = os.read(out.fileno(), 65536)
        if not part:
            raise OSError("the bot worker has ended")
        line += part
    return line
