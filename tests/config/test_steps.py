"""Tests of the steps of `make test`: tests that fail beside others run once more alone."""

import sys
from contextlib import ExitStack
from pathlib import Path

import pytest

from tests.services.steps import Outcome, Printed, Session, Step, table

PYTEST = (sys.executable, "-m", "pytest", "-q", "-p", "no:randomly", "-c", "/dev/null")


def test_failed_tests_run_again_alone(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PYTEST_DISABLE_PLUGIN_AUTOLOAD", "1")  # plugins take most of the time of so small a run
    flaky, broken = tmp_path / "test_flaky.py", tmp_path / "test_broken.py"
    flaky.write_text(
        "from pathlib import Path\n"
        "def test_good(): pass\n"
        "def test_flaky():\n"
        "    seen = Path(__file__).with_suffix('.seen')\n"
        "    first = not seen.exists()\n"
        "    seen.touch()\n"
        "    assert not first\n"
    )
    broken.write_text("def test_broken(): assert False\n")
    steps = [
        Step(
            file.stem,
            ((*PYTEST, f"--rootdir={tmp_path}", "-o", f"cache_dir={tmp_path}/{file.stem}", str(file)),),
            group="x",
        )
        for file in (flaky, broken)
    ]
    with ExitStack() as stack:
        first, second = Session(stack).run_all(steps)
    assert first.state == "passed"
    assert "1 failed, 1 passed" in first.summary
    assert "again, alone" in first.summary
    assert second.state == "FAILED"


def test_table_names_the_time_of_each_step_and_the_slowest_tests() -> None:
    printed = Printed()
    for line in ("\x1b[32m12.34s call     tests/test_a.py::test_a\x1b[0m\n", "== 3 passed in 20.00s ==\n"):
        printed.read(line)
    outcomes = [
        Outcome("ruff", "passed", "", 1.4),
        Outcome("sqlite", "passed", printed.summary, 20, tuple(printed.slowest)),
    ]
    assert table(outcomes, 61).splitlines()[1:] == [
        "slowest tests of sqlite",
        "    12.3 s  tests/test_a.py::test_a",
        "",
        "─" * 80,
        "  passed   ruff             1 s",
        "  passed   sqlite          20 s  3 passed in 20.00s",
        "  total 1 min 1 s",
    ]
