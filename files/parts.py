"""The bytes of uploads that are not complete: one file each, in a folder of this machine.

The size of the file is the offset of the upload, so a chunk writes no row. File systems extend a file only after its
data, and each chunk is on disk before it is answered.
"""

import errno
import fcntl
import os
import shutil
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Final, Protocol

from django.conf import settings

from files.limits import limits
from realtime import RealtimeError, conflict, unavailable

BLOCK_BYTES: Final = 64 * 1024
LOCK_TIMEOUT_S: Final = 0.2
"""A request that waits for another one of its upload holds up the uploads of other people."""
LOCK_POLL_S: Final = 0.02
FULL: Final = frozenset({errno.ENOSPC, errno.EDQUOT, errno.EFBIG})
DISK_FULL_RETRY_MS: Final = 60_000


class Readable(Protocol):
    def read(self, size: int) -> bytes: ...


def folder() -> Path:
    """Return the folder of the parts, and create it. Only the server may look into it."""
    path = Path(settings.FILE_PARTS)
    path.mkdir(mode=0o700, parents=True, exist_ok=True)
    return path


def disk_full() -> RealtimeError:
    return RealtimeError(503, "disk_full", "the disk of the server is full", retry_after_ms=DISK_FULL_RETRY_MS)


def refuse_full(wanted: int) -> None:
    """Raise 503 when so many bytes would leave less free space on the disk than the database needs."""
    if shutil.disk_usage(folder()).free < wanted + limits().free_bytes:
        raise disk_full()


@contextmanager
def full_disk_refused() -> Iterator[None]:
    """Turn the error of a full disk into 503."""
    try:
        yield
    except OSError as error:
        if error.errno in FULL:
            raise disk_full() from None
        raise


def offset_of(key: str) -> int:
    """Return how many bytes of the upload are on disk. What a killed process left unsynced is synced first."""
    try:
        descriptor = os.open(folder() / key, os.O_RDONLY)
    except FileNotFoundError:
        return 0
    try:
        os.fsync(descriptor)
        return os.fstat(descriptor).st_size
    finally:
        os.close(descriptor)


@contextmanager
def opened(key: str) -> Iterator[int]:
    """Open the file of an upload, alone among all requests and processes. Raise 503 when another one keeps it."""
    descriptor = os.open(folder() / key, os.O_RDWR | os.O_CREAT, 0o600)
    try:
        _lock(descriptor)
        yield descriptor
    finally:
        os.close(descriptor)


def append(descriptor: int, offset: int, size: int, body: Readable) -> int:
    """Append a chunk at this offset and wait until it is on disk. Return the new offset.

    Raise 409 `offset` when the file ends elsewhere, 413 when the chunk goes beyond `size`, and 503 when the disk is
    full. A chunk that fails leaves nothing behind.
    """
    present = os.fstat(descriptor).st_size
    if offset != present:
        raise conflict("offset", "go on from the offset", offset=present)
    refuse_full(size - present)
    try:
        with full_disk_refused():
            end = _copy(body, descriptor, present, size)
            os.fsync(descriptor)
    except BaseException:
        os.ftruncate(descriptor, present)
        raise
    return end


def remove(key: str) -> None:
    (folder() / key).unlink(missing_ok=True)
    shutil.rmtree(work_folder(key), ignore_errors=True)


def work_folder(key: str) -> Path:
    """Return the folder in which the picture of an upload is decoded."""
    return folder() / f"{key}.work"


def present() -> Iterator[tuple[str, float]]:
    """Yield the keys that have parts or a work folder, with the time of their last change in seconds."""
    with os.scandir(folder()) as entries:
        for entry in entries:
            yield entry.name.removesuffix(".work"), entry.stat(follow_symlinks=False).st_mtime


def _copy(body: Readable, descriptor: int, start: int, size: int) -> int:
    at = start
    while block := body.read(BLOCK_BYTES):
        if at + len(block) > size:
            raise RealtimeError(413, "file_too_large", "more bytes than the upload has", most=size)
        at += _write_all(descriptor, block, at)
    return at


def _write_all(descriptor: int, block: bytes, at: int) -> int:
    written = 0
    while written < len(block):
        written += os.pwrite(descriptor, block[written:], at + written)
    return written


def _lock(descriptor: int) -> None:
    deadline = time.monotonic() + LOCK_TIMEOUT_S
    while not _try_lock(descriptor):
        if time.monotonic() >= deadline:
            raise unavailable("another request writes this upload", 1000)
        time.sleep(LOCK_POLL_S)


def _try_lock(descriptor: int) -> bool:
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True
