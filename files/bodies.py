"""The bodies of complete files, in `STORAGES["files"]`. A body never changes: it is written once, read and deleted."""

import hashlib
import os
from pathlib import Path
from typing import Any, Final, NamedTuple

from django.core.files import File as Opened
from django.core.files.storage import FileSystemStorage, Storage, storages

from files.parts import full_disk_refused

THUMB: Final = ".thumb"
"""The ending of a thumbnail's name."""


class FolderStorage(FileSystemStorage):
    """Stores bodies in a folder, and waits until they are on disk."""

    def _save(self, name: str, content: Any) -> str:
        stored: str = super()._save(name, content)  # type: ignore[misc]
        path = self.path(stored)
        for each in (path, os.path.dirname(path), self.location):
            _flush(each)
        return stored


class Body(NamedTuple):
    """A stored body: its name in the storage, its size, and the SHA-256 of its bytes."""

    name: str
    size: int
    digest: str


def storage() -> Storage:
    return storages["files"]


def name_of(key: str) -> str:
    """Return the name of a body: a thousand files in one folder are slow."""
    return f"{key[:2].lower()}/{key}"


def save(name: str, source: Path) -> Body:
    """Store a body, in the place of one that an interrupted attempt has left. Raise 503 when the disk is full."""
    to = storage()
    to.delete(name)
    with full_disk_refused(), open(source, "rb") as opened:
        digest = hashlib.file_digest(opened, "sha256").hexdigest()
        opened.seek(0)
        stored = to.save(name, Opened(opened, name))
    return Body(stored, source.stat().st_size, digest)


def delete(name: str) -> None:
    """Delete a body and its thumbnail. It is no error when they are gone already."""
    storage().delete(name)
    storage().delete(f"{name}{THUMB}")


def _flush(path: str | os.PathLike[str]) -> None:
    descriptor = os.open(path, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
