"""Tests of a backup that is taken while people talk, and of its restore: nothing breaks silently."""

import os
import re
import subprocess
import sys
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from threading import Event
from typing import Any

import psycopg
import pytest

from tests.client import BlockingClient, NotEntered
from tests.services.parlor import ROOT, Parlor


def error_of(parlor: Parlor, *arguments: str) -> str:
    with pytest.raises(subprocess.CalledProcessError) as refused:
        parlor.manage(*arguments)
    said: str = refused.value.stderr
    return said.removeprefix("CommandError: ").strip()


def opened(guest: BlockingClient, room: str, position: dict[str, int] | None) -> dict[str, Any]:
    answer: dict[str, Any] = guest.request("room.open", room=room, position=position)
    return answer


def texts(answer: dict[str, Any]) -> list[str]:
    return [line["data"]["text"] for line in answer["snapshot"]["lines"] if "text" in line["data"]]


def test_client_notices_a_restored_log(parlor: Parlor, tmp_path: Path) -> None:
    file = str(tmp_path / "backup")
    guest = BlockingClient(parlor.url, "Ann who notices")
    room = guest.makes_room("Restored")
    guest.say(room, "kept")
    before = opened(guest, room, None)["head"]
    parlor.manage("backup", file)
    guest.say(room, "lost 1", "lost 2", "lost 3")
    after = opened(guest, room, None)["head"]
    assert re.search(r"stop (it|every server)", error_of(parlor, "restore", file))
    guest.leave()

    parlor.stop()
    assert "is kept as" in parlor.manage("restore", file, "--keep-logins")
    parlor.start()
    guest.connect(parlor.url)
    assert opened(guest, room, before)["mode"] == "replay"
    assert texts(opened(guest, room, after)) == ["kept"]
    guest.say(room, *(f"new {number}" for number in range(5)))
    assert opened(guest, room, None)["head"]["o"] > after["o"]
    assert texts(opened(guest, room, after)) == ["kept", *(f"new {number}" for number in range(5))]
    assert opened(guest, room, before)["mode"] == "replay"
    guest.leave()


def history(guest: BlockingClient, room: str) -> Iterator[tuple[int, str]]:
    """Yield every message of the room with its offset."""
    after, more = 0, True
    while more:
        page = guest.request("history.page", room=room, after=after)
        for line in page["lines"]:
            if "text" in line["data"]:
                yield line["o"], line["data"]["text"]
        after, more = page["lines"][-1]["o"], page["after"]


def test_backup_during_writes_holds_all_messages_acknowledged_before_it_without_a_gap(
    parlor: Parlor, tmp_path: Path
) -> None:
    guest, stored = BlockingClient(parlor.url, "Ann who goes on"), list[tuple[int, str]]()
    enough, over = Event(), Event()
    room = guest.makes_room("Talking on")

    def talks() -> None:
        try:
            while not over.is_set():
                text = f"line {len(stored)}"
                stored.extend((o, text) for o in guest.say(room, text))
                if len(stored) == 100:
                    enough.set()
        finally:
            enough.set()

    with ThreadPoolExecutor(1) as thread:
        talking = thread.submit(talks)
        try:
            enough.wait()
            before = len(stored)
            parlor.manage("backup", str(tmp_path / "backup"))
            after = len(stored)
        finally:
            over.set()
        talking.result()
    guest.leave()
    assert 100 <= before < after

    parlor.stop()
    parlor.manage("restore", str(tmp_path / "backup"), "--keep-logins")
    parlor.start()
    guest.connect(parlor.url)
    kept = list(history(guest, room))
    guest.leave()
    assert before <= len(kept) <= after + 1
    assert kept == stored[: len(kept)]


def test_backup_is_private_and_replaces_a_file_only_with_force(parlor: Parlor, tmp_path: Path) -> None:
    file = tmp_path / "backup"
    parlor.manage("backup", str(file))
    assert file.stat().st_mode & 0o777 == 0o600
    first = file.stat().st_ino
    assert error_of(parlor, "backup", str(file)) == f"{file} exists; --force replaces it."
    assert file.stat().st_ino == first
    parlor.manage("backup", "--force", str(file))
    assert file.stat().st_ino != first
    assert [path.name for path in tmp_path.iterdir() if path.name.startswith(".backup")] == []


def test_restore_refuses_other_files_and_changes_nothing(parlor: Parlor, tmp_path: Path) -> None:
    parlor.stop()
    file = tmp_path / "backup"
    parlor.manage("backup", str(file))
    whole = file.read_bytes()
    for content, words in (
        (b"", "is no backup of Parlor"),
        (whole[: len(whole) // 2], "broken|pg_restore"),
        (b"PGDMP" if whole.startswith(b"SQLite") else b"SQLite format 3\0", "this Parlor has"),
    ):
        file.write_bytes(content)
        assert re.search(words, error_of(parlor, "restore", str(file)))
    parlor.start()
    BlockingClient(parlor.url, "Ann who comes back").leave()


def test_restore_ends_all_log_ins_unless_asked_to_keep_them(parlor: Parlor, tmp_path: Path) -> None:
    file = str(tmp_path / "backup")
    guest = BlockingClient(parlor.url, "Ann who is known")
    guest.leave()
    parlor.manage("backup", file)
    parlor.stop()
    assert "log-ins have ended" not in parlor.manage("restore", file, "--keep-logins")
    parlor.start()
    guest.connect(parlor.url)
    guest.leave()
    parlor.stop()
    assert "log-ins have ended" in parlor.manage("restore", file)
    parlor.start()
    with pytest.raises(NotEntered, match="login session has ended"):
        guest.connect(parlor.url)


def test_restore_lists_what_it_undoes(parlor: Parlor, tmp_path: Path) -> None:
    file = str(tmp_path / "backup")
    host, pest = BlockingClient(parlor.url, "Hanna"), BlockingClient(parlor.url, "Pest")
    room = host.makes_room("Quiet place")
    pest.act("room.join", room=room)
    [insult] = pest.say(room, "an insult")
    parlor.manage("backup", file)
    host.act("message.delete", room=room, o=insult, reason="insult", rule="insult")
    host.act("sanction.make", room=room, user=pest.user, kind="ban", duration_ms=None, reason="insults")
    for one in (host, pest):
        one.leave()
    parlor.stop()
    told = parlor.manage("restore", file)
    assert re.search(r"- Ban of Pest in Quiet place, .* UTC: insults", told)
    assert f"- A message of Pest had been deleted, and is there again: /r/{room}/@{insult}" in told
    parlor.start()


@pytest.mark.sqlite
@pytest.mark.parametrize("command", ["backup", "restore"])
def test_full_disk_is_reported_and_changes_nothing(parlor: Parlor, tmp_path: Path, command: str) -> None:
    file = tmp_path / "backup"
    parlor.stop()
    if command == "restore":
        parlor.manage("backup", str(file))
    before = sorted(path.name for path in tmp_path.iterdir())
    limited = ["sh", "-c", f"ulimit -f 64; exec {sys.executable} manage.py {command} {file}"]
    done = subprocess.run(limited, cwd=ROOT, env=parlor.environment, capture_output=True, text=True, check=False)
    assert done.returncode == 1
    assert re.fullmatch(r"CommandError: Cannot write .*\. Nothing (is left of it|was changed)\.\n", done.stderr)
    assert sorted(path.name for path in tmp_path.iterdir()) == before
    parlor.start()


@pytest.mark.sqlite
def test_restore_says_so_when_the_former_database_cannot_be_read(parlor: Parlor, tmp_path: Path) -> None:
    file = str(tmp_path / "backup")
    parlor.manage("backup", file)
    parlor.stop()
    database = Path(parlor.environment["PARLOR_DATA"]) / "parlor.sqlite3"
    database.write_bytes(b"no database at all")
    for suffix in ("-wal", "-shm"):
        Path(f"{database}{suffix}").unlink(missing_ok=True)
    assert "What the restore has undone cannot be told" in parlor.manage("restore", file)
    parlor.start()


@pytest.mark.sqlite
def test_former_database_is_kept_with_its_write_ahead_log(parlor: Parlor, tmp_path: Path) -> None:
    parlor.manage("backup", str(tmp_path / "backup"))
    guest = BlockingClient(parlor.url, "Ann who is kept")
    room = guest.makes_room("Kept")
    guest.say(room, "only in the log beside it")
    guest.leave()
    parlor.kill()
    parlor.manage("restore", str(tmp_path / "backup"))
    database = Path(parlor.environment["PARLOR_DATA"]) / "parlor.sqlite3"
    former = max(path for path in database.parent.iterdir() if re.search(r"\.before-[\d-]+$", path.name))
    os.replace(former, database)
    os.replace(f"{former}-wal", f"{database}-wal")
    parlor.start()
    guest.connect(parlor.url)
    assert texts(opened(guest, room, None)) == ["only in the log beside it"]
    guest.leave()


def test_backup_names_the_package_to_install_when_tools_are_missing(tmp_path: Path) -> None:
    from django.db import connections

    from realtime.storage.backups.file import BackupError
    from realtime.storage.backups.postgresql import Postgresql

    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("PATH", str(tmp_path))
        with pytest.raises(BackupError, match="apt install postgresql-client"):
            Postgresql(connections["default"]).save(str(tmp_path / "draft"))


@pytest.mark.postgresql
def test_postgresql_has_statistics_after_a_restore(parlor: Parlor, tmp_path: Path) -> None:
    """PostgreSQL without statistics reads whole tables for each client that resumes, until autovacuum counts."""
    parlor.manage("backup", str(tmp_path / "backup"))
    parlor.stop()
    parlor.manage("restore", str(tmp_path / "backup"))
    with psycopg.connect(parlor.environment["DATABASE_URL"]) as database:
        never = "SELECT count(*) FROM pg_class WHERE relkind = 'r' AND relname = 'realtime_log' AND reltuples < 0"
        assert database.execute(never).fetchone() == (0,)
    parlor.start()
