"""Tests that every word of docs/glossary.md has a name in the code, a meaning and a source."""

import re
import subprocess

import pytest

from tests.apps import APPS
from tests.docs.pages import ROOT, code, page, rows

GLOSSARY = page("docs/glossary.md")
HEADINGS = re.findall(r"^## (.+)$", GLOSSARY, re.MULTILINE)
ROWS = [row for heading in HEADINGS for row in rows(GLOSSARY, heading)]


def test_glossary_names_each_word_once() -> None:
    words = [row[0] for row in ROWS]
    assert len(words) == len(set(words))


def test_glossary_gives_each_word_a_code_name_a_sentence_and_a_source() -> None:
    for word, name, meaning, source in ROWS:
        assert code(name), word
        assert meaning.endswith("."), word
        assert source == "–" or re.fullmatch(r"\[.+\]\(https://\S+\)", source), word


@pytest.mark.parametrize("name", sorted({code(row[1]) for row in ROWS}))
def test_code_has_the_names_of_the_glossary(name: str) -> None:
    found = subprocess.run(["grep", "-rqw", "--include=*.py", name, *APPS], cwd=ROOT, check=False)
    assert found.returncode == 0


def test_glossary_is_linked_from_the_readme() -> None:
    assert "docs/glossary.md" in (ROOT / "README.md").read_text()
