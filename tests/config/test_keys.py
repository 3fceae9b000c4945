"""Tests of the secret key."""

from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from config.keys import secret_key


def test_key_is_written_once_and_then_read(tmp_path: Path) -> None:
    path = tmp_path / "new" / "secret_key"
    first = secret_key(path)
    assert len(first) >= 50
    assert secret_key(path) == first == path.read_text()


def test_key_file_is_readable_by_its_owner_only(tmp_path: Path) -> None:
    secret_key(tmp_path / "secret_key")
    assert (tmp_path / "secret_key").stat().st_mode & 0o777 == 0o600


def test_processes_that_start_together_use_one_key_and_leave_no_other_file(tmp_path: Path) -> None:
    with ThreadPoolExecutor(16) as pool:
        keys = set(pool.map(secret_key, [tmp_path / "secret_key"] * 64))
    assert len(keys) == 1
    assert [path.name for path in tmp_path.iterdir()] == ["secret_key"]
