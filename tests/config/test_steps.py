"""Tests of the steps of `make test`: tests that fail beside others run once more alone."""

import sys
from contextlib import ExitStack
from pathlib import Path

from tests.services.steps import Session, Step

PYTEST = (sys.executable, "-m", "pytest", "-q", "-p", "no:randomly", "-c", "/dev/null")


def test_failed_tests_run_again_alone(tmp_path: Path) -> None:
    moody, broken = tmp_path / "test_moody.py", tmp_path / "test_broken.py"
    moody.write_text(
        "from pathlib import Path\n"
        "def test_good(): pass\n"
        "def test_moody():\n"
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
            beside="x",
        )
        for file in (moody, broken)
    ]
    with ExitStack() as stack:
        first, second = Session(stack).run_all(steps)
    assert first.state == "passed"
    assert "1 failed, 1 passed" in first.said
    assert "again, alone" in first.said
    assert second.state == "FAILED"
