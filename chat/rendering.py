"""Render texts in a separate process, so that an expensive message delays no other message, hello or ban.

The process starts with the first text that needs it, has a lower priority than the server, and ends with it. A text
that takes more than `MOST_S` of CPU time, or that crashes the process, is shown as typed.
"""

import atexit
import contextlib
import logging
import os
import signal
import socket
import subprocess
import sys
import threading
import time
from pathlib import Path
from typing import Any, Final

import msgspec

from chat import text as texts
from chat.text import Text, light
from realtime.workers.preprocessing import add_cpu

logger = logging.getLogger(__name__)

MOST_S: Final = 0.25
"""A text may take so many CPU seconds. Ordinary Markdown of 10,000 characters takes at most a fifth of that."""
ANSWER_S: Final = 5.0
"""The timeout for an answer of the process; it allows for a busy machine."""
NICE: Final = 5
FOLDER: Final = Path(__file__).parent.parent
HEAD: Final = 4
"""A frame between the processes starts with its length in so many bytes."""


class Rendered(msgspec.Struct, array_like=True):
    """The process's answer: the HTML, if the text has any, and the CPU seconds that it took."""

    html: str | None
    seconds: float


class Renderer:
    """The client of the rendering process. It sends one text at a time."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._process: subprocess.Popen[bytes] | None = None
        self._line: socket.socket | None = None

    def render(self, text: str) -> Text:
        """Return the text with its HTML, and add the CPU time to the cost of the present call."""
        with self._lock:
            try:
                answer = self._asked(text)
            except (OSError, EOFError, msgspec.DecodeError) as error:
                logger.warning("rendering failed, a text of %d characters is shown as typed: %r", len(text), error)
                self._end()
                answer = Rendered(None, MOST_S)
        add_cpu(answer.seconds)
        return Text(text, answer.html)

    def start(self) -> None:
        """Start the process before a text needs it. A failure is ignored: the next text tries again."""
        with self._lock, contextlib.suppress(OSError):
            if not self._line:
                self._started()

    def stop(self) -> None:
        """End the process; the next text starts another one."""
        with self._lock:
            self._end()

    def _asked(self, text: str) -> Rendered:
        connection = self._line or self._started()
        connection.sendall(_framed(text.encode()))
        size = int.from_bytes(_received(connection, HEAD))
        return msgspec.msgpack.decode(_received(connection, size), type=Rendered)

    def _started(self) -> socket.socket:
        ours, theirs = socket.socketpair()
        ours.settimeout(ANSWER_S)
        self._line = ours
        with theirs:
            command, end = [sys.executable, "-m", "chat.rendering"], theirs.fileno()
            self._process = subprocess.Popen(command, cwd=FOLDER, stdin=end, stdout=end)  # noqa: S603 - no shell
        return ours

    def _end(self) -> None:
        if self._line:
            self._line.close()
        if self._process:
            self._process.kill()
            self._process.wait()
        self._process = self._line = None


_renderer = Renderer()
atexit.register(_renderer.stop)


def start() -> None:
    """Start the process, so that the first text does not wait for it."""
    _renderer.start()


def rendered(text: str) -> Text:
    """Return the text with its HTML. Cheap texts are rendered here, others in the process."""
    return texts.rendered(text) if light(text) else _renderer.render(text)


def _framed(data: bytes) -> bytes:
    return len(data).to_bytes(HEAD) + data


def _received(connection: socket.socket, size: int) -> bytes:
    data = b""
    while len(data) < size:
        piece = connection.recv(size - len(data))
        if not piece:
            raise EOFError
        data += piece
    return data


# The process


class TooDear(BaseException):
    """A text has used up its CPU time. A `BaseException`, so that no `except Exception` of a parser catches it."""


class Work:
    """Renders texts one by one, each within a limit of CPU time."""

    def __init__(self) -> None:
        self._counting = False
        signal.signal(signal.SIGPROF, self._over)

    def render(self, text: str) -> Rendered:
        began, html = time.process_time(), None
        signal.setitimer(signal.ITIMER_PROF, MOST_S)
        try:
            self._counting = True
            html = texts.parsed(text).html
            self._counting = False
        except TooDear:
            texts._local = texts._Local()  # do not use an interrupted parser again
        except Exception as error:
            print(f"a text was not rendered: {error!r}", file=sys.stderr)
        finally:
            self._counting = False
            signal.setitimer(signal.ITIMER_PROF, 0)
        return Rendered(html, time.process_time() - began)

    def _over(self, number: int, frame: Any) -> None:
        if self._counting:
            raise TooDear


def serve() -> None:
    """Render texts until the socket is closed. Ignore signals to the group: the server ends this process."""
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, signal.SIG_IGN)
    os.nice(NICE)
    work, coming, going = Work(), sys.stdin.buffer, sys.stdout.buffer
    with contextlib.suppress(ConnectionError):  # the server was killed
        while head := coming.read(HEAD):
            text = coming.read(int.from_bytes(head)).decode()
            going.write(_framed(msgspec.msgpack.encode(work.render(text))))
            going.flush()


if __name__ == "__main__":
    serve()
