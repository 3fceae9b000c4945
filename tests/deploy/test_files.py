"""Tests the files of deploy/ against the code and the tools that read them."""

import re
import subprocess
import sys
from pathlib import Path

import pytest

from tests.services.environment import SETTINGS, without_settings
from tests.services.proxies import DEPLOY
from tests.services.tools import advice, missing

ROOT = DEPLOY.parent
NOT_TO_RUN = {"bench", "bin", "deploy", "docs", "tests"}


def environment() -> dict[str, str]:
    """Return the variables of the unit's EnvironmentFile, with those that are commented out."""
    lines = re.findall(r"^#?([A-Z_]+=.*)$", (DEPLOY / "parlor.env").read_text(), re.MULTILINE)
    return dict(line.split("=", 1) for line in lines)


def test_unit_environment_is_ready_for_production(tmp_path: Path) -> None:
    given = without_settings() | {"PARLOR_DATA": str(tmp_path)} | environment()
    command = [sys.executable, "manage.py", "check", "--deploy", "--fail-level", "WARNING"]
    done = subprocess.run(command, cwd=ROOT, env=given, capture_output=True, text=True, check=False)
    assert (done.returncode, done.stdout[:37]) == (0, "System check identified no issues (2 "), done.stderr


def test_unit_environment_names_existing_settings() -> None:
    assert set(environment()) - {"PROCESSES"} <= SETTINGS


def test_systemd_takes_the_units(tmp_path: Path) -> None:
    """The units run the interpreter of the tests here, because their own path does not exist."""
    if absent := missing(["systemd"]):
        pytest.skip(advice(absent))
    for name in ("parlor.service", "parlor.socket"):
        text = (DEPLOY / name).read_text()
        (tmp_path / name).write_text(text.replace("/srv/parlor/current/.venv/bin/python", sys.executable))
    units = [str(tmp_path / name) for name in ("parlor.socket", "parlor.service")]
    done = subprocess.run(
        ["systemd-analyze", "verify", "--man=no", *units], capture_output=True, text=True, check=False
    )
    assert (done.returncode, [line for line in done.stderr.splitlines() if "parlor." in line]) == (0, [])


def test_manage_script_uses_the_folders_of_the_unit() -> None:
    [folders] = re.findall(r"^Environment=(PARLOR_DATA.*) PROCESSES=1$", (DEPLOY / "parlor.service").read_text(), re.M)
    assert re.findall(r"--setenv=(\S+)", (DEPLOY / "manage").read_text()) == folders.split()


def test_serve_has_the_options_that_the_files_use() -> None:
    said = (DEPLOY / "parlor.service").read_text() + (DEPLOY / "Dockerfile").read_text()
    source = (ROOT / "realtime/management/commands/serve.py").read_text()
    for arguments in re.findall(r"manage\.py serve ([^\n]*)", said):
        options = re.findall(r"--[\w-]+", arguments)
        assert options
        assert [option for option in options if f'"{option}"' not in source] == []


def test_image_copies_all_that_runs_and_nothing_else() -> None:
    copied = re.findall(r"^COPY (\S+)", (DEPLOY / "Dockerfile").read_text(), re.MULTILINE)
    ignored = {line.strip("/") for line in (ROOT / ".gitignore").read_text().splitlines()}
    folders = {path.name for path in ROOT.iterdir() if path.is_dir() and not path.name.startswith(".")}
    assert set(copied) == {f"{name}/" for name in folders - ignored - NOT_TO_RUN} | {"manage.py", "requirements.txt"}


def test_scripts_keep_lf_line_ends_in_a_clone_of_git_for_windows(tmp_path: Path) -> None:
    git = ["git", "-c", "core.autocrlf=true", "-c", "safe.directory=*"]
    subprocess.run([*git, "clone", "--quiet", "--depth", "1", ROOT.as_uri(), str(tmp_path / "clone")], check=True)
    for script in sorted((tmp_path / "clone" / "bin").iterdir()):
        assert b"\r" not in script.read_bytes(), script.name
