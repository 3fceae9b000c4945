"""The database backend `realtime.storage.postgresql`. It works with PgBouncer, also with transaction pooling.

PgBouncer refuses the start-up parameter `options`, and with transaction pooling a `SET` may reach another server
connection than the next statement. Every transaction therefore sets its timeouts by `SET LOCAL`. A stopped server
obeys none of its own timeouts, so the client has one too.
"""

from typing import Any, ClassVar

import psycopg
from django.db.backends.postgresql import base
from psycopg import errors
from psycopg.errors import _WaitTimeout
from psycopg_pool import PoolTimeout

from realtime.storage import timeouts

CONNECTION_LOST = (errors.IdleInTransactionSessionTimeout, errors.ReadOnlySqlTransaction)
"""Errors that make a connection useless: the server ended the transaction, or is a standby now."""


class BoundedConnection(psycopg.Connection[Any]):
    """A connection that is closed after `timeouts.answer_s` without an answer, because the answer may still come."""

    failure: ClassVar[str] = ""
    """The error of the last attempt to connect; empty after a success."""

    @classmethod
    def connect(cls, conninfo: str = "", **options: Any) -> Any:
        try:
            connection = super().connect(conninfo, **options)
        except psycopg.Error as error:
            BoundedConnection.failure = " ".join(str(error).split())
            raise
        BoundedConnection.failure = ""
        return connection

    def wait(self, gen: Any, interval: float = 0.1, timeout: float | None = None) -> Any:
        """Wait with a timeout. An open connection sends and receives everything through this method."""
        if timeout is not None:
            return super().wait(gen, interval, timeout)
        try:
            return super().wait(gen, interval, timeouts.answer_s)
        except _WaitTimeout:
            self.pgconn.finish()
            raise psycopg.OperationalError(f"PostgreSQL has not answered for {timeouts.answer_s:g} s") from None
        except CONNECTION_LOST as error:
            self.pgconn.finish()
            raise psycopg.OperationalError(str(error)) from error


class DatabaseWrapper(base.DatabaseWrapper):
    """PostgreSQL with `synchronous_commit = on` and timeouts in every transaction."""

    lock_s = timeouts.LOCK_S
    """The time for which this connection's transactions wait for a lock."""

    def __init__(self, settings_dict: dict[str, Any], *args: Any, **kwargs: Any) -> None:
        if pool := settings_dict["OPTIONS"].get("pool"):
            pool.setdefault("connection_class", BoundedConnection)
        super().__init__(settings_dict, *args, **kwargs)

    def get_new_connection(self, conn_params: dict[str, Any]) -> Any:
        try:
            return super().get_new_connection(conn_params)
        except PoolTimeout as error:  # the pool's own message does not say why
            raise PoolTimeout(": ".join(filter(None, [str(error), BoundedConnection.failure]))) from None

    def _configure_connection(self, connection: Any) -> bool:
        """Set `synchronous_commit` for statements outside a transaction.

        With PgBouncer's transaction pooling the database role must have the setting.
        """
        super()._configure_connection(connection)  # type: ignore[misc]
        connection.execute("SET synchronous_commit = on")
        return True

    def _set_autocommit(self, autocommit: bool) -> None:
        super()._set_autocommit(autocommit)  # type: ignore[misc]
        if not autocommit:
            with self.wrap_database_errors:
                self.connection.execute(self._local_settings())

    def _local_settings(self) -> str:
        """Return all settings as one message. `statement_timeout` ends statements that nobody waits for any more."""
        times = {
            "lock_timeout": self.lock_s,
            "idle_in_transaction_session_timeout": timeouts.IDLE_S,
            **({"statement_timeout": timeouts.answer_s} if timeouts.answer_s else {}),
        }
        settings = [f"SET LOCAL {name} = {round(seconds * 1000)}" for name, seconds in times.items()]
        return "; ".join(["SET LOCAL synchronous_commit = on", *settings])
