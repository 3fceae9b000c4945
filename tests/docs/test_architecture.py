"""Tests that docs/architecture.md gives the folders and the numbers of the code."""

from realtime.limits import Limits
from realtime.workers.readers import Readers
from tests.docs.pages import ROOT, code, page, rows

ARCHITECTURE = page("docs/architecture.md")


def test_folders_of_the_client_are_named() -> None:
    found = {path.relative_to(ROOT / "static").parts[:-1] for path in (ROOT / "static").rglob("*.js")}
    folders = {f"{name}/" for parts in found for name in parts}
    named = {code(row[0]) for row in rows(ARCHITECTURE, "static/")}
    assert {name for name in named if name.endswith("/")} - {"words/"} == folders


def test_numbers_are_those_of_the_code() -> None:
    limits = Limits()
    assert f"the last {limits.ring} events" in ARCHITECTURE
    assert f"at most {limits.replay:,} events" in ARCHITECTURE
    assert f"at most {limits.waiting} unanswered" in ARCHITECTURE
    assert (limits.sweep_s, Readers.__init__.__defaults__) == (2, (4,))
