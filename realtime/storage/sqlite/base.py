"""The backend that `ENGINE = "realtime.storage.sqlite"` names. Every write, in a transaction or not, takes its turn."""

import re
import sqlite3
from collections.abc import Callable
from typing import Any

from django.db.backends.sqlite3 import base, features
from django.db.utils import OperationalError

from realtime.storage import timeouts
from realtime.storage.sqlite.fair_lock import FairLock

PATIENCE = 20  # seconds a command waits, for its turn and for SQLite, unless OPTIONS has a `timeout`
DURABLE = ("PRAGMA journal_mode = WAL", "PRAGMA synchronous = FULL", "PRAGMA secure_delete = ON")
# Whatever starts otherwise may write, BEGIN included: here it is immediate.
READS = frozenset({"SELECT", "VALUES", "EXPLAIN", "PRAGMA", "SAVEPOINT", "RELEASE", "COMMIT", "END", "ROLLBACK"})
FIRST_WORD = re.compile(r"\s*(\w*)")


class DatabaseFeatures(features.DatabaseFeatures):
    """Django finds JSON out in a transaction of every new connection, which would take a turn of the writers'."""

    supports_json_field = True


class DatabaseWrapper(base.DatabaseWrapper):
    """SQLite with `synchronous = FULL` on every connection, commands included, and a turnstile before every write.

    A turn begins before the first statement that may write and ends where SQLite says that no transaction is open.
    """

    features_class = DatabaseFeatures

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.file = ""
        self.patience: float = PATIENCE
        self._turn: FairLock | None = None
        self.execute_wrappers.append(self._execute_in_turn)

    def get_connection_params(self) -> dict[str, Any]:
        params = {"timeout": timeouts.answer_s or PATIENCE, **super().get_connection_params()}
        self.patience = params["timeout"]
        self.transaction_mode: str = self.transaction_mode or "IMMEDIATE"
        return params

    def get_new_connection(self, conn_params: dict[str, Any]) -> sqlite3.Connection:
        connection: sqlite3.Connection = super().get_new_connection(conn_params)
        for pragma in DURABLE:
            connection.execute(pragma)
        self.file = connection.execute("PRAGMA database_list").fetchone()[2]  # "" in memory, where nobody else writes
        return connection

    def _execute_in_turn(self, execute: Callable[..., Any], sql: str, *rest: Any) -> Any:
        if self._turn is None and self.file and may_write(sql):
            self._turn = self._wait_for_turn()
        try:
            return execute(sql, *rest)
        finally:
            self._end_turn_if_idle()

    def _wait_for_turn(self) -> FairLock:
        try:
            return FairLock(self.file, self.patience)
        except TimeoutError:
            reason = f"database is locked: no turn to write to {self.file} in {self.patience:g} s"
            raise OperationalError(reason) from None

    def _end_turn_if_idle(self) -> None:
        if self._turn and not (self.connection and self.connection.in_transaction):
            self._end_turn()

    def _end_turn(self) -> None:
        if turn := self._turn:
            self._turn = None
            turn.end()

    def commit(self) -> None:
        try:
            super().commit()
        finally:
            self._end_turn_if_idle()

    def rollback(self) -> None:
        try:
            super().rollback()
        finally:
            self._end_turn_if_idle()

    def set_autocommit(self, autocommit: bool, *args: Any, **kwargs: Any) -> None:
        try:
            super().set_autocommit(autocommit, *args, **kwargs)
        finally:
            self._end_turn_if_idle()

    def close(self) -> None:
        try:
            super().close()
        finally:
            if self.connection is None or self.closed_in_transaction:
                self._end_turn()


def may_write(sql: str) -> bool:
    word = FIRST_WORD.match(sql)
    return word is None or word[1].upper() not in READS
