"""The database backend `realtime.storage.sqlite`: every write, in a transaction or not, takes the fair lock."""

import re
import sqlite3
from collections.abc import Callable
from typing import Any

from django.db.backends.sqlite3 import base, features
from django.db.utils import OperationalError

from realtime.storage import timeouts
from realtime.storage.sqlite.fair_lock import FairLock

TIMEOUT_S = 20
"""A command waits this time for the lock and for SQLite, unless OPTIONS has a `timeout`."""
DURABLE = ("PRAGMA journal_mode = WAL", "PRAGMA synchronous = FULL", "PRAGMA secure_delete = ON")
READS = frozenset({"SELECT", "VALUES", "EXPLAIN", "PRAGMA", "SAVEPOINT", "RELEASE", "COMMIT", "END", "ROLLBACK"})
"""Statements that start with another word may write, BEGIN included, which is immediate here."""
FIRST_WORD = re.compile(r"\s*(\w*)")


class DatabaseFeatures(features.DatabaseFeatures):
    """Declares JSON support. Django tests it in a transaction on every new connection, which would take the lock."""

    supports_json_field = True


class DatabaseWrapper(base.DatabaseWrapper):
    """SQLite with `synchronous = FULL` on every connection, commands included, and a fair lock around every write.

    The lock is taken before the first statement that may write, and released when SQLite has no open transaction.
    """

    features_class = DatabaseFeatures

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.file = ""
        self.timeout_s: float = TIMEOUT_S
        self._lock: FairLock | None = None
        self.execute_wrappers.append(self._execute_with_lock)

    def get_connection_params(self) -> dict[str, Any]:
        params = {"timeout": timeouts.answer_s or TIMEOUT_S, **super().get_connection_params()}
        self.timeout_s = params["timeout"]
        self.transaction_mode: str = self.transaction_mode or "IMMEDIATE"
        return params

    def get_new_connection(self, conn_params: dict[str, Any]) -> sqlite3.Connection:
        connection: sqlite3.Connection = super().get_new_connection(conn_params)
        for pragma in DURABLE:
            connection.execute(pragma)
        self.file = connection.execute("PRAGMA database_list").fetchone()[
            2
        ]  # "" in memory, where no other process writes
        return connection

    def _execute_with_lock(self, execute: Callable[..., Any], sql: str, *rest: Any) -> Any:
        if self._lock is None and self.file and may_write(sql):
            self._lock = self._take_lock()
        try:
            return execute(sql, *rest)
        finally:
            self._release_lock_if_idle()

    def _take_lock(self) -> FairLock:
        try:
            return FairLock(self.file, self.timeout_s)
        except TimeoutError:
            reason = f"database is locked: no turn to write to {self.file} in {self.timeout_s:g} s"
            raise OperationalError(reason) from None

    def _release_lock_if_idle(self) -> None:
        if self._lock and not (self.connection and self.connection.in_transaction):
            self._release_lock()

    def _release_lock(self) -> None:
        if lock := self._lock:
            self._lock = None
            lock.release()

    def commit(self) -> None:
        try:
            super().commit()
        finally:
            self._release_lock_if_idle()

    def rollback(self) -> None:
        try:
            super().rollback()
        finally:
            self._release_lock_if_idle()

    def set_autocommit(self, autocommit: bool, *args: Any, **kwargs: Any) -> None:
        try:
            super().set_autocommit(autocommit, *args, **kwargs)
        finally:
            self._release_lock_if_idle()

    def close(self) -> None:
        try:
            super().close()
        finally:
            if self.connection is None or self.closed_in_transaction:
                self._release_lock()


def may_write(sql: str) -> bool:
    word = FIRST_WORD.match(sql)
    return word is None or word[1].upper() not in READS
