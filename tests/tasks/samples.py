"""Tasks for tests. `done` has the arguments of those that ran in this process."""

import os
import time
from pathlib import Path

from tasks.interface import task

done: list[str] = []


@task()
def note(text: str) -> None:
    done.append(text)


@task(priority=10)
def note_first(text: str) -> None:
    done.append(text)


@task()
def fail(text: str) -> None:
    done.append(text)
    raise ValueError(text)


@task()
def tell_process_then_sleep(path: str, seconds: float) -> None:
    """Write the number of this process into a file. Sleep at the first run only: a test kills the worker meanwhile."""
    with Path(path).open("a+") as file:
        file.write(f"{os.getpid()}\n")
        file.seek(0)
        runs = len(file.readlines())
    if runs == 1:
        time.sleep(seconds)


@task()
def write_row(n: int) -> None:
    """Write one row in a transaction of its own, as the smallest real task does."""
    from previews.services import pages_store

    pages_store({f"http://example.test/{n}": None})
