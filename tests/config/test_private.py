"""Tests that the data folder is private to its user."""

import os
import stat
import subprocess
import sys
from pathlib import Path

import pytest

from config.private import private_folder
from tests.services.environment import without_settings

ROOT = Path(__file__).parent.parent.parent


def mode(path: Path) -> int:
    return stat.S_IMODE(path.stat().st_mode)


def manage(data: Path, *arguments: str, **given: str) -> None:
    """Run a command under a umask that lets all users read new files."""
    environment = without_settings() | {"PARLOR_DATA": str(data)} | given
    command = ["sh", "-c", 'umask 022; exec "$@"', "sh", sys.executable, "manage.py", *arguments]
    subprocess.run(command, cwd=ROOT, env=environment, check=True, capture_output=True)


def test_folder_is_made_for_its_user_alone(tmp_path: Path) -> None:
    assert mode(private_folder(tmp_path / "one" / "two")) == 0o700


@pytest.mark.parametrize("file", [None, "secret_key", "parlor.sqlite3"])
def test_folder_of_an_earlier_release_is_tightened(tmp_path: Path, file: str | None) -> None:
    tmp_path.chmod(0o755)
    if file:
        (tmp_path / file).touch()
    assert mode(private_folder(tmp_path)) == 0o700


@pytest.mark.parametrize(("bits", "file"), [(0o755, "thesis.tex"), (0o1777, "secret_key"), (0o1777, None)])
def test_folder_that_others_use_too_is_left_alone(tmp_path: Path, bits: int, file: str | None) -> None:
    if file:
        (tmp_path / file).touch()
    tmp_path.chmod(bits)
    assert mode(private_folder(tmp_path)) == bits


def test_command_writes_files_for_its_user_alone(tmp_path: Path) -> None:
    manage(tmp_path / "data", "migrate", "--verbosity", "0")
    found = {path.name: mode(path) & 0o077 for path in [tmp_path / "data", *(tmp_path / "data").iterdir()]}
    assert set(found.values()) == {0}, found
    assert "parlor.sqlite3" in found


def test_collected_files_are_for_the_proxy_too(tmp_path: Path) -> None:
    (tmp_path / "files").mkdir()
    manage(tmp_path / "data", "collectstatic", "--no-input", STATIC_FILES=str(tmp_path / "files"))
    found = list((tmp_path / "files").rglob("*"))
    assert len(found) > 50
    assert {mode(path) for path in found if path.is_dir()} == {0o755}
    assert {mode(path) for path in found if path.is_file()} == {0o644}


def test_files_of_another_server_are_as_private(tmp_path: Path) -> None:
    code = "import os, config.asgi; print(oct(os.umask(0)))"
    environment = without_settings() | {"PARLOR_DATA": str(tmp_path)}
    done = subprocess.run(
        [sys.executable, "-c", code], cwd=ROOT, env=environment, check=True, capture_output=True, text=True
    )
    assert done.stdout.strip() == "0o77"


def test_own_user_is_the_owner(tmp_path: Path) -> None:
    assert private_folder(tmp_path / "data").stat().st_uid == os.geteuid()
