"""Files in backups, and what belongs to nothing."""

import os
import time
from collections.abc import Callable
from io import StringIO
from pathlib import Path

import pytest
from django.core.management import call_command

from files import bodies as stored
from files.backups import FilesInBackups, bodies_kept
from files.models import File, Usage
from files.services.deletion import collect
from files.services.orphans import orphans_delete, orphans_find
from realtime.storage.backups import BackupError
from realtime.types import Caller, LogKey
from tests.actions import act
from tests.files.browser import Browser
from tests.files.samples import picture
from tests.files.test_posting import posted

pytestmark = pytest.mark.django_db
FILES = FilesInBackups()


def aged(folder: Path) -> None:
    for path in folder.rglob("*"):
        os.utime(path, (time.time() - 7200, time.time() - 7200))


def test_backup_has_the_bodies_that_the_database_names(web: Browser, ana: Caller, key: LogKey, tmp_path: Path) -> None:
    large, small = web.file(picture("PNG", (900, 40)))["key"], web.file(b"words")["key"]
    posted(ana, key, large, small)
    before = web.body(large), web.body(large, "thumb"), web.body(small)
    backup = tmp_path / "backup.files"
    assert list(FILES.save(backup)) == [f"{backup}: 3 bodies of files, {sum(map(len, before)):,} bytes."]
    for name in (stored.name_of(large), stored.name_of(small)):
        stored.delete(name)
    FILES.check(backup)
    assert list(FILES.restore(backup)) == ["3 bodies of files were copied back."]
    assert (web.body(large), web.body(large, "thumb"), web.body(small)) == before
    assert list(FILES.restore(backup)) == []


def test_backup_is_completed_and_forgets_what_was_deleted(web: Browser, tmp_path: Path) -> None:
    backup = tmp_path / "backup.files"
    first = web.file(b"first")["key"]
    FILES.save(backup)
    copied = (backup / stored.name_of(first)).stat().st_ino
    second = web.file(b"second")["key"]
    FILES.save(backup)
    assert (backup / stored.name_of(first)).stat().st_ino == copied
    web.client.delete(f"/files/{first}")
    collect()
    FILES.save(backup)
    assert [path.name for path in backup.glob("*/*")] == [second]


def test_damaged_body_stops_a_restore_before_it_changes_anything(web: Browser, tmp_path: Path) -> None:
    backup = tmp_path / "backup.files"
    body = backup / stored.name_of(web.file(b"words")["key"])
    FILES.save(backup)
    body.write_bytes(b"wards")
    with pytest.raises(BackupError, match="is damaged"):
        FILES.check(backup)
    body.unlink()
    with pytest.raises(BackupError, match="is missing"):
        FILES.check(backup)


def test_bodies_are_not_deleted_while_a_backup_is_made(web: Browser) -> None:
    file = web.file(b"words")["key"]
    web.client.delete(f"/files/{file}")
    with bodies_kept():
        assert collect() == 0
    assert collect() == 1


def test_missing_body_is_reported(web: Browser, tmp_path: Path) -> None:
    file = web.file(b"words")["key"]
    FILES.save(tmp_path / "empty.files")
    stored.delete(stored.name_of(file))
    assert list(FILES.save(tmp_path / "backup.files"))[1:] == ["1 bodies are missing in the storage."]
    assert list(FILES.restore(tmp_path / "none.files")) == ["1 bodies of files are missing."]
    assert orphans_find().missing == [stored.name_of(file)]


def test_site_that_has_no_files_has_no_folder(db: None, tmp_path: Path) -> None:
    assert list(FILES.save(tmp_path / "backup.files")) == []
    assert not (tmp_path / "backup.files").exists()


def test_command_deletes_bodies_parts_and_files_of_nothing(
    web: Browser, ana: Caller, key: LogKey, folders: Path, bodies: Callable[[], list[Path]]
) -> None:
    kept, half, gone = web.file(b"kept")["key"], web.create(10)["key"], web.file(b"gone")["key"]
    web.patch(half, 0, b"half")
    o = posted(ana, key, kept)
    old = posted(ana, key, gone)
    act(ana, "message.delete", room=key, o=old)
    (folders / "uploads" / ("x" * 22)).write_bytes(b"left")
    (folders / "files" / "zz").mkdir(parents=True)
    (folders / "files" / "zz" / "left").write_bytes(b"left")
    assert orphans_find().bodies == []
    aged(folders)
    from chat.models import Revision

    found = orphans_find()
    assert (found.bodies, found.parts, found.removed) == (["zz/left"], ["x" * 22], 0)
    Revision.objects.all().delete()
    Usage.objects.update(bytes=999, files=9)
    assert orphans_delete().removed == 1
    assert sorted(path.name for path in bodies()) == sorted([half, kept])
    assert set(File.objects.values_list("key", flat=True)) == {kept, half}
    assert dict(Usage.objects.values_list("scope", "bytes"))["site"] == 14
    assert web.body(kept) == b"kept"
    assert o


def test_command_tells_what_it_finds(web: Browser) -> None:
    web.file(b"words")
    told = StringIO()
    call_command("files", stdout=told)
    assert told.getvalue().startswith("1 files, 5 bytes.\n")
