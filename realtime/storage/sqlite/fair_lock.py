"""A fair queue for writers: two `flock`s beside the database. Whoever waits at the door keeps the turnstile shut.

SQLite lets its waiters sleep and look again, so beside a busy writer a second one gets nothing. Here a writer passes
the turnstile, waits for the door, and lets the next one into the turnstile only once it is through: who has just
written has to queue behind who is waiting. A lock ends with its process, so nothing is left behind by a kill.
"""

import fcntl
import os
import time

SHORTEST_PAUSE, LONGEST_PAUSE = 0.0001, 0.0005  # seconds between two looks at a lock


class FairLock:
    """The right to write to the database at `path`, until `end`. Raises TimeoutError after `seconds` of waiting."""

    def __init__(self, path: str, seconds: float) -> None:
        deadline = time.monotonic() + seconds
        self._owner = os.getpid()
        turnstile = lock(f"{path}.turnstile", deadline)
        try:
            self._door = lock(f"{path}.door", deadline)
        finally:
            unlock(turnstile)

    def end(self) -> None:
        """A forked child shares the lock but does not own it: it only drops its copy."""
        if self._owner == os.getpid():
            unlock(self._door)
        else:
            os.close(self._door)


def lock(path: str, deadline: float) -> int:
    """An open, locked descriptor. Looks again and again: a blocking `flock` in a thread could not be given up."""
    descriptor = os.open(path, os.O_RDONLY | os.O_CREAT, 0o644)
    try:
        _wait(descriptor, deadline)
    except BaseException:
        os.close(descriptor)
        raise
    return descriptor


def unlock(descriptor: int) -> None:
    """Closing alone would not unlock while a forked child has a copy."""
    fcntl.flock(descriptor, fcntl.LOCK_UN)
    os.close(descriptor)


def _wait(descriptor: int, deadline: float) -> None:
    pause = SHORTEST_PAUSE
    while not _taken(descriptor):
        if time.monotonic() >= deadline:
            raise TimeoutError
        time.sleep(pause)
        pause = min(pause * 2, LONGEST_PAUSE)


def _taken(descriptor: int) -> bool:
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True
