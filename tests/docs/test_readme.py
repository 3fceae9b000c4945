"""Tests that README.md is true: its client runs against a real server, and its files exist."""

import ast
import re
import subprocess
import sys
from http.cookiejar import CookieJar
from pathlib import Path
from urllib.request import HTTPCookieProcessor, build_opener

from tests.docs.pages import ROOT, blocks, page, rows, section
from tests.services.environment import SETTINGS
from tests.services.parlor import Parlor

README = page("README.md")
LINE = "Hello from ten lines"


def test_client_in_ten_lines_posts_a_message_and_gets_its_offset(tmp_path: Path) -> None:
    [client] = blocks(README, "python")
    with Parlor(tmp_path) as parlor:
        command = [sys.executable, "-c", client, parlor.url, "Robo", LINE]
        for _ in ("the first thing a developer does", "twice"):
            done = subprocess.run(command, capture_output=True, text=True, timeout=60, check=False)
            assert done.returncode == 0, done.stderr
        greeted, stored = map(ast.literal_eval, done.stdout.splitlines())
        seen = build_opener(HTTPCookieProcessor(CookieJar())).open(parlor.url).read().decode()
    assert greeted["result"]["user"]["name"].startswith("Robo ")
    assert set(stored["result"]) == {"room", "o", "t", "at"}
    assert LINE in seen


def test_client_has_ten_lines_besides_its_imports() -> None:
    [client] = blocks(README, "python")
    lines = [line for line in client.splitlines() if line and not re.match(r"import |from ", line)]
    assert len(lines) == 10


def test_tree_names_the_folders_of_the_repository() -> None:
    named = set(re.findall(r"^(\w+)/ ", blocks(section(README, "The tree") + "\n", "")[0], re.MULTILINE))
    ignored = {line.strip("/") for line in page(".gitignore").splitlines()}
    folders = {path.name for path in ROOT.iterdir() if path.is_dir() and not path.name.startswith(".")}
    assert named == folders - ignored


def test_settings_in_the_readme_are_read() -> None:
    named = {name for row in rows(README, "Settings") for name in re.findall(r"`([A-Z_]+)`", row[0])}
    assert named
    assert named <= SETTINGS
