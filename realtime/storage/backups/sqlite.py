"""Backups by SQLite's online backup: one snapshot, while others write. A restore needs that no server runs."""

import os
import shutil
import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager, suppress
from pathlib import Path
from typing import Final

from django.db.backends.base.base import BaseDatabaseWrapper

from realtime.storage.backups.file import BackupError, check_kind, flush, replaced_name
from realtime.storage.sqlite.fair_lock import FairLock
from realtime.storage.sqlite.serving import AlreadyServed, serve_alone

SUFFIXES: Final = ("-wal", "-shm", "")
"""The database is the last one, so that its name is valid until then."""
LOCK_TIMEOUT_S: Final = 20.0


class Sqlite:
    def __init__(self, connection: BaseDatabaseWrapper) -> None:
        self._connection = connection
        self._path = os.path.realpath(str(connection.settings_dict["NAME"]))

    def save(self, draft: str) -> None:
        self._connection.ensure_connection()
        try:
            with closing(sqlite3.connect(draft)) as copy:
                self._connection.connection.backup(copy)
                copy.execute("PRAGMA journal_mode = DELETE")  # alone in its file: no -wal beside it
                _check_integrity(copy, draft)
        except sqlite3.Error as error:
            raise BackupError(f"Cannot write the backup: {error}. Nothing is left of it.") from None
        finally:
            self._connection.close()

    def restore(self, file: str) -> str:
        check_kind("SQLite", file)
        with closing(sqlite3.connect(f"{Path(file).resolve().as_uri()}?immutable=1", uri=True)) as source:
            _check_integrity(source, file)
            with self._exclusive():
                return self._replace(source)

    @contextmanager
    def _exclusive(self) -> Iterator[None]:
        """Exclude servers, and commands that are writing."""
        try:
            serving = serve_alone(self._path, timeout_s=0)
        except AlreadyServed as error:
            raise BackupError(f"{error}: stop it first.") from None
        try:
            lock = FairLock(self._path, LOCK_TIMEOUT_S)
            try:
                yield
            finally:
                lock.release()
        finally:
            os.close(serving)

    def _replace(self, source: sqlite3.Connection) -> str:
        draft = f"{self._path}.restoring"
        Path(draft).unlink(missing_ok=True)
        os.close(os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600))
        try:
            with closing(sqlite3.connect(draft)) as copy:
                source.backup(copy)
        except sqlite3.Error as error:
            Path(draft).unlink(missing_ok=True)
            raise BackupError(f"Cannot write beside {self._path}: {error}. Nothing was changed.") from None
        replaced = self._set_aside(draft) if os.path.exists(self._path) else ""
        flush(draft)
        os.replace(draft, self._path)
        flush(os.path.dirname(self._path))
        return replaced

    def _set_aside(self, draft: str) -> str:
        """Rename the database with its log, which is not read here, because it may be what is broken."""
        shutil.copymode(self._path, draft)
        owner = os.stat(self._path)
        os.chown(draft, owner.st_uid, owner.st_gid)
        replaced = replaced_name(self._path)
        for suffix in SUFFIXES:
            with suppress(FileNotFoundError):
                os.rename(self._path + suffix, replaced + suffix)
        return replaced


def _check_integrity(database: sqlite3.Connection, file: str) -> None:
    try:
        [[result], *_] = database.execute("PRAGMA integrity_check")
        ours = database.execute("SELECT count(*) FROM sqlite_master WHERE name = 'realtime_log'").fetchone()[0]
    except sqlite3.DatabaseError as error:
        raise BackupError(f"{file} is broken: {error}.") from None
    if result != "ok":
        raise BackupError(f"{file} is broken: {result}.")
    if not ours:
        raise BackupError(f"{file} contains no database of Parlor.")
