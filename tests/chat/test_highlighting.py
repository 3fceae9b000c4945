"""Tests of the colours of code: the text stays, the classes are few, and the work is bounded."""

import re
from html import unescape
from itertools import count
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from chat.highlighting import ALIASES, CLASSES, CODE_LENGTH, LANGUAGES, LEAST_LENGTH, MOST_S, coloured, lexer_of
from chat.text import HIGHLIGHTS, light, parsed

SAMPLES = [
    "'",
    '"',
    "/*",
    "<!--",
    "//",
    "#",
    "(",
    "{",
    "[",
    "\\",
    "a",
    " ",
    "\n",
    "0",
    "${",
    "<a ",
    "=",
    "`",
    "'''",
    "%",
]


def plain(markup: str) -> str:
    return unescape(re.sub(r"<[^>]*>", "", markup))


def test_classes_are_those_that_the_cleaner_lets_through() -> None:
    assert CLASSES == HIGHLIGHTS


@pytest.mark.parametrize("language", sorted(LANGUAGES | set(ALIASES)))
def test_each_language_has_a_lexer_that_is_found_by_name(language: str) -> None:
    assert lexer_of(f" {language.upper()} title=x") is not None


@given(
    st.sampled_from(sorted(LANGUAGES)),
    st.one_of(st.text(max_size=100), st.lists(st.sampled_from(SAMPLES)).map("".join)),
)
@settings(max_examples=200)
def test_code_in_colours_has_the_same_text(language: str, code: str) -> None:
    assert plain(coloured(code, language, {})) == code


@pytest.mark.parametrize(
    "info", ["", "  ", "nosuchlanguage", "py\x00", "pythön", "../python", "pygments.lexers.python"]
)
def test_code_in_no_known_language_stays_plain(info: str) -> None:
    assert coloured("def f(): <b>", info, {}) == "def f(): &lt;b&gt;"


def test_message_has_so_much_code_in_colours_in_all() -> None:
    env: dict[str, Any] = {}
    half = "x = 1\n" * (CODE_LENGTH // 12)
    assert "hl-number" in coloured(half, "python", env)
    assert "hl-number" in coloured(half, "python", env)
    assert "hl-number" not in coloured(half, "python", env)
    assert "hl-number" in coloured("x = 1", "python", {})


def test_code_block_is_never_rendered_in_the_event_loop() -> None:
    assert not light("```py\nx\n```")
    assert not light("~~~py\nx\n~~~")


@pytest.mark.attack
@pytest.mark.parametrize(("language", "sample"), [("csharp", "a\n"), ("make", "0"), ("java", " a"), ("cpp", "\n ")])
def test_code_for_which_a_lexer_takes_quadratic_time_stays_plain(
    language: str, sample: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The CPU time is a fake one: each token takes a hundredth of what there is."""
    now = count()
    monkeypatch.setattr("chat.highlighting.time.thread_time", lambda: next(now) * MOST_S / 100)
    code = (sample * CODE_LENGTH)[:CODE_LENGTH]
    assert coloured(code, language, {}) == code
    assert next(now) < 110


@pytest.mark.attack
def test_code_blocks_of_a_message_share_one_bound() -> None:
    many = "```py\nx=1\n```\n" * 500
    assert (parsed(many).html or "").count("hl-number") == CODE_LENGTH // LEAST_LENGTH
