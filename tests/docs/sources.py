"""Collect from the sources what clients are sent, by calls with literal arguments."""

import ast
from collections.abc import Iterable, Iterator

from realtime import errors
from tests.apps import APPS
from tests.docs.pages import ROOT

HELPERS = {"conflict": 409, "unprocessable": 422}


def trees(*apps: str) -> Iterator[ast.AST]:
    for app in apps:
        for path in sorted((ROOT / app).rglob("*.py")):
            yield ast.parse(path.read_text(), str(path))


def calls(name: str, *apps: str) -> Iterator[ast.Call]:
    """Yield the calls of `name`, as a function or as a method of any object."""
    for tree in trees(*apps):
        for node in ast.walk(tree):
            if isinstance(node, ast.Call) and _name(node.func) == name:
                yield node


def _name(function: ast.expr) -> str:
    return function.attr if isinstance(function, ast.Attribute) else getattr(function, "id", "")


def literal(node: ast.expr) -> object:
    """Return the value of a literal or of a constant of `realtime.errors`, or None."""
    if isinstance(node, ast.Constant):
        return node.value
    return getattr(errors, _name(node), None)


def literals(found: Iterable[ast.Call], place: int) -> set[str]:
    """Return the literal texts that are the argument at this place."""
    nodes = [call.args[place] for call in found if len(call.args) > place]
    return {node.value for node in nodes if isinstance(node, ast.Constant) and isinstance(node.value, str)}


def event_kinds() -> set[str]:
    """Return the kinds of `batch.append` and `_notify` in the apps; only processes read what `realtime` appends."""
    telling = [
        call
        for name in ("append", "_notify", "notify")
        for call in calls(name, *(app for app in APPS if app != "realtime"))
    ]
    given = [keyword for call in telling for keyword in call.keywords]
    return {str(each.value.value) for each in given if each.arg == "kind" and isinstance(each.value, ast.Constant)}


def signal_kinds() -> set[str]:
    """Return the kinds of `Signal(room, "…", …)`, `messages.signal(room, "…", …)` and `unsent["…", …] = …`."""
    said = literals(calls("Signal", *APPS), 1) | literals(calls("signal", "realtime"), 1)
    return said | {word for tree in trees("realtime") for node in ast.walk(tree) for word in _slot(node)}


def _slot(node: ast.AST) -> Iterator[str]:
    is_slot = isinstance(node, ast.Subscript) and isinstance(node.ctx, ast.Store) and _name(node.value) == "unsent"
    if is_slot and isinstance(node, ast.Subscript) and isinstance(node.slice, ast.Tuple):
        first = node.slice.elts[0]
        if isinstance(first, ast.Constant):
            yield str(first.value)


def problems() -> set[tuple[int, str]]:
    """Return code and type of every error response."""
    direct = [(literal(call.args[0]), literal(call.args[1])) for call in calls("RealtimeError", *APPS)]
    helped = [(code, literal(call.args[0])) for name, code in HELPERS.items() for call in calls(name, *APPS)]
    fast = [(429, literal(call.args[1])) for call in calls("too_fast", *APPS) if len(call.args) > 1]
    found = [*direct, *helped, *fast, (429, errors.too_fast(1).type)]
    return {(code, word) for code, word in found if isinstance(code, int) and isinstance(word, str)}


def closes() -> set[tuple[int, str]]:
    """Return code and reason of every `Close(…)`, and the final code of those that count as a violation."""
    struck = [literal(call.args[0]) for call in calls("_violate", "realtime")]
    twins = {(close.code + 500, close.reason) for close in struck if isinstance(close, errors.Close)}
    made = [(literal(call.args[0]), literal(call.args[1])) for call in calls("Close", *APPS)]
    return twins | {(code, word) for code, word in made if isinstance(code, int) and isinstance(word, str)}
