"""Tests of the check of the language."""

from pathlib import Path

import pytest

from tests import language

PYTHON = '''"""Rooms of a person."""

LIMIT_S = 5
"""seconds to wait"""

def test_it_opens(door):
    """What opens."""
'''
JAVASCRIPT = """/** Who is here. */
/** @param {string} text */
test("a room opens", () => { const text = "the door"; }); // no door
/** Return the members. */
const doors = 1;
"""


def rules(name: str, source: str, folder: Path) -> list[tuple[int, str]]:
    path = folder / name
    path.write_text(source)
    return [(line, rule) for line, rule, _ in language.READERS[path.suffix](path)]


def test_python_file_is_read(tmp_path: Path) -> None:
    assert sorted(rules("x.py", PYTHON, tmp_path)) == [
        (4, "capital letter"),
        (4, "full stop"),
        (6, "old word"),
        (6, "test name"),
        (7, "fragment"),
        (7, "opening word"),
    ]


def test_javascript_file_is_read_without_its_comments_and_texts(tmp_path: Path) -> None:
    found = rules("x.js", JAVASCRIPT, tmp_path)
    assert sorted(found) == [(1, "opening word"), (3, "test name"), (5, "old word")]


def test_documents_are_searched_for_phrases(tmp_path: Path) -> None:
    assert rules("x.md", "# Rooms\nThe doorbell rings.\n", tmp_path) == [(2, "old word")]


@pytest.mark.parametrize(
    "text",
    [
        "Return the members who may read the log.",
        "`{room, text}` is the body of a message.",
        "429 means that the caller must wait.",
        "Return the lines below:\n\n        code = 1",
    ],
)
def test_sentence_passes(text: str) -> None:
    assert list(language.prose(text)) == []


def test_exceptions_name_their_reason() -> None:
    assert all(each["reason"] for each in language.WORDS["allowed"])
