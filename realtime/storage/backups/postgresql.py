"""PostgreSQL's own tools, in the custom format. What is restored gets a database of its own, then the name."""

import secrets
import shutil
import subprocess
from collections.abc import Sequence
from os import environ

from django.db import DatabaseError
from django.db.backends.base.base import BaseDatabaseWrapper
from django.db.backends.postgresql.client import DatabaseClient

from realtime.storage.backups.file import Refused, former_name, refuse_unless_of

PROPERTIES = "SELECT pg_encoding_to_char(encoding), datcollate, datctype FROM pg_database WHERE datname = %s"
CONNECTED = "SELECT count(*) FROM pg_stat_activity WHERE datname = %s"

RIGHTS = "The user of DATABASE_URL must own the database and have CREATEDB."


class Postgresql:
    """Nothing here opens a connection to the database itself: it could not be renamed then."""

    def __init__(self, connection: BaseDatabaseWrapper) -> None:
        self._connection = connection
        self._name = str(connection.settings_dict["NAME"])

    def save(self, draft: str) -> None:
        self._run("pg_dump", [f"--file={draft}", "--format=custom"], self._name)
        self._run("pg_restore", ["--list", draft])

    def restore(self, file: str) -> str:
        refuse_unless_of("PostgreSQL", file)
        self._run("pg_restore", ["--list", file])
        self._refuse_while_connected()
        draft = f"{self._name}_restoring_{secrets.token_hex(4)}"
        try:
            self._make(draft)
            arguments = ["--exit-on-error", "--no-owner", "--no-privileges", "--single-transaction"]
            self._run("pg_restore", [*arguments, f"--dbname={draft}", file])
            self._run("vacuumdb", ["--quiet", "--analyze-only"], draft)  # nobody has counted yet what is in it
            return self._exchange(draft)
        except DatabaseError as error:
            raise Refused(f"{str(error).strip()}. Nothing was changed. {RIGHTS}") from None
        finally:
            self._administer(f"DROP DATABASE IF EXISTS {self._quoted(draft)}")

    def _refuse_while_connected(self) -> None:
        with self._connection._nodb_cursor() as cursor:
            cursor.execute(CONNECTED, [self._name])
            [others] = cursor.fetchone()
        if others:
            raise Refused(f"There are {others} connections to {self._name}: stop every server and command first.")

    def _make(self, draft: str) -> None:
        with self._connection._nodb_cursor() as cursor:
            cursor.execute(PROPERTIES, [self._name])
            encoding, *names = cursor.fetchone()
            collate, kind = (value.replace("'", "''") for value in names)
            locale = f"ENCODING '{encoding}' LC_COLLATE '{collate}' LC_CTYPE '{kind}'"
            cursor.execute(f"CREATE DATABASE {self._quoted(draft)} TEMPLATE template0 {locale}")

    def _exchange(self, draft: str) -> str:
        """Both names in one transaction. PostgreSQL renames no database that somebody is connected to."""
        former = former_name(self._name)
        name, aside, restored = map(self._quoted, (self._name, former, draft))
        self._administer(
            f"BEGIN; ALTER DATABASE {name} RENAME TO {aside}; ALTER DATABASE {restored} RENAME TO {name}; COMMIT"
        )
        return former

    def _administer(self, sql: str) -> None:
        with self._connection._nodb_cursor() as cursor:
            cursor.execute(sql)

    def _quoted(self, name: str) -> str:
        return self._connection.ops.quote_name(name)

    def _run(self, program: str, options: Sequence[str], *database: str) -> None:
        """The password goes by the environment, not by the command line that everybody sees."""
        if not shutil.which(program):
            raise Refused(f"{program} is missing. On Debian or Ubuntu: apt install postgresql-client")
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
            raise Refused(f"{program}: {done.stderr.strip()}")
