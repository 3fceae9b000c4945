"""Tests that docs/architecture.md gives the folders and the numbers of the code."""

import ast
import re

import pytest

from realtime.limits import Limits
from realtime.workers.readers import Readers
from tests.docs.pages import ROOT, code, codes, page, rows

ARCHITECTURE = page("docs/architecture.md")


def test_folders_of_the_client_are_named() -> None:
    found = {path.relative_to(ROOT / "static").parts[:-1] for path in (ROOT / "static").rglob("*.js")}
    folders = {f"{name}/" for parts in found for name in parts}
    named = {code(row[0]) for row in rows(ARCHITECTURE, "static/")}
    assert {name for name in named if name.endswith("/")} - {"words/", "emoji/"} == folders


def test_numbers_are_those_of_the_code() -> None:
    limits = Limits()
    assert f"the last {limits.ring} events" in ARCHITECTURE
    assert f"at most {limits.replay:,} events" in ARCHITECTURE
    assert f"at most {limits.waiting} unanswered" in ARCHITECTURE
    assert (limits.sweep_s, Readers.__init__.__defaults__) == (2, (4,))


def source(place: str) -> str:
    """Return the source of `path::Class.function` or `path::NAME`."""
    path, name = place.split("::")
    text = (ROOT / path).read_text()
    body: list[ast.stmt] = ast.parse(text).body
    for part in name.split("."):
        [node] = [node for node in body if part in names_of(node)]
        body = getattr(node, "body", [])
    return ast.get_source_segment(text, node) or ""


def names_of(node: ast.stmt) -> set[str]:
    if isinstance(node, ast.AnnAssign):
        return {ast.unparse(node.target)}
    if isinstance(node, ast.Assign):
        return {ast.unparse(target) for target in node.targets}
    return {getattr(node, "name", "")}


@pytest.mark.parametrize("row", rows(ARCHITECTURE, "Where to find it"), ids=lambda row: row[0])
def test_each_place_leads_to_the_next(row: list[str]) -> None:
    places = [place for cell in row[1:] for place in codes(cell)]
    assert len(row) == 4
    for place, following in zip(places, [*places[1:], ""], strict=True):
        name = following.rpartition(".")[2].rpartition("::")[2]
        assert re.search(rf"(?<![A-Za-z]){name}", source(place)), f"{place} does not lead to {following}"
