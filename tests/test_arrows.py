"""Who may import whom, read from the sources: docs/architecture.md as a test."""

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
APPS = ["realtime", "accounts", "chat", "moderation", "game", "lab", "config"]
MAY_IMPORT = {
    "realtime": set(),
    "accounts": {"realtime"},
    "chat": {"realtime", "accounts"},
    "moderation": {"realtime", "accounts", "chat"},
    "game": {"realtime", "accounts", "chat", "moderation"},
    "lab": {"realtime", "accounts", "chat"},
    "config": {"realtime", "accounts", "chat", "moderation", "game", "lab"},
}
# Inside an app, from the outside in: a module imports only what stands to its right.
LAYERS = [{"consumers", "views", "admin"}, {"services"}, {"selectors"}, {"models"}]
REALTIME_COMPUTES = {
    "types",
    "errors",
    "limits",
    "metrics",
    "wire/messages",
    "wire/rate_limits",
    "wire/session",
    "hub/presence",
    "methods",
}
WAITS_OR_QUERIES = {"asyncio", "threading", "django", "channels", "daphne", "twisted", "autobahn", "time", "socket"}
READS_THE_WORLD = {
    "os",
    "sys",
    "random",
    "secrets",
    "datetime",
    "subprocess",
    "pathlib",
    "realtime",
    "accounts",
    "chat",
}


def modules(app: str) -> Iterator[Path]:
    return (path for path in sorted((ROOT / app).rglob("*.py")) if "migrations" not in path.parts)


def is_for_types(node: ast.AST) -> bool:
    return isinstance(node, ast.If) and isinstance(node.test, ast.Name) and node.test.id == "TYPE_CHECKING"


def nodes(root: ast.AST) -> Iterator[ast.AST]:
    """Everything but what `if TYPE_CHECKING` holds: a type written down may point the other way, a call may not."""
    for node in ast.iter_child_nodes(root):
        if not is_for_types(node):
            yield node
            yield from nodes(node)


def imports(path: Path) -> set[str]:
    """Dotted names a module imports at run time."""
    names = set()
    for node in nodes(ast.parse(path.read_text())):
        if isinstance(node, ast.Import):
            names |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, f"{path}: relative import"
            names |= {f"{node.module}.{alias.name}" for alias in node.names}
    return names


def roots(path: Path) -> set[str]:
    return {name.partition(".")[0] for name in imports(path)}


def layer(name: str) -> int | None:
    return next((depth for depth, names in enumerate(LAYERS) if name in names), None)


def part(path: Path, app: str) -> str:
    """`services` for `chat/services.py` and for what lies in `chat/services/`."""
    return path.relative_to(ROOT / app).parts[0].removesuffix(".py")


def siblings(path: Path, app: str) -> set[str]:
    """Second parts of what a module imports from its own app: `chat.services.x` gives `services`."""
    return {name.split(".")[1] for name in imports(path) if name.startswith(f"{app}.")}


@pytest.mark.parametrize("app", APPS)
def test_an_app_imports_only_what_stands_below_it(app: str) -> None:
    forbidden = set(APPS) - MAY_IMPORT[app] - {app}
    assert {str(path): found for path in modules(app) if (found := roots(path) & forbidden)} == {}


@pytest.mark.parametrize("app", ["accounts", "chat", "moderation", "game", "lab"])
def test_inside_an_app_imports_go_from_consumers_and_views_to_models(app: str) -> None:
    wrong = []
    for path in modules(app):
        own = layer(part(path, app))
        if own is not None:
            outward = {name for name in siblings(path, app) if (other := layer(name)) is not None and other < own}
            wrong += [f"{path.relative_to(ROOT)} imports {name}" for name in sorted(outward)]
    assert wrong == []


@pytest.mark.parametrize("app", ["accounts", "chat", "moderation", "game"])
def test_methods_call_services_and_do_not_query(app: str) -> None:
    methods = [path for path in modules(app) if part(path, app) == "methods"]
    assert [path for path in methods if any(name.startswith("django.db") for name in imports(path))] == []
    assert [path for path in methods if ".objects" in path.read_text()] == []


@pytest.mark.parametrize("module", sorted(REALTIME_COMPUTES))
def test_the_pure_part_of_realtime_neither_waits_nor_queries(module: str) -> None:
    path = ROOT / "realtime" / f"{module}.py"
    assert roots(path) & WAITS_OR_QUERIES == set()


@pytest.mark.parametrize("folder", ["engine", "games"])
def test_rules_of_games_compute_on_values_alone(folder: str) -> None:
    rules = [path for path in modules("game") if part(path, "game") == folder and path.stem != "bot_process"]
    assert rules
    found = {str(path): roots(path) & (WAITS_OR_QUERIES | READS_THE_WORLD) for path in rules}
    assert {path: names for path, names in found.items() if names} == {}
    assert set().union(*(siblings(path, "game") for path in rules)) <= {"engine", "games"}


def test_the_bots_process_starts_without_django() -> None:
    think = ROOT / "game" / "engine" / "bot_process.py"
    assert roots(think) & WAITS_OR_QUERIES == set()
    assert siblings(think, "game") == {"games"}


def test_services_know_no_transport() -> None:
    forbidden = {"channels", "daphne", "json"}
    services = [path for app in APPS for path in modules(app) if part(path, app) == "services"]
    found = {str(path): roots(path) & forbidden for path in services}
    assert {path: names for path, names in found.items() if names} == {}


@pytest.mark.parametrize("name", ["utils", "helpers", "common", "core"])
def test_no_module_is_named_after_nothing(name: str) -> None:
    assert [str(path) for app in APPS for path in modules(app) if name in {path.stem, path.parent.name}] == []
