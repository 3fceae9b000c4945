"""Imports that the contracts of import-linter in pyproject.toml cannot describe, read from the sources."""

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.apps import APPS

ROOT = Path(__file__).parent.parent
PURE_IN_REALTIME = [
    "types",
    "errors",
    "limits",
    "metrics",
    "signatures",
    "methods",
    "wire/messages",
    "wire/rate_limits",
    "wire/session",
    "hub/presence",
    "hub/recent",
    "server/frames",
]
WAITS_OR_QUERIES = {"asyncio", "threading", "django", "channels", "daphne", "twisted", "autobahn", "time", "socket"}
READS_THE_WORLD = {"os", "sys", "random", "secrets", "datetime", "subprocess", "pathlib", *APPS} - {"game"}


def modules(folder: str) -> Iterator[Path]:
    return (path for path in sorted((ROOT / folder).rglob("*.py")) if "migrations" not in path.parts)


def imports(path: Path) -> set[str]:
    """Return the dotted names that a module imports anywhere."""
    names = set()
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.Import):
            names |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom):
            names |= {f"{node.module}.{alias.name}" for alias in node.names}
    return names


def roots(path: Path) -> set[str]:
    return {name.partition(".")[0] for name in imports(path)}


def parts_of_game(path: Path) -> set[str]:
    return {name.split(".")[1] for name in imports(path) if name.startswith("game.")}


@pytest.mark.parametrize("module", PURE_IN_REALTIME)
def test_pure_module_of_realtime_neither_waits_nor_queries(module: str) -> None:
    assert roots(ROOT / "realtime" / f"{module}.py") & WAITS_OR_QUERIES == set()


@pytest.mark.parametrize("folder", ["engine", "games"])
def test_rules_of_games_compute_on_values_alone(folder: str) -> None:
    rules = [path for path in modules(f"game/{folder}") if path.stem != "bot_process"]
    assert rules
    found = {str(path): roots(path) & (WAITS_OR_QUERIES | READS_THE_WORLD) for path in rules}
    assert {path: names for path, names in found.items() if names} == {}
    assert set().union(*(parts_of_game(path) for path in rules)) <= {"engine", "games"}


def test_bot_process_starts_without_django() -> None:
    path = ROOT / "game" / "engine" / "bot_process.py"
    assert roots(path) & WAITS_OR_QUERIES == set()
    assert parts_of_game(path) == {"games"}


@pytest.mark.parametrize("name", ["utils", "helpers", "common", "core"])
def test_module_is_not_named_after_nothing(name: str) -> None:
    assert [str(path) for app in APPS for path in modules(app) if name in {path.stem, path.parent.name}] == []
