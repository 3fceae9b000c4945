"""The bodies of files in a backup. They never change, so those that the database names are copied after it.

The folder has the bodies under their names in the storage, and `manifest.json` with the size and SHA-256 of each. A
folder of an earlier backup is completed: a body that is there already is not copied again.
"""

import fcntl
import hashlib
import os
from collections.abc import Iterable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Final

import msgspec

from files import bodies, parts
from files.bodies import THUMB
from files.models import File
from realtime.storage.backups import BackupError

MANIFEST: Final = "manifest.json"
LOCK: Final = ".kept"
BLOCK_BYTES: Final = 1024 * 1024
ROWS_AT_ONCE: Final = 1_000


class Entry(msgspec.Struct, frozen=True):
    """A body in the manifest."""

    size: int
    digest: str


Manifest = dict[str, Entry]


@contextmanager
def bodies_kept(*, wait: bool = True) -> Iterator[bool]:
    """Keep all processes of this machine from deleting bodies. Without `wait`, yield False while another one does."""
    descriptor = os.open(parts.folder() / LOCK, os.O_RDWR | os.O_CREAT, 0o600)
    try:
        yield _locked(descriptor, wait)
    finally:
        os.close(descriptor)


def _locked(descriptor: int, wait: bool) -> bool:
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | (0 if wait else fcntl.LOCK_NB))
    except BlockingIOError:
        return False
    return True


class FilesInBackups:
    """The companion of the database: see `realtime.storage.backups.companions`."""

    @contextmanager
    def held(self) -> Iterator[None]:
        with bodies_kept():
            yield

    def save(self, folder: Path) -> Iterable[str]:
        names = list(named())
        if not names and not folder.exists():
            return []
        before = _manifest(folder)
        manifest, missing = {}, 0
        for name in names:
            entry = before.get(name) if (folder / name).is_file() else None
            if entry := entry or _copy(name, folder / name):
                manifest[name] = entry
            else:
                missing += 1
        _write_manifest(folder, manifest)
        _remove_others(folder, manifest)
        size = sum(entry.size for entry in manifest.values())
        told = [f"{folder}: {len(manifest):,} bodies of files, {size:,} bytes."]
        return [*told, f"{missing:,} bodies are missing in the storage."] if missing else told

    def check(self, folder: Path) -> None:
        """Read every body and compare it with the manifest."""
        for name, entry in _manifest(folder).items():
            path = folder / name
            if not path.is_file():
                raise BackupError(f"{path} is missing. Nothing was changed.")
            with path.open("rb") as opened:
                if hashlib.file_digest(opened, "sha256").hexdigest() != entry.digest:
                    raise BackupError(f"{path} is damaged. Nothing was changed.")

    def restore(self, folder: Path) -> Iterable[str]:
        manifest, storage = _manifest(folder), bodies.storage()
        copied = missing = 0
        for name in named():
            if storage.exists(name) and (name not in manifest or storage.size(name) == manifest[name].size):
                continue
            if name in manifest:
                bodies.save(name, folder / name)
                copied += 1
            else:
                missing += 1
        told = [f"{copied:,} bodies of files were copied back."] if copied else []
        return [*told, f"{missing:,} bodies of files are missing."] if missing else told


def named() -> Iterator[str]:
    """Yield the names of all bodies and thumbnails that the database names."""
    rows = File.objects.exclude(body="").order_by("pk").values_list("body", "thumb")
    for body, thumb in rows.iterator(chunk_size=ROWS_AT_ONCE):
        yield body
        if thumb:
            yield f"{body}{THUMB}"


def _copy(name: str, to: Path) -> Entry | None:
    """Copy a body out of the storage, or return None when it is missing there."""
    to.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    draft = to.with_name(f"{to.name}.draft")
    digest, size = hashlib.sha256(), 0
    try:
        with bodies.storage().open(name) as source, draft.open("wb") as target:
            while block := source.read(BLOCK_BYTES):
                digest.update(block)
                size += target.write(block)
            target.flush()
            os.fsync(target.fileno())
        draft.replace(to)
    except FileNotFoundError:
        return None
    except OSError as error:
        raise BackupError(f"Cannot write {to}: {error.strerror}.") from None
    finally:
        draft.unlink(missing_ok=True)
    return Entry(size, digest.hexdigest())


def _manifest(folder: Path) -> Manifest:
    try:
        return msgspec.json.decode((folder / MANIFEST).read_bytes(), type=Manifest)
    except FileNotFoundError:
        return {}
    except (OSError, msgspec.DecodeError) as error:
        raise BackupError(f"{folder / MANIFEST} cannot be read: {error}.") from None


def _write_manifest(folder: Path, manifest: Manifest) -> None:
    folder.mkdir(mode=0o700, exist_ok=True)
    draft = folder / f"{MANIFEST}.draft"
    draft.write_bytes(msgspec.json.encode(manifest))
    draft.replace(folder / MANIFEST)


def _remove_others(folder: Path, manifest: Manifest) -> None:
    """Remove the bodies of an earlier backup in this folder that this one does not name: they were deleted since."""
    for path in folder.glob("*/*"):
        if path.relative_to(folder).as_posix() not in manifest:
            with suppress(OSError):
                path.unlink()
