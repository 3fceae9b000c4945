"""docs/architecture.md names every module, and only those there are."""

import re

import pytest

from realtime.limits import Limits
from realtime.readers import Readers
from tests.docs.pages import ROOT, code, page, rows, section
from tests.docs.sources import files

ARCHITECTURE = page("docs/architecture.md")


@pytest.mark.parametrize(
    ("folder", "suffix"),
    [
        ("realtime", ".py"),
        ("accounts", ".py"),
        ("chat", ".py"),
        ("game", ".py"),
        ("lab", ".py"),
        ("config", ".py"),
    ],
)
def test_every_module_is_named_once_and_no_other(folder: str, suffix: str) -> None:
    named = [code(row[0]) for row in rows(ARCHITECTURE, f"{folder}/")]
    assert sorted(named) == sorted(files(folder, suffix))


def test_folders_of_the_client_are_named() -> None:
    found = {path.relative_to(ROOT / "static").parts[:-1] for path in (ROOT / "static").rglob("*.js")}
    folders = {f"{name}/" for parts in found for name in parts}
    named = {code(row[0]) for row in rows(ARCHITECTURE, "static/")}
    assert named - {"words/"} == folders


def lines(folder: str, suffix: str) -> int:
    return sum((ROOT / folder / name).read_text().count("\n") for name in files(folder, suffix))


def test_what_grew_beyond_its_measure_is_said_with_its_size() -> None:
    found = re.search(r"now ([\d,]+) and ([\d,]+) lines", section(ARCHITECTURE, "realtime/"))
    assert found
    told = [int(number.replace(",", "")) for number in found.groups()]
    assert told == [pytest.approx(lines(*each), rel=0.1) for each in (("realtime", ".py"), ("static/realtime", ".js"))]


def test_numbers_are_those_of_the_code() -> None:
    limits = Limits()
    assert f"the last {limits.ring} events" in ARCHITECTURE
    assert f"at most {limits.replay:,} events" in ARCHITECTURE
    assert f"at most {limits.waiting} unanswered" in ARCHITECTURE
    assert (limits.sweep_s, Readers.__init__.__defaults__) == (2, (4,))
