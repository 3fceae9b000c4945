"""Tests that every word of docs/glossary.md has a code name, a meaning and a source."""

import re

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


def test_glossary_is_linked_from_the_readme() -> None:
    assert "docs/glossary.md" in (ROOT / "README.md").read_text()
