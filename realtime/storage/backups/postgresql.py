"""Backups by PostgreSQL's own tools, in the custom format. A restore fills a new database and then renames it."""

import secrets
import shutil
import subprocess
from collections.abc import Sequence
from os import environ

from django.db import DatabaseError
from django.db.backends.base.base import BaseDatabaseWrapper
from django.db.backends.postgresql.client import DatabaseClient

from realtime.storage.backups.file import BackupError, check_kind, replaced_name

PROPERTIES = "SELECT pg_encoding_to_char(encoding), datcollate, datctype FROM pg_database WHERE datname = %s"
CONNECTED = "SELECT count(*) FROM pg_stat_activity WHERE datname = %s"

PERMISSIONS = "The user of DATABASE_URL must own the database and have CREATEDB."


class Postgresql:
    """Backups without a connection to the database itself, which could not be renamed then."""

    def __init__(self, connection: BaseDatabaseWrapper) -> None:
        self._connection = connection
        self._name = str(connection.settings_dict["NAME"])

    def save(self, draft: str) -> None:
        self._run("pg_dump", [f"--file={draft}", "--format=custom"], self._name)
        self._run("pg_restore", ["--list", draft])

    def restore(self, file: str) -> str:
        check_kind("PostgreSQL", file)
        self._run("pg_restore", ["--list", file])
        self._check_unused()
        draft = f"{self._name}_restoring_{secrets.token_hex(4)}"
        try:
            self._create(draft)
            arguments = ["--exit-on-error", "--no-owner", "--no-privileges", "--single-transaction"]
            self._run("pg_restore", [*arguments, f"--dbname={draft}", file])
            self._run("vacuumdb", ["--quiet", "--analyze-only"], draft)  # it has no statistics yet
            return self._exchange(draft)
        except DatabaseError as error:
            raise BackupError(f"{str(error).strip()}. Nothing was changed. {PERMISSIONS}") from None
        finally:
            self._administer(f"DROP DATABASE IF EXISTS {self._quoted(draft)}")

    def _check_unused(self) -> None:
        with self._connection._nodb_cursor() as cursor:
            cursor.execute(CONNECTED, [self._name])
            [others] = cursor.fetchone()
        if others:
            raise BackupError(f"There are {others} connections to {self._name}: stop every server and command first.")

    def _create(self, draft: str) -> None:
        with self._connection._nodb_cursor() as cursor:
            cursor.execute(PROPERTIES, [self._name])
            encoding, *names = cursor.fetchone()
            collate, kind = (value.replace("'", "''") for value in names)
            locale = f"ENCODING '{encoding}' LC_COLLATE '{collate}' LC_CTYPE '{kind}'"
            cursor.execute(f"CREATE DATABASE {self._quoted(draft)} TEMPLATE template0 {locale}")

    def _exchange(self, draft: str) -> str:
        """Rename both databases in one transaction. PostgreSQL renames no database that has connections."""
        replaced = replaced_name(self._name)
        name, aside, restored = map(self._quoted, (self._name, replaced, draft))
        self._administer(
            f"BEGIN; ALTER DATABASE {name} RENAME TO {aside}; ALTER DATABASE {restored} RENAME TO {name}; COMMIT"
        )
        return replaced

    def _administer(self, sql: str) -> None:
        with self._connection._nodb_cursor() as cursor:
            cursor.execute(sql)

    def _quoted(self, name: str) -> str:
        return self._connection.ops.quote_name(name)

    def _run(self, program: str, options: Sequence[str], *database: str) -> None:
        """Run a program. It gets the password by the environment: other users can read command lines."""
        if not shutil.which(program):
            raise BackupError(f"{program} is missing. On Debian or Ubuntu: apt install postgresql-client")
        settings = {**self._connection.settings_dict, "NAME": "any"}
        (_, *where, _), secret = DatabaseClient.settings_to_cmd_args_env(settings, [])
        done = subprocess.run(  # noqa: S603 - both programs are named above
            [program, "--no-password", *where, *options, *database],
            env={**environ, **(secret or {})},
            stdout=subprocess.DEVNULL,
            stderr=subprocess.PIPE,
            text=True,
            check=False,
        )
        if done.returncode:
            raise BackupError(f"{program}: {done.stderr.strip()}")
