"""A fair lock for writers: two `flock`s beside the database, one for the queue and one for the database.

Writers that wait in SQLite sleep and try again, so that a second writer beside a busy one never succeeds. Here a
writer takes the queue lock, waits for the write lock, and then releases the queue lock: a writer that has just
written must queue behind the one that waits. The kernel releases the locks of a process that is killed.
"""

import fcntl
import os
import time

MIN_RETRY_S, MAX_RETRY_S = 0.0001, 0.0005


class FairLock:
    """The right to write to the database at `path`, until `release`. Raises TimeoutError after `timeout_s`.

    The names of the files are the same in every release, because old and new processes share them.
    """

    def __init__(self, path: str, timeout_s: float) -> None:
        deadline = time.monotonic() + timeout_s
        self._owner = os.getpid()
        queue = lock(f"{path}.turnstile", deadline)
        try:
            self._descriptor = lock(f"{path}.door", deadline)
        finally:
            unlock(queue)

    def release(self) -> None:
        """Release the lock. A forked child shares it but does not own it, and only closes its copy."""
        if self._owner == os.getpid():
            unlock(self._descriptor)
        else:
            os.close(self._descriptor)


def lock(path: str, deadline: float) -> int:
    """Return an open, locked descriptor. Polls, because a blocking `flock` in a thread cannot be cancelled."""
    descriptor = os.open(path, os.O_RDONLY | os.O_CREAT, 0o644)
    try:
        _wait(descriptor, deadline)
    except BaseException:
        os.close(descriptor)
        raise
    return descriptor


def unlock(descriptor: int) -> None:
    """Unlock and close. Closing alone does not unlock while a forked child has a copy."""
    fcntl.flock(descriptor, fcntl.LOCK_UN)
    os.close(descriptor)


def _wait(descriptor: int, deadline: float) -> None:
    retry_s = MIN_RETRY_S
    while not _try_lock(descriptor):
        if time.monotonic() >= deadline:
            raise TimeoutError
        time.sleep(retry_s)
        retry_s = min(retry_s * 2, MAX_RETRY_S)


def _try_lock(descriptor: int) -> bool:
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True
