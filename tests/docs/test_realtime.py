"""Tests that docs/realtime.md shows the sample project as it is."""

import pytest

from tests.docs.pages import ROOT, blocks, page

BLOCKS = blocks(page("docs/realtime.md"), "python")


@pytest.mark.parametrize("block", BLOCKS)
def test_block_is_part_of_the_sample_project(block: str) -> None:
    name, code = block.split("\n", 1)
    source = (ROOT / "tests" / name.removeprefix("# ")).read_text().replace("tests.board", "board")
    for part in code.strip("\n").split("\n\n\n"):
        assert part in source


def test_every_module_with_rules_of_its_own_is_shown() -> None:
    shown = {block.split("\n", 1)[0].removeprefix("# board/") for block in BLOCKS}
    assert shown == {path.name for path in (ROOT / "tests/board").glob("*.py")} - {"__init__.py", "models.py"}
