"""Data outside the database that belongs to a backup. An app registers it from `AppConfig.ready`: `with_backup(it)`."""

from collections.abc import Iterable, Iterator
from contextlib import AbstractContextManager, ExitStack, contextmanager
from pathlib import Path
from typing import Final, Protocol


class Companion(Protocol):
    """Files beside the database. The methods raise `BackupError`, and return sentences for the operator."""

    def held(self) -> AbstractContextManager[None]:
        """Keep everything that the database names from now on, until the backup is complete."""

    def save(self, folder: Path) -> Iterable[str]:
        """Copy to the folder what the saved database names. The folder may have copies of an earlier backup."""

    def check(self, folder: Path) -> None:
        """Raise `BackupError` when the folder is damaged. It is called before anything is restored."""

    def restore(self, folder: Path) -> Iterable[str]:
        """Copy back what the restored database names."""


_companions: Final[list[Companion]] = []


def with_backup(companion: Companion) -> None:
    """Add data to every backup."""
    _companions.append(companion)


def folder_of(file: Path) -> Path:
    """Return the folder beside a backup that has the data outside the database."""
    return file.with_name(f"{file.name}.files")


@contextmanager
def held() -> Iterator[None]:
    """Hold all companions: nothing that the database names is deleted meanwhile."""
    with ExitStack() as stack:
        for companion in _companions:
            stack.enter_context(companion.held())
        yield


def save(file: Path) -> list[str]:
    return [sentence for each in _companions for sentence in each.save(folder_of(file))]


def check(file: Path) -> None:
    for companion in _companions:
        companion.check(folder_of(file))


def restore(file: Path) -> list[str]:
    return [sentence for each in _companions for sentence in each.restore(folder_of(file))]
