"""Tables in a text, bounded. Two rules for markdown-it. Pure.

A row with fewer cells than the head is filled up, so a short text could have very many cells; and the parser would drop
the cells that a row has more. A table with too many columns or cells, and one that would lose words, is shown as typed.
"""

from typing import Final

from markdown_it.rules_block import StateBlock, table
from markdown_it.rules_block.table import escapedSplit
from markdown_it.rules_core import StateCore

COLUMNS: Final = 20
CELLS: Final = 2_000
"""A message has at most about so many cells. Their tags alone take half of the length that HTML may have."""
BAR: Final = "|"
ALIGNMENTS: Final = {"left", "center", "right"}


def bounded_table(state: StateBlock, start_line: int, end_line: int, silent: bool) -> bool:
    """Parse a table like markdown-it, unless it is too large or has a row that is too long."""
    if start_line + 2 > end_line or BAR not in _line(state, start_line + 1):
        return False
    if _line(state, start_line + 1).count(BAR) >= COLUMNS or state.env.get("cells", 0) > CELLS:
        return False
    before = len(state.tokens)
    if not table(state, start_line, end_line, silent):
        return False
    columns = sum(token.type == "th_open" for token in state.tokens[before:])
    # Cells of a table that is taken back count, too: they have cost time.
    state.env["cells"] = state.env.get("cells", 0) + columns * (state.line - start_line)
    if silent or all(_cells(_line(state, line)) <= columns for line in range(start_line + 2, state.line)):
        return True
    del state.tokens[before:]
    state.line = start_line
    return False


def _cells(line: str) -> int:
    """Return the number of cells of a row, without the borders at its ends."""
    cells = escapedSplit(line.strip())
    return len(cells) - (cells[:1] == [""]) - (len(cells) > 1 and cells[-1] == "")


def _line(state: StateBlock, line: int) -> str:
    return state.src[state.bMarks[line] + state.tShift[line] : state.eMarks[line]]


def name_alignments(state: StateCore) -> None:
    """Give cells the attribute `align` instead of a style, which the content security policy refuses."""
    for token in state.tokens:
        if token.type in {"td_open", "th_open"} and "style" in token.attrs:
            token.attrs = {"align": str(token.attrs["style"]).removeprefix("text-align:")}
