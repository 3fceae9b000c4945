"""Names: what is shown, what is compared, what is refused."""

import unicodedata
from typing import Literal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from accounts.names import FOLDED_LENGTH, NAME_LENGTH, RAW_LENGTH, UNSEEN, UNSEEN_CATEGORIES, clean, cleaned, fold
from realtime.errors import RealtimeError

SAME_AS_ADA = [
    "ADA",
    "A\u200bda",
    "\uff21\uff44\uff41",
    "\U0001d400\U0001d41d\U0001d41a",
    "\u202eAda",
    " Ada ",
    "Ada\ufe0f",
    "A\u034fda",
]
MORE_INVISIBLE = ["\u00ad", "\U0001d159", "\U00016fe4"]
MARKS = "\u0301" * 8
"""Combining marks, which a browser draws onto the text before them."""


def refused(name: str) -> str:
    with pytest.raises(RealtimeError) as error:
        cleaned(name)
    assert error.value.code == 422
    return str(error.value.args[0])


@given(st.text(max_size=80))
def test_name_must_be_visible_and_short(text: str) -> None:
    try:
        shown, folded = cleaned(text)
    except RealtimeError:
        assert refused(text) in {"empty", "too_long"}
        return
    assert shown == clean(shown)
    assert 1 <= len(shown) <= NAME_LENGTH
    assert 1 <= len(folded) <= FOLDED_LENGTH
    assert not [c for c in shown if c in UNSEEN or unicodedata.category(c) in UNSEEN_CATEGORIES]


@given(st.text(max_size=40))
def test_folding_twice_is_folding_once(text: str) -> None:
    assert fold(fold(text)) == fold(text)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("Ana", "ANA"),
        ("ﬁnn", "FINN"),
        ("Straße", "STRASSE"),
        ("Åsa", "A\u030asa"),
        ("\uff21\uff2e\uff21", "ana"),
        ("①", "1"),
        *(("Ada", other) for other in SAME_AS_ADA),
    ],
)
def test_names_that_people_take_for_one_are_one(one: str, other: str) -> None:
    assert cleaned(one)[1] == cleaned(other)[1]


@pytest.mark.parametrize(
    "name", ["A\u200bna", "A\u202ena", "\u2066Ana\u2069", "Ana\u00ad", "A\x07na", "\ufeffAna", "Ana\ufe0f"]
)
def test_invisible_characters_are_removed(name: str) -> None:
    assert cleaned(name)[0] == "Ana"


@pytest.mark.parametrize(
    "name", ["", " ", "\t\n", "\u200b\u200d", "\u202e", "\u3164", "\u2800", "\x00", "\ue000", *MORE_INVISIBLE, MARKS]
)
def test_name_of_invisible_characters_is_empty(name: str) -> None:
    assert refused(name) == "empty"


def test_white_space_is_one_blank_and_none_around() -> None:
    assert cleaned("  Quiet \t\n Otter\u3000")[0] == "Quiet Otter"


@pytest.mark.parametrize("name", ["x" * 33, "中" * 33, "\ufdfa" * 32])
def test_long_name_is_rejected(name: str) -> None:
    assert refused(name) == "too_long"


def test_long_run_of_marks_is_refused_before_it_is_normalized(monkeypatch: pytest.MonkeyPatch) -> None:
    looked_at: list[int] = []
    normalize = unicodedata.normalize

    def noted(form: Literal["NFC", "NFD", "NFKC", "NFKD"], text: str) -> str:
        looked_at.append(len(text))
        return normalize(form, text)

    monkeypatch.setattr(unicodedata, "normalize", noted)
    for text in ("a" + "\u0301\u0327" * 16_000, "x" * 65_000):
        with pytest.raises(RealtimeError, match="too_long"):
            clean(text)
    assert max(looked_at, default=0) <= RAW_LENGTH
