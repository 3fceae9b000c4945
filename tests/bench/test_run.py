"""Tests of results that several runs write to one file."""

from typing import Any

from bench.run import joined
from tests.bench.results import results


def test_joined_results_keep_old_rows_and_replace_servers_measured_again() -> None:
    before = results(idle={"parlor": [{"rss_kb_connection": 28.0}]})
    new: dict[str, dict[str, list[Any]]] = {"500x64": {"gorilla": [], "ws": []}}
    again = results() | {"versions": {"gorilla": "1.5"}, "missing": {}, "rows": new}
    both = joined(before, again)
    assert both["rows"] == before["rows"] | {"500x64": before["rows"]["500x64"] | new["500x64"]}
    assert both["versions"] == {**before["versions"], "gorilla": "1.5"}
    assert both["missing"] == {}
    assert joined({}, again) == again
