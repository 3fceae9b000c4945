"""The bot process, `python -m game.engine.bot_process`: it answers one question a line, until stdin ends.

It gets views only, and takes no time from the server's event loop or interpreter. A question that it cannot answer is
answered with an error.
"""

import os
import signal
import sys
from contextlib import suppress
from typing import Any

import msgspec

from game.games import GAMES


class Question(msgspec.Struct):
    """A question to the process: `{"game": "four", "view": {…}, "seat": 1, "level": "hard", "seed": 123}`."""

    game: str
    view: dict[str, Any]
    seat: int
    level: str
    seed: int


def answer(line: bytes) -> dict[str, Any]:
    """Return `{"move": …}`, or `{"error": "…"}` for a line that cannot be read or a view without a move."""
    try:
        question = msgspec.json.decode(line, type=Question)
        bot = GAMES[question.game].bot
        return {"move": bot(question.view, question.seat, question.level, question.seed)}
    except Exception as error:  # the next question must still be answered
        return {"error": f"{type(error).__name__}: {error}"}


def main() -> None:
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C stops the server, which closes stdin
    with suppress(AttributeError, OSError):
        os.nice(10)  # the processes that serve people go first
    with suppress(BrokenPipeError):
        for line in sys.stdin.buffer:
            os.write(sys.stdout.fileno(), msgspec.json.encode(answer(line)) + b"\n")


if __name__ == "__main__":
    main()
