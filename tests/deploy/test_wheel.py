"""The wheel, built here, installed into an empty environment, and served from there.

Nothing is downloaded: the packages that the wheel requires, and no others, are linked from the tests' own environment.
"""

import asyncio
import json
import os
import re
import subprocess
import sys
import time
import venv
from collections.abc import Iterator
from importlib.metadata import Distribution, distribution
from pathlib import Path
from shutil import copytree
from typing import NamedTuple
from urllib.request import Request, build_opener
from zipfile import ZipFile

import pytest
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

from config import __version__
from tests.client import Client, SocketWire, cid
from tests.deploy.test_files import NOT_TO_RUN
from tests.docs.pages import ROOT
from tests.services.environment import without_settings
from tests.services.ports import answers, free_port

SHARED = ("docs", "locale", "static", "templates")
"""The wheel keeps these folders in config/share."""
PIP = (sys.executable, "-m", "pip", "--quiet", "--disable-pip-version-check")


class Site(NamedTuple):
    """An installed wheel that serves, and its folder."""

    url: str
    folder: Path
    parlor: Path
    environment: dict[str, str]

    def get(self, path: str, **headers: str) -> tuple[int, str]:
        with build_opener().open(Request(f"{self.url}{path}", headers=headers), timeout=30) as answer:  # noqa: S310
            return answer.status, answer.read().decode()

    def run(self, *arguments: str) -> str:
        return subprocess.run(
            [self.parlor, *arguments], cwd=self.folder, env=self.environment, capture_output=True, text=True, check=True
        ).stdout


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("wheel")
    build = ["wheel", "--no-index", "--no-deps", "--no-build-isolation", "--wheel-dir", str(folder), str(ROOT)]
    subprocess.run([*PIP, *build], check=True)
    [built] = folder.iterdir()
    return built


@pytest.fixture(scope="module")
def site(wheel: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    folder = tmp_path_factory.mktemp("site")
    venv.create(folder / "venv", with_pip=False)
    python = folder / "venv/bin/python"
    subprocess.run([*PIP, "--python", python, "install", "--no-index", "--no-deps", str(wheel)], check=True)
    [packages] = (folder / "venv/lib").glob("python*/site-packages")
    link(required(Distribution.at(next(packages.glob("parlor-*.dist-info"))), set()), packages)
    port = free_port()
    given = {name: value for name, value in without_settings().items() if not name.startswith(("PYTHON", "DJANGO"))}
    given |= {"PORT": str(port), "LAB": "true", "PYTHONUNBUFFERED": "1"}
    made = Site(f"http://127.0.0.1:{port}", folder, folder / "venv/bin/parlor", given)
    made.run("migrate", "--verbosity", "0")
    with subprocess.Popen([made.parlor, "serve"], cwd=folder, env=given) as server:
        while not answers(port):
            assert server.poll() is None, "the installed server ended"
            time.sleep(0.05)
        yield made
        server.terminate()


def required(package: Distribution, extras: set[str]) -> dict[str, Distribution]:
    """Return what the package requires, and what that requires in turn, by canonical name."""
    found: dict[str, Distribution] = {}
    for requirement in map(Requirement, package.requires or []):
        marker = requirement.marker
        if marker and not any(marker.evaluate({"extra": extra}) for extra in extras or {""}):
            continue
        name = canonicalize_name(requirement.name)
        needed = distribution(name)
        assert needed.version in requirement.specifier, f"{requirement} is not what is installed"
        found |= {name: needed} | required(needed, requirement.extras)
    return found


def link(packages: dict[str, Distribution], into: Path) -> None:
    for package in packages.values():
        tops = {file.parts[0] for file in package.files or [] if file.parts[0] != ".."}
        for top in tops - {"__pycache__"}:
            if not (into / top).exists():
                os.symlink(str(package.locate_file(top)), into / top)


def test_wheel_holds_the_files_of_every_app(wheel: Path) -> None:
    names = set(ZipFile(wheel).namelist())
    listed = subprocess.run(["git", "ls-files"], cwd=ROOT, capture_output=True, text=True, check=True).stdout
    tracked = {name for name in listed.splitlines() if "/" in name and name[0] != "." and (ROOT / name).is_file()}
    tracked -= {name for name in tracked if name.split("/")[0] in NOT_TO_RUN - {"docs"}}
    tracked -= {name for name in tracked if name.startswith("docs/pictures/")}
    shared = {name: f"config/share/{name}" for name in tracked if name.split("/")[0] in SHARED}
    held = {name for name in names if ".dist-info/" not in name}
    assert held == {shared.get(name, name) for name in tracked}
    assert "config/share/locale/zh_Hans/LC_MESSAGES/django.mo" in names


def test_wheel_has_the_version_of_the_code(wheel: Path) -> None:
    assert wheel.name == f"parlor-{__version__}-py3-none-any.whl"


def test_installed_server_sends_pages_and_static_files(site: Site) -> None:
    status, page = site.get("/")
    assert status == 200
    [script] = re.findall(r'<script type="module" src="(/static/[^"]+)"', page)[:1]
    assert site.get(script)[0] == 200
    assert site.get(re.sub(r"^(/static/\w+/).*", r"\1admin/css/base.css", script))[0] == 200
    assert site.get("/lab/")[0] == 200
    assert "Compression" in site.get("/lab/docs/operating.md")[1]


def test_installed_server_speaks_chinese(site: Site) -> None:
    page = site.get("/", **{"Accept-Language": "zh-hans"})[1]
    assert 'lang="zh-hans"' in page
    assert "房间" in page


def test_installed_commands_keep_data_in_the_current_folder(site: Site) -> None:
    assert (site.folder / "var/parlor.sqlite3").exists()
    assert site.run("--version").startswith(f"Parlor {__version__}, Django ")
    assert "No changes detected" in site.run("makemigrations", "--check", "--dry-run")


async def connected(url: str, name: str) -> Client:
    """Log in at the sample project and connect."""
    with build_opener().open(f"{url}/enter/{name}") as answer:
        cookie, entered = answer.headers["Set-Cookie"].partition(";")[0], json.load(answer)
    client = Client(await SocketWire.open(url, cookie, entered["token"]))
    client.user = (await client.hello())["user"]["id"]
    return client


async def use_boards(url: str) -> None:
    """Go through docs/realtime.md: create, post, add, open, signal, remove."""
    ann, bob = [await connected(url, name) for name in ("ann", "bob")]
    room = (await ann.request("board.create", name="Ideas"))["room"]
    await ann.request("room.open", room=room, position=None)
    assert (await bob.error("room.open", room=room, position=None)).type == "not_found"
    note = {"room": room, "cid": cid(), "text": "tea"}
    stored = await ann.request("note.post", **note)
    assert await ann.request("note.post", **note) == stored
    assert (await ann.event(room, stored["o"]))["data"] == {"text": "tea"}
    await ann.request("member.add", room=room, user=bob.user)
    opened = await bob.request("room.open", room=room, position=None)
    assert opened["snapshot"]["notes"] == [{"o": stored["o"], "by": ann.user, "data": {"text": "tea"}}]
    await bob.notify("pen.move", room=room, x=1, y=2)
    assert (await ann.notification("room.signal", kind="pen"))["value"] == {"x": 1, "y": 2}
    await ann.request("member.remove", room=room, user=bob.user)
    assert (await bob.notification("room.left", room=room))["reason"] == "removed"
    assert (await bob.error("note.post", room=room, cid=cid(), text="let me in")).type == "not_found"
    for client in (ann, bob):
        await client.wire.close()


def test_sample_project_of_the_documentation_runs_from_the_wheel(site: Site, tmp_path: Path) -> None:
    copytree(ROOT / "tests/board", tmp_path / "tests/board")
    python, port = str(site.folder / "venv/bin/python"), free_port()
    given = site.environment | {"DJANGO_SETTINGS_MODULE": "tests.board.settings"}
    migrate = [python, "-m", "django", "migrate", "--run-syncdb", "--verbosity", "0"]
    subprocess.run(migrate, cwd=tmp_path, env=given, check=True)
    command = [python, "-m", "daphne", "-v", "0", "-p", str(port), "tests.board.asgi:application"]
    with subprocess.Popen(command, cwd=tmp_path, env=given) as server:
        try:
            while not answers(port):
                assert server.poll() is None, "the sample project ended"
                time.sleep(0.05)
            asyncio.run(use_boards(f"http://127.0.0.1:{port}"))
        finally:
            server.terminate()
