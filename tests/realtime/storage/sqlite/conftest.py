"""A database file of the test's own, and connections to it beside those of the settings."""

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from django.db import connections
from django.db.utils import ConnectionHandler
from pytest_django import DjangoDbBlocker

from realtime.storage.sqlite.base import DatabaseWrapper

Open = Callable[..., DatabaseWrapper]


def connect(name: str, **options: Any) -> DatabaseWrapper:
    settings = {"ENGINE": "realtime.storage.sqlite", "NAME": name, "OPTIONS": options}
    connection = ConnectionHandler({"default": settings})["default"]
    assert isinstance(connection, DatabaseWrapper)
    return connection


@pytest.fixture
def path(tmp_path: Path) -> str:
    return str(tmp_path.resolve() / "parlor.sqlite3")


@pytest.fixture
def open_database(django_db_blocker: DjangoDbBlocker, path: str) -> Iterator[Open]:
    """Return a function that opens a connection, which `atomic(using=alias)` finds by its alias."""
    opened: list[str] = []

    def open_database(alias: str, name: str = path, **options: Any) -> DatabaseWrapper:
        connections[alias] = connection = connect(name, **{"timeout": 0.05, **options})
        connection.alias = alias
        opened.append(alias)
        return connection

    with django_db_blocker.unblock():
        yield open_database
        for alias in opened:
            connections[alias].close()
            del connections[alias]


@pytest.fixture
def database(open_database: Open) -> DatabaseWrapper:
    """Return the connection `ours` with a table `line`, and a table `mark` with a constraint checked at the commit."""
    database = open_database("ours")
    with database.cursor() as cursor:
        cursor.execute("CREATE TABLE line (id INTEGER PRIMARY KEY, author TEXT NOT NULL)")
        cursor.execute("CREATE TABLE mark (line INTEGER REFERENCES line (id) DEFERRABLE INITIALLY DEFERRED)")
    return database
