import os
import threading
import time

import pytest

from realtime.storage.sqlite.fair_lock import FairLock, lock, unlock


def wait_until_taken(path: str) -> None:
    """Return when another owner holds the lock at `path`."""
    while True:
        try:
            unlock(lock(path, 0))
        except TimeoutError:
            return
        time.sleep(0.001)


def test_second_acquire_queues_behind_the_waiting_writer(path: str) -> None:
    order = []

    def guest() -> None:
        held = FairLock(path, 20)
        order.append("guest")
        held.release()

    held = FairLock(path, 20)
    thread = threading.Thread(target=guest)
    thread.start()
    wait_until_taken(f"{path}.turnstile")
    held.release()
    again = FairLock(path, 20)
    order.append("again")
    again.release()
    thread.join()
    assert order == ["guest", "again"]


def test_timed_out_writer_leaves_both_locks_free(path: str) -> None:
    held = FairLock(path, 20)
    with pytest.raises(TimeoutError):
        FairLock(path, 0)
    held.release()
    FairLock(path, 0).release()


def test_forked_child_does_not_release_its_parents_lock(path: str) -> None:
    held = FairLock(path, 20)
    if not (child := os.fork()):
        held.release()
        os._exit(0)
    assert os.waitpid(child, 0)[1] == 0
    with pytest.raises(TimeoutError):
        FairLock(path, 0)
    held.release()


def test_release_works_while_a_forked_child_lives(path: str) -> None:
    held = FairLock(path, 20)
    read, write = os.pipe()
    if not (child := os.fork()):
        os.close(write)
        os.read(read, 1)
        os._exit(0)
    held.release()
    FairLock(path, 0).release()
    os.close(write)
    os.close(read)
    os.waitpid(child, 0)


def test_killed_process_leaves_no_lock(path: str) -> None:
    read, write = os.pipe()
    if not (child := os.fork()):
        FairLock(path, 20)
        os.write(write, b".")
        threading.Event().wait()
    os.read(read, 1)
    os.kill(child, 9)
    os.waitpid(child, 0)
    FairLock(path, 0).release()
    os.close(read)
    os.close(write)


def test_fair_lock_leaves_no_descriptor_open(path: str) -> None:
    before = os.listdir("/proc/self/fd")
    held = FairLock(path, 20)
    with pytest.raises(TimeoutError):
        FairLock(path, 0)
    held.release()
    assert os.listdir("/proc/self/fd") == before
