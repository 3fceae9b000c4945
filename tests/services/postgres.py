"""Run a PostgreSQL server on a private port, with a temporary folder."""

import os
import pwd
import shutil
import subprocess
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

import psycopg

from tests.services.ports import free_port


def binaries() -> Path | None:
    """Return the folder of `initdb`; Debian keeps one for each version outside PATH."""
    folders = [path.parent for path in Path("/usr/lib/postgresql").glob("*/bin/initdb")]
    if folders:
        return max(folders, key=lambda folder: int(folder.parent.name))
    found = shutil.which("initdb")
    return Path(found).resolve().parent if found else None


def owner() -> str | None:
    """Return the user that PostgreSQL runs as, because it refuses root; None for the present user."""
    if os.geteuid() != 0:
        return None
    known = {entry.pw_name for entry in pwd.getpwall()}
    return "postgres" if "postgres" in known else "nobody"


def _run(command: Sequence[str], folder: Path) -> None:
    user = owner()
    switch = {"user": user, "group": pwd.getpwnam(user).pw_gid, "extra_groups": []} if user else {}
    with (folder / "output").open("ab") as output:
        done = subprocess.run(command, cwd=folder, stdout=output, stderr=output, check=False, **switch)  # type: ignore[call-overload]
    if done.returncode:
        raise RuntimeError("\n".join(path.read_text() for path in (folder / "output", folder / "log") if path.exists()))


@contextmanager
def postgres(*, durable: bool = False) -> Iterator[str]:
    """Yield a DATABASE_URL whose user may create databases. With `durable` it waits for the disk."""
    programs = binaries()
    assert programs, "PostgreSQL is not installed"
    folder = Path(tempfile.mkdtemp(prefix="parlor-postgres-"))
    if user := owner():
        shutil.chown(folder, user)
    port = free_port()
    data = str(folder / "data")
    # Tests kill our servers, never this one or the machine: it need not wait for the disk.
    hurry = "" if durable else "-c fsync=off -c full_page_writes=off"
    options = f"-p {port} -h 127.0.0.1 -k {folder} -c max_connections=200 {hurry}"
    control = [str(programs / "pg_ctl"), "-D", data, "-w"]
    try:
        _run([str(programs / "initdb"), "-D", data, "-U", "parlor", "-A", "trust", "-E", "UTF8", "-N"], folder)
        _run([*control, "-l", str(folder / "log"), "-o", options, "start"], folder)
        try:
            server = f"postgres://parlor@127.0.0.1:{port}"
            with psycopg.connect(f"{server}/postgres", autocommit=True) as connection:
                connection.execute("CREATE DATABASE parlor")
            yield f"{server}/parlor"
        finally:
            _run([*control, "-m", "immediate", "stop"], folder)
    finally:
        shutil.rmtree(folder, ignore_errors=True)
