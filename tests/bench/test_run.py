"""What is measured in several goes stands in one file."""

from bench.run import joined
from tests.bench.results import results


def test_rows_measured_before_stay_and_one_measured_again_is_only_the_new_one() -> None:
    before = results(idle={"parlor": [{"rss_kb_connection": 28.0}]})
    again = results() | {"versions": {"gorilla": "1.5"}, "missing": {}, "rows": {"500x64": {"gorilla": []}}}
    both = joined(before, again)
    assert both["rows"] == {"500x64": {"gorilla": []}, "idle": before["rows"]["idle"]}
    assert both["versions"] == {**before["versions"], "gorilla": "1.5"}
    assert both["missing"] == {}
    assert joined({}, again) == again
