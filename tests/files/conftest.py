"""Fixtures of the tests of files."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from files.bodies import FolderStorage
from realtime.types import Caller, LogKey
from tests.actions import room
from tests.files.browser import Browser


@pytest.fixture(autouse=True)
def folders(tmp_path: Path, settings: Any, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Give each test folders of its own, and no thread that collects beside it."""
    settings.FILE_PARTS = tmp_path / "uploads"
    storage = FolderStorage(location=str(tmp_path / "files"))
    monkeypatch.setattr("files.bodies.storage", lambda: storage)
    monkeypatch.setattr("files.responses.storage", lambda: storage)
    monkeypatch.setattr("files.services.deletion.collect_soon", lambda: None)
    return tmp_path


@pytest.fixture
def bodies(folders: Path) -> Callable[[], list[Path]]:
    """Return the files that are on disk now, parts and bodies."""
    return lambda: sorted(path for path in folders.rglob("*") if path.is_file() and path.name != ".kept")


@pytest.fixture
def key(ana: Caller, ben: Caller) -> LogKey:
    """Return a room whose host is Ana."""
    return room(ana, ben)


@pytest.fixture
def web(ana: Caller) -> Browser:
    """Return the browser of Ana."""
    return Browser(ana)
