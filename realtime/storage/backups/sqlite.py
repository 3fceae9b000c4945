"""SQLite's online backup: one snapshot, while others write. To restore, no process may be serving."""

import os
import shutil
import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager, suppress
from pathlib import Path
from typing import Final

from django.db.backends.base.base import BaseDatabaseWrapper

from realtime.storage.backups.file import Refused, flush, former_name, refuse_unless_of
from realtime.storage.sqlite.fair_lock import FairLock
from realtime.storage.sqlite.serving import AlreadyServed, serve_alone

BESIDE: Final = ("-wal", "-shm", "")
"""the database last: until then its name still leads to it"""
PATIENCE: Final = 20.0


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
                _refuse_unless_sound(copy, draft)
        except sqlite3.Error as error:
            raise Refused(f"Cannot write the backup: {error}. Nothing is left of it.") from None
        finally:
            self._connection.close()

    def restore(self, file: str) -> str:
        refuse_unless_of("SQLite", file)
        with closing(sqlite3.connect(f"{Path(file).resolve().as_uri()}?immutable=1", uri=True)) as source:
            _refuse_unless_sound(source, file)
            with self._alone():
                return self._replace(source)

    @contextmanager
    def _alone(self) -> Iterator[None]:
        """No server, and no command in the middle of a write."""
        try:
            serving = serve_alone(self._path, patience=0)
        except AlreadyServed as refusal:
            raise Refused(f"{refusal}: stop it first.") from None
        try:
            turn = FairLock(self._path, PATIENCE)
            try:
                yield
            finally:
                turn.end()
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
            raise Refused(f"Cannot write beside {self._path}: {error}. Nothing was changed.") from None
        former = self._set_aside(draft) if os.path.exists(self._path) else ""
        flush(draft)
        os.replace(draft, self._path)
        flush(os.path.dirname(self._path))
        return former

    def _set_aside(self, draft: str) -> str:
        """Its own log goes with it: it is not read here, for it may be what is broken."""
        shutil.copymode(self._path, draft)
        known = os.stat(self._path)
        os.chown(draft, known.st_uid, known.st_gid)
        former = former_name(self._path)
        for suffix in BESIDE:
            with suppress(FileNotFoundError):
                os.rename(self._path + suffix, former + suffix)
        return former


def _refuse_unless_sound(database: sqlite3.Connection, file: str) -> None:
    try:
        [[said], *_] = database.execute("PRAGMA integrity_check")
        ours = database.execute("SELECT count(*) FROM sqlite_master WHERE name = 'realtime_log'").fetchone()[0]
    except sqlite3.DatabaseError as error:
        raise Refused(f"{file} is broken: {error}.") from None
    if said != "ok":
        raise Refused(f"{file} is broken: {said}.")
    if not ours:
        raise Refused(f"{file} holds no database of Parlor.")
