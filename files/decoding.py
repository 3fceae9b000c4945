"""Run `files/pictures.py`, one picture at a time, within a time."""

import json
import subprocess
import sys
import threading
from functools import lru_cache
from pathlib import Path
from typing import Any, Final, Literal

from files.limits import limits
from files.problems import problem_of
from realtime import unavailable

PROGRAM: Final = Path(__file__).with_name("pictures.py")
DECODE_TIMEOUT_S: Final = 60.0
"""The timeout allows for a busy machine; the program itself has 20 s of CPU time."""
TURN_TIMEOUT_S: Final = 20.0
"""A request waits so long for its turn to decode, then it is refused and may come again."""


def decoded(folder: Path, what: Literal["picture", "square"] = "picture") -> dict[str, Any]:
    """Decode `in` of the folder to `out` and `thumb`. Return the facts, or raise 422 for a picture that is refused."""
    turns = _turns(limits().decodes)
    if not turns.acquire(timeout=TURN_TIMEOUT_S):
        raise unavailable("other pictures are being read", 3000)
    try:
        facts = _run(folder, what)
    finally:
        turns.release()
    if error := facts.get("error"):
        raise problem_of(error)
    return facts


def _run(folder: Path, what: str) -> dict[str, Any]:
    command = [sys.executable, "-P", str(PROGRAM), str(folder), what]
    try:
        done = subprocess.run(command, capture_output=True, timeout=DECODE_TIMEOUT_S, check=False)  # noqa: S603
        facts: dict[str, Any] = json.loads(done.stdout)
    except (subprocess.TimeoutExpired, ValueError):  # killed for its time or its memory: it printed nothing
        return {"error": "image_too_large"}
    return facts


@lru_cache(maxsize=1)
def _turns(decodes: int) -> threading.BoundedSemaphore:
    return threading.BoundedSemaphore(max(1, decodes))
