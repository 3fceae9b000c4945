from collections.abc import Iterator
from pathlib import Path

import pytest
from django.db import DatabaseError, IntegrityError, OperationalError, connections, transaction
from pytest_django import DjangoDbBlocker

from realtime.storage import timeouts
from realtime.storage.sqlite.base import DatabaseWrapper, may_write
from realtime.storage.sqlite.fair_lock import FairLock
from tests.realtime.storage.sqlite.conftest import Open

POST = "INSERT INTO line (author) VALUES ('ada')"


def is_free(path: str) -> bool:
    try:
        FairLock(path, 0).release()
    except TimeoutError:
        return False
    return True


def run(database: DatabaseWrapper, sql: str) -> list[tuple[object, ...]]:
    with database.cursor() as cursor:
        cursor.execute(sql)
        return list(cursor.fetchall())


@pytest.fixture
def elsewhere(database: DatabaseWrapper, path: str) -> Iterator[FairLock]:
    """Let another process hold the lock."""
    held = FairLock(path, 20)
    yield held
    held.release()


@pytest.mark.django_db
def test_configured_connection_waits_for_the_disk() -> None:
    if connections["default"].vendor == "sqlite":
        assert isinstance(connections["default"], DatabaseWrapper)
        assert run(connections["default"], "PRAGMA synchronous") == [(2,)]


@pytest.mark.parametrize("options", [{}, {"init_command": "PRAGMA synchronous = OFF; PRAGMA secure_delete = OFF"}])
def test_every_connection_is_durable_and_erases_what_it_deletes(open_database: Open, options: dict[str, str]) -> None:
    database = open_database("ours", **options)
    assert run(database, "PRAGMA synchronous") == [(2,)]
    assert run(database, "PRAGMA journal_mode") == [("wal",)]
    assert run(database, "PRAGMA secure_delete") == [(1,)]


def test_transaction_takes_the_write_lock_at_its_start(database: DatabaseWrapper) -> None:
    with transaction.atomic(using="ours"):
        assert database.transaction_mode == "IMMEDIATE"
        assert database.connection.in_transaction


def test_transaction_holds_the_fair_lock_until_the_commit(database: DatabaseWrapper, path: str) -> None:
    with transaction.atomic(using="ours"):
        run(database, POST)
        assert not is_free(path)
    assert is_free(path)


def test_fair_lock_is_released_before_on_commit_functions_run(database: DatabaseWrapper, path: str) -> None:
    free = []
    with transaction.atomic(using="ours"):
        transaction.on_commit(lambda: free.append(is_free(path)), using="ours")
    assert free == [True]


def test_savepoints_keep_the_lock_of_their_transaction(database: DatabaseWrapper, path: str) -> None:
    with transaction.atomic(using="ours"):
        with transaction.atomic(using="ours"):
            run(database, POST)
        with pytest.raises(IntegrityError), transaction.atomic(using="ours"):
            run(database, "INSERT INTO line (author) VALUES (NULL)")
        assert not is_free(path)
    assert is_free(path)
    assert run(database, "SELECT author FROM line") == [("ada",)]


def test_transaction_without_autocommit_holds_the_lock_from_its_first_write(
    database: DatabaseWrapper, path: str
) -> None:
    transaction.set_autocommit(False, using="ours")
    run(database, "SELECT 1")
    assert is_free(path)
    run(database, POST)
    assert not is_free(path)
    transaction.commit(using="ours")
    assert is_free(path)
    run(database, POST)
    transaction.rollback(using="ours")
    assert is_free(path)
    run(database, POST)
    transaction.set_autocommit(True, using="ours")
    assert is_free(path)


def test_explicit_begin_takes_the_fair_lock(database: DatabaseWrapper, path: str) -> None:
    run(database, "BEGIN")
    assert not is_free(path)
    run(database, "ROLLBACK")
    assert is_free(path)


def test_single_write_takes_and_releases_the_lock(database: DatabaseWrapper, path: str) -> None:
    run(database, POST)
    with database.cursor() as cursor:
        cursor.executemany("INSERT INTO line (author) VALUES (%s)", [("bob",), ("cy",)])
    assert is_free(path)
    assert run(database, "SELECT count(*) FROM line") == [(3,)]


@pytest.mark.parametrize(
    "sql", ["BEGIN", POST, " update line SET author = 'x'", "DELETE FROM line", "DROP TABLE mark", "/* */ " + POST]
)
@pytest.mark.usefixtures("elsewhere")
def test_write_reports_a_timeout_of_the_fair_lock(database: DatabaseWrapper, path: str, sql: str) -> None:
    with pytest.raises(OperationalError, match=rf"database is locked: no turn to write to {path} in 0.05 s"):
        run(database, sql)


def test_writer_may_retry_after_a_timeout(database: DatabaseWrapper, path: str) -> None:
    held = FairLock(path, 20)
    with pytest.raises(OperationalError), transaction.atomic(using="ours"):
        pass
    held.release()
    with transaction.atomic(using="ours"):
        run(database, POST)
    assert is_free(path)


@pytest.mark.usefixtures("elsewhere")
def test_reader_waits_for_no_lock(database: DatabaseWrapper) -> None:
    assert run(database, "SELECT count(*) FROM line") == [(0,)]
    assert run(database, "PRAGMA foreign_key_check") == []


@pytest.mark.parametrize("sql", ["SELECT 1", " select 1", "\nSELECT 1", "PRAGMA x", 'SAVEPOINT "s"', "COMMIT;"])
def test_reading_statements_are_recognised(sql: str) -> None:
    assert not may_write(sql)


# No lock outlives an error


def test_failed_statement_releases_the_lock(database: DatabaseWrapper, path: str) -> None:
    with pytest.raises(IntegrityError):
        run(database, "INSERT INTO line (author) VALUES (NULL)")
    assert is_free(path)


def test_error_in_a_transaction_releases_the_lock(database: DatabaseWrapper, path: str) -> None:
    with pytest.raises(DatabaseError), transaction.atomic(using="ours"):
        run(database, "INSERT INTO nowhere VALUES (1)")
    assert is_free(path)


def test_failed_commit_releases_the_lock(database: DatabaseWrapper, path: str) -> None:
    with pytest.raises(IntegrityError), transaction.atomic(using="ours"):
        run(database, "INSERT INTO mark (line) VALUES (404)")
    assert is_free(path)
    assert run(database, "SELECT count(*) FROM mark") == [(0,)]


def test_closing_releases_the_lock(database: DatabaseWrapper, path: str) -> None:
    with transaction.atomic(using="ours"):
        run(database, POST)
        database.close()
        assert is_free(path)
    assert run(database, "SELECT count(*) FROM line") == [(0,)]


def test_failed_begin_releases_the_lock(open_database: Open, database: DatabaseWrapper, path: str) -> None:
    """A program that does not use this backend holds SQLite's own lock."""
    foreigner = open_database("theirs")
    foreigner.ensure_connection()
    foreigner.connection.execute("BEGIN IMMEDIATE")
    with pytest.raises(OperationalError, match="database is locked"), transaction.atomic(using="ours"):
        pass
    foreigner.connection.execute("ROLLBACK")
    assert is_free(path)


def test_database_in_memory_has_no_fair_lock(
    open_database: Open, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, django_db_blocker: DjangoDbBlocker
) -> None:
    monkeypatch.chdir(tmp_path)
    for alias, name in [("first", ":memory:"), ("second", "file:shared?mode=memory&cache=shared")]:
        database = open_database(alias, name)
        with transaction.atomic(using=alias):
            run(database, "CREATE TABLE line (id INTEGER PRIMARY KEY)")
        database.connection.close()
    assert list(tmp_path.iterdir()) == []


def test_serving_process_waits_for_the_lock_no_longer_than_for_an_answer(monkeypatch: pytest.MonkeyPatch) -> None:
    """The holder may be stopped: its lock ends with the process only. A command takes its time."""
    database = DatabaseWrapper({"NAME": "any", "OPTIONS": {}}, "any")
    assert (database.get_connection_params()["timeout"], database.timeout_s) == (20, 20)
    monkeypatch.setattr(timeouts, "answer_s", 0.1)
    assert (database.get_connection_params()["timeout"], database.timeout_s) == (0.1, 0.1)
