"""The bots' process answers whatever it is asked, and ends with its stdin."""

import json
import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from game.games import GAMES

ROOT = Path(__file__).parents[3]
FOUR = GAMES["four"]
VIEW = FOUR.view(FOUR.setup(1, 0), 0)
QUESTION = {"game": "four", "view": VIEW, "seat": 0, "level": "medium", "seed": 123}
FULL = {"columns": [[0, 1, 0, 1, 0, 1]] * 7}
WRONG: list[dict[str, Any]] = [{"game": "five"}, {"level": "godlike"}, {"seed": "1"}, {"view": {}}, {"view": FULL}]
GARBAGE = [b"", b"{", b"[]", b"\xff\xfe\x00", b"[" * 5000, b'{"game": "four"}']

pytestmark = pytest.mark.timeout(30)  # nothing here waits for long, and a process that hangs is told from a slow one


@pytest.fixture
def thinking() -> Iterator[subprocess.Popen[bytes]]:
    program = [sys.executable, "-m", "game.engine.bot_process"]
    with subprocess.Popen(program, cwd=ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE) as process:
        yield process
        process.kill()


def asked(process: subprocess.Popen[bytes], line: bytes) -> Any:
    """Return the answer to a line, with stdin kept open."""
    assert process.stdin
    assert process.stdout
    process.stdin.write(line)
    process.stdin.flush()
    return json.loads(process.stdout.readline())


def question(**other: Any) -> bytes:
    return json.dumps(QUESTION | other).encode() + b"\n"


def test_bot_process_answers_a_question_at_once_with_the_move(thinking: subprocess.Popen[bytes]) -> None:
    for level in FOUR.levels:
        assert asked(thinking, question(level=level)) == {"move": FOUR.bot(VIEW, 0, level, 123)}


def test_bot_process_has_a_lower_priority(thinking: subprocess.Popen[bytes]) -> None:
    assert asked(thinking, question())
    assert os.getpriority(os.PRIO_PROCESS, thinking.pid) >= min(19, os.getpriority(os.PRIO_PROCESS, 0) + 10)


def test_garbage_is_answered_with_an_error_and_the_next_question_with_a_move(thinking: subprocess.Popen[bytes]) -> None:
    for line in [*(line + b"\n" for line in GARBAGE), *(question(**wrong) for wrong in WRONG)]:
        assert list(asked(thinking, line)) == ["error"]
    assert list(asked(thinking, question())) == ["move"]


def test_bot_process_ends_with_its_stdin_and_answers_before(thinking: subprocess.Popen[bytes]) -> None:
    out, _ = thinking.communicate(question() + b"garbage\n" + question()[:-1])
    assert [list(json.loads(line)) for line in out.splitlines()] == [["move"], ["error"], ["move"]]
    assert thinking.returncode == 0


def test_bot_process_exits_silently_when_its_reader_has_gone(thinking: subprocess.Popen[bytes]) -> None:
    assert asked(thinking, question())
    assert thinking.stdout
    thinking.stdout.close()
    thinking.communicate(question())
    assert thinking.returncode == 0


def test_ctrl_c_in_the_server_s_terminal_does_not_end_it(thinking: subprocess.Popen[bytes]) -> None:
    assert asked(thinking, question())
    thinking.send_signal(signal.SIGINT)
    assert asked(thinking, question())


def test_bot_process_loads_neither_django_nor_a_loop() -> None:
    loaded = "import sys, game.engine.bot_process; print(sorted({'django', 'asyncio', 'channels'} & set(sys.modules)))"
    program = subprocess.run([sys.executable, "-c", loaded], cwd=ROOT, capture_output=True, check=True, timeout=20)
    assert program.stdout == b"[]\n"
