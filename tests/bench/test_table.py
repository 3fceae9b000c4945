"""Tests of the tables in docs/performance.md."""

import re

import pytest

from bench.table import PAGE, filled, number, rooms, sections
from tests.bench.results import results


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (1_850_000, "1.85 M"),
        (412_345, "412 k"),
        (10_400, "10.4 k"),
        (3_120, "3,120"),
        (14.23, "14.2"),
        (0.718, "0.72"),
    ],
)
def test_number_has_three_significant_digits(value: float, text: str) -> None:
    assert number(value) == text


def test_table_shows_medians_ranges_void_runs_and_missing_servers() -> None:
    table = sections(results())["closed"]
    cells = {line.split(" | ")[0].strip("| "): line.split(" | ")[1] for line in table.splitlines() if "|" in line}
    assert cells["**Parlor**"] == "1.30 M (1.20 M–1.40 M)"
    assert cells["ws"] == "120 k, 1 of 2"
    assert cells["µWebSockets.js"] == "void"
    assert cells["gorilla"] == "missing: go: not found"


def test_cost_of_a_delivery_leaves_out_the_cost_of_the_message() -> None:
    many = {f"room-{size}": {"parlor": [{"cpu_us_message": 300 + size * 7}]} for size in (100, 4000)}
    table = rooms(results(**many, **{"room-1": {"parlor": [{"cpu_us_message": 300}]}}))
    assert [line.rsplit(" | ", 1)[1] for line in table.splitlines()[2:]] == ["7.00 |", "7.00 |"]


def test_filled_page_changes_only_between_the_marks() -> None:
    page = "a\n<!-- x -->\nold\n<!-- /x -->\nb\n<!-- y -->\nkept\n<!-- /y -->\n"
    assert filled(page, {"x": "new \\1", "y": ""}) == page.replace("old", "new \\1")
    with pytest.raises(ValueError, match="no marks for z"):
        filled(page, {"z": "new"})


def test_page_has_the_marks_of_every_part_and_no_other() -> None:
    marks = re.findall(r"<!-- (\w+) -->", PAGE.read_text())
    assert sorted(marks) == sorted(sections(results()))
