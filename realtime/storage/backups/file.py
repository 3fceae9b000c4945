"""Writes a file completely or not at all, readable by its owner only."""

import os
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path
from typing import Final

HEADS: Final = {b"SQLite format 3\0": "SQLite", b"PGDMP": "PostgreSQL"}


class BackupError(Exception):
    """The reason why a backup or a restore was not done."""


@contextmanager
def draft(file: Path, *, replace: bool) -> Iterator[str]:
    """Give an empty temporary file beside `file`, and rename it when it is complete on disk."""
    if file.exists() and not replace:
        raise BackupError(f"{file} exists; --force replaces it.")
    try:
        descriptor, name = tempfile.mkstemp(prefix=f".{file.name}.", dir=file.parent)  # made with mode 600
    except OSError as error:
        raise BackupError(f"Cannot write to {file.parent}: {error.strerror}.") from None
    os.close(descriptor)
    try:
        yield name
        flush(name)
        _rename(name, file, replace)
        flush(file.parent)
    except OSError as error:
        raise BackupError(f"Cannot write {file}: {error.strerror}. Nothing is left of it.") from None
    finally:
        Path(name).unlink(missing_ok=True)


def _rename(name: str, file: Path, replace: bool) -> None:
    if replace:
        os.replace(name, file)
        return
    try:
        os.link(name, file)
    except FileExistsError:
        raise BackupError(f"{file} has been created meanwhile; --force replaces it.") from None


def flush(path: str | Path) -> None:
    """Wait until the file, or the names in a folder, are on disk."""
    descriptor = os.open(path, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def check_kind(database: str, file: str) -> None:
    try:
        with open(file, "rb") as opened:
            start = opened.read(16)
    except OSError as error:
        raise BackupError(f"Cannot read {file}: {error.strerror}.") from None
    found = next((name for head, name in HEADS.items() if start.startswith(head)), None)
    if found is None:
        raise BackupError(f"{file} is no backup of Parlor.")
    if found != database:
        raise BackupError(f"{file} is a backup of {found}; this Parlor has {database}.")


def replaced_name(name: str) -> str:
    """Return the name that a database gets when a backup replaces it."""
    return f"{name}.before-{datetime.now():%Y%m%d-%H%M%S-%f}"
