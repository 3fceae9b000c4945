"""A file that is there whole or not at all, readable by its owner only."""

import os
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path
from typing import Final

HEADS: Final = {b"SQLite format 3\0": "SQLite", b"PGDMP": "PostgreSQL"}


class Refused(Exception):
    """Why nothing was done."""


@contextmanager
def draft(file: Path, *, replace: bool) -> Iterator[str]:
    """An empty file beside it, which gets its name once all of it is on disk."""
    if file.exists() and not replace:
        raise Refused(f"{file} exists; --force replaces it.")
    try:
        descriptor, name = tempfile.mkstemp(prefix=f".{file.name}.", dir=file.parent)  # made with mode 600
    except OSError as error:
        raise Refused(f"Cannot write to {file.parent}: {error.strerror}.") from None
    os.close(descriptor)
    try:
        yield name
        flush(name)
        _give_name(name, file, replace)
        flush(file.parent)
    except OSError as error:
        raise Refused(f"Cannot write {file}: {error.strerror}. Nothing is left of it.") from None
    finally:
        Path(name).unlink(missing_ok=True)


def _give_name(name: str, file: Path, replace: bool) -> None:
    if replace:
        os.replace(name, file)
        return
    try:
        os.link(name, file)
    except FileExistsError:
        raise Refused(f"{file} has come to be meanwhile; --force replaces it.") from None


def flush(path: str | Path) -> None:
    """What was written is on disk; of a folder, its names."""
    descriptor = os.open(path, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def refuse_unless_of(database: str, file: str) -> None:
    try:
        with open(file, "rb") as opened:
            start = opened.read(16)
    except OSError as error:
        raise Refused(f"Cannot read {file}: {error.strerror}.") from None
    found = next((name for head, name in HEADS.items() if start.startswith(head)), None)
    if found is None:
        raise Refused(f"{file} is no backup of Parlor.")
    if found != database:
        raise Refused(f"{file} is a backup of {found}; this Parlor has {database}.")


def former_name(name: str) -> str:
    """What the database is called once another has taken its place."""
    return f"{name}.before-{datetime.now():%Y%m%d-%H%M%S-%f}"
