"""Read pages of documentation: sections by heading, tables by row, words in backticks."""

import re
from pathlib import Path

ROOT = Path(__file__).parent.parent.parent
TOP = ("README.md", "CONTRIBUTING.md", "SECURITY.md")
PAGES = [*(ROOT / name for name in TOP), *sorted((ROOT / "docs").glob("*.md"))]
CODE = re.compile(r"`([^`]+)`")


def page(name: str) -> str:
    return (ROOT / name).read_text()


def section(text: str, heading: str) -> str:
    """Return the text between a heading of the second rank and the next one."""
    found = re.search(rf"^## {re.escape(heading)}$(.*?)(?=^## |\Z)", text, re.MULTILINE | re.DOTALL)
    assert found, f"no section “{heading}”"
    return found[1]


def rows(text: str, heading: str) -> list[list[str]]:
    """Return the cells of the tables in a section, without heads and rules."""
    lines = [line for line in section(text, heading).splitlines() if line.startswith("|")]
    rules = [place for place, line in enumerate(lines) if set(line) <= set("|-: ")]
    body = [line for place, line in enumerate(lines) if place not in rules and place + 1 not in rules]
    return [[cell.strip() for cell in line.strip("|").split("|")] for line in body]


def codes(text: str) -> list[str]:
    return CODE.findall(text)


def code(cell: str) -> str:
    """Return the first word in backticks; `""` is the empty one."""
    return codes(cell)[0].strip('"')


def blocks(text: str, language: str) -> list[str]:
    """Return the fenced blocks of code in a language."""
    return re.findall(rf"^```{language}\n(.*?)^```$", text, re.MULTILINE | re.DOTALL)
