"""Every transaction is durable and bounded, whatever the server's own settings say, also behind PgBouncer."""

import copy
from collections.abc import Iterator
from typing import Any

import environ
import pytest
from django.conf import settings
from django.db import OperationalError, connection, transaction

from realtime.storage import timeouts
from realtime.storage.postgresql.base import BoundedConnection, DatabaseWrapper
from tests.services.pgbouncer import pgbouncer
from tests.services.tools import missing

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.postgresql]

SHOWN = ("synchronous_commit", "lock_timeout", "idle_in_transaction_session_timeout", "statement_timeout")


def shown(database: Any) -> tuple[str, ...]:
    with database.cursor() as cursor:
        return tuple(cursor.execute(f"SHOW {name}").fetchone()[0] for name in SHOWN)


def shown_in_transaction(database: Any) -> tuple[str, ...]:
    """Begin a transaction as `transaction.atomic` does."""
    database.ensure_connection()
    database.set_autocommit(False)
    try:
        return shown(database)
    finally:
        database.rollback()
        database.set_autocommit(True)


@pytest.fixture
def at() -> Iterator[Any]:
    """Return a function that makes a database from a URL as the settings do, without a pool by default."""
    made: list[DatabaseWrapper] = []

    def database(url: str, **options: Any) -> DatabaseWrapper:
        given = copy.deepcopy(settings.DATABASES["default"]) | environ.Env.db_url_config(url)
        given["OPTIONS"] = (
            settings.DATABASES["default"]["OPTIONS"] | given.get("OPTIONS", {}) | {"pool": None} | options
        )
        made.append(DatabaseWrapper(given, f"test{len(made)}"))
        return made[-1]

    yield database
    for each in made:
        each.close()
        each.close_pool()


@pytest.fixture
def serving() -> Iterator[None]:
    """Set the bound of a process that serves."""
    timeouts.answer_s = 0.2
    yield
    timeouts.answer_s = None


@pytest.fixture
def bouncer(postgres_url: str) -> Iterator[str]:
    if missing(["pgbouncer"]):
        pytest.skip("no PgBouncer: apt install pgbouncer")
    with pgbouncer(postgres_url) as url:
        yield url


def test_transactions_are_durable_and_bounded_when_the_role_says_otherwise(at: Any, postgres_url: str) -> None:
    database = at(f"{postgres_url}?options=-c synchronous_commit=off")
    assert shown_in_transaction(database) == ("on", "5s", "10s", "0")
    assert shown(database)[0] == "on"


def test_serving_process_bounds_statements(at: Any, postgres_url: str, serving: None) -> None:
    assert shown_in_transaction(at(postgres_url))[3] == "200ms"


def test_pgbouncer_with_transaction_pooling_is_served_and_nothing_leaks(at: Any, bouncer: str, serving: None) -> None:
    """A setting that stayed in a server connection would meet whoever gets that connection next."""
    one, other = at(bouncer), at(bouncer)
    for database in (one, other, one, other):
        assert shown_in_transaction(database) == ("on", "5s", "10s", "200ms")
        assert shown(database)[1:] == ("0", "0", "0")


def test_silent_postgresql_is_given_up_and_its_connection_closed(at: Any, postgres_url: str, serving: None) -> None:
    database = at(postgres_url, pool={"min_size": 0, "max_size": 1})
    with pytest.raises(OperationalError, match="PostgreSQL has not answered"), database.cursor() as cursor:
        cursor.execute("SELECT pg_sleep(30)")
    database.close()
    assert shown(database)[0] == "on"


def make_tables_for_ever(cursor: Any) -> None:
    while True:
        cursor.execute("CREATE TABLE never (id int)")
        cursor.execute("DROP TABLE never")


@pytest.mark.parametrize(
    ("setting", "message"),
    [
        ("default_transaction_read_only = on", "read-only transaction"),
        ("idle_in_transaction_session_timeout = 1", "idle-in-transaction timeout|closed the connection"),
    ],
)
def test_useless_connection_counts_as_an_absent_database(
    at: Any, postgres_url: str, setting: str, message: str
) -> None:
    """A new connection works after a failover, or when the process was stopped in a transaction."""
    database = at(postgres_url, pool={"min_size": 0, "max_size": 1})
    with database.cursor() as cursor:
        cursor.execute(f"SET {setting}")
        cursor.execute("BEGIN")
        with pytest.raises(OperationalError, match=message):
            make_tables_for_ever(cursor)
    database.close()
    with database.cursor() as cursor:
        cursor.execute("CREATE TABLE now (id int)")
        cursor.execute("DROP TABLE now")


def test_command_waits_without_a_limit(at: Any, postgres_url: str) -> None:
    with at(postgres_url, pool={"min_size": 0, "max_size": 1}).cursor() as cursor:
        cursor.execute("SELECT pg_sleep(0.3)")


def test_error_has_the_reason_of_failed_connections(at: Any) -> None:
    database = at("postgres://parlor@127.0.0.1:1/parlor", pool={"min_size": 0, "max_size": 1, "timeout": 1})
    with pytest.raises(OperationalError, match="Connection refused"):
        database.ensure_connection()
    BoundedConnection.failure = ""


def test_lock_of_another_connection_has_a_timeout(at: Any, postgres_url: str) -> None:
    name = connection.settings_dict["NAME"]
    other = at(postgres_url.rpartition("/")[0] + f"/{name}")
    other.ensure_connection()
    other.set_autocommit(False)
    with other.cursor() as cursor:
        cursor.execute("LOCK TABLE realtime_log IN EXCLUSIVE MODE")
    other_wait: Any = connection
    other_wait.lock_s = 0.05
    try:
        with pytest.raises(OperationalError, match="lock timeout"), transaction.atomic(), connection.cursor() as cursor:
            cursor.execute("LOCK TABLE realtime_log IN EXCLUSIVE MODE")
    finally:
        other_wait.lock_s = timeouts.LOCK_S
        other.rollback()
        other.set_autocommit(True)
