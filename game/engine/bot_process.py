"""The process of bots, `python -m game.engine.bot_process`. It answers a question a line, until stdin ends.

It sees views only, and it takes neither the server's loop nor its interpreter. Whatever it is asked, it answers.
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
    """`{"move": …}`, or `{"error": "…"}` for what cannot be read or has no move."""
    try:
        question = msgspec.json.decode(line, type=Question)
        bot = GAMES[question.game].bot
        return {"move": bot(question.view, question.seat, question.level, question.seed)}
    except Exception as error:  # one bad question must not cost the next its answer
        return {"error": f"{type(error).__name__}: {error}"}


def main() -> None:
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C is for the server, whose end closes stdin
    with suppress(AttributeError, OSError):
        os.nice(10)  # whoever serves people goes first
    with suppress(BrokenPipeError):
        for line in sys.stdin.buffer:
            os.write(sys.stdout.fileno(), msgspec.json.encode(answer(line)) + b"\n")


if __name__ == "__main__":
    main()
