"""The log as the database has it, read past the product's own code."""

import sqlite3
from collections.abc import Sequence
from contextlib import closing
from typing import Any, Protocol
from urllib.parse import urlsplit

import psycopg

from tests.chaos.checker import Reacted, Reply, Row

HEADS = "SELECT key, head FROM realtime_log"
ROWS = (
    'SELECT l.key, e."offset", e.tag, e.kind, e.actor, e.cid, e.data '
    'FROM realtime_event e JOIN realtime_log l ON l.id = e.log_id ORDER BY e.log_id, e."offset"'
)
MESSAGES = (
    'SELECT l.key, m."offset", m.reactions FROM chat_message m JOIN realtime_log l ON l.id = m.log_id '
    'ORDER BY m.log_id, m."offset"'
)
REPLIES = (
    'SELECT l.key, m."offset", other.key, original."offset" FROM chat_message m JOIN realtime_log l ON l.id = m.log_id '
    "LEFT JOIN chat_message original ON original.id = m.reply_to_id "
    "LEFT JOIN realtime_log other ON other.id = original.log_id WHERE m.reply_to_id IS NOT NULL"
)


class Database(Protocol):
    url: str

    def query(self, sql: str) -> Sequence[tuple[Any, ...]]: ...


class Sqlite:
    def __init__(self, path: str) -> None:
        self.url = f"sqlite:///{path}"
        self._path = path

    def query(self, sql: str) -> Sequence[tuple[Any, ...]]:
        with closing(sqlite3.connect(f"file:{self._path}?mode=ro", uri=True)) as connection:
            return connection.execute(sql).fetchall()


class Postgres:
    """A database of its own in the server at `url`; `drop` removes it, whoever still uses it."""

    def __init__(self, url: str, name: str) -> None:
        self._server = url
        self._name = name
        self.url = urlsplit(url)._replace(path=f"/{name}").geturl()

    def create(self) -> None:
        self._administer(f'CREATE DATABASE "{self._name}"')

    def drop(self) -> None:
        self._administer(f'DROP DATABASE IF EXISTS "{self._name}" WITH (FORCE)')

    def query(self, sql: str) -> Sequence[tuple[Any, ...]]:
        with psycopg.connect(self.url) as connection:
            return connection.execute(sql.encode()).fetchall()

    def _administer(self, sql: str) -> None:
        with psycopg.connect(self._server, autocommit=True) as connection:
            connection.execute(sql.encode())


def heads(database: Database) -> dict[str, int]:
    return {str(key): int(head) for key, head in database.query(HEADS)}


def rows(database: Database) -> list[Row]:
    return [Row(*row) for row in database.query(ROWS)]


def messages(database: Database) -> list[Reacted]:
    return [Reacted(*row) for row in database.query(MESSAGES)]


def replies(database: Database) -> list[Reply]:
    return [Reply(*row) for row in database.query(REPLIES)]
