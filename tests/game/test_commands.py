"""Tests of random results: the server draws them once, into the log."""

from typing import Any

import pytest

from realtime.types import Caller, LogKey
from tests.actions import call, line, outcome, post
from tests.game.play import refused

pytestmark = pytest.mark.django_db


def said(caller: Caller, key: LogKey, text: str) -> Any:
    return line(caller, key, post(caller, key, text))["data"]


@pytest.mark.parametrize(
    ("text", "dice", "count", "sides", "bonus"),
    [
        ("/roll", "1d6", 1, 6, 0),
        ("/roll 2d6", "2d6", 2, 6, 0),
        ("/roll d20", "1d20", 1, 20, 0),
        ("/roll 20D1000 + 7", "20d1000+7", 20, 1000, 7),
        ("/roll 2d6-12", "2d6-12", 2, 6, -12),
    ],
)
def test_dice_fall_within_their_sides(
    ann: Caller, key: LogKey, text: str, dice: str, count: int, sides: int, bonus: int
) -> None:
    data = said(ann, key, text)
    assert (data["dice"], len(data["rolls"])) == (dice, count)
    assert all(1 <= roll <= sides for roll in data["rolls"])
    assert data["total"] == sum(data["rolls"]) + bonus


@pytest.mark.parametrize("dice", ["0d6", "21d6", "2d1", "2d1001", "six", "2d6+", "2d6+1+1", "d", "9" * 500])
def test_dice_that_nobody_has_are_refused(ann: Caller, key: LogKey, dice: str) -> None:
    problem = refused(ann, "message.post", room=key, text=f"/roll {dice}")
    assert (problem.code, problem.type) == (422, "bad_dice")


def test_coin_falls_on_a_side(ann: Caller, key: LogKey) -> None:
    assert {said(ann, key, "/flip")["side"] for _ in range(40)} == {"heads", "tails"}


@pytest.mark.parametrize("text", ["/pick tea, coffee ,water", "/pick tea\uff0ccoffee\u3001water"])
def test_pick_draws_one_of_several(ann: Caller, key: LogKey, text: str) -> None:
    data = said(ann, key, text)
    assert data["options"] == ["tea", "coffee", "water"]
    assert data["picked"] in data["options"]


@pytest.mark.parametrize("options", ["", "tea", ",,,", ",".join("x" * 21), f"tea, {'x' * 101}"])
def test_pick_refuses_too_few_and_too_many_options(ann: Caller, key: LogKey, options: str) -> None:
    assert refused(ann, "message.post", room=key, text=f"/pick {options}").type == "bad_pick"


def test_throw_that_is_sent_again_is_not_thrown_again(ann: Caller, key: LogKey) -> None:
    asked = call(ann, "message.post", room=key, text="/roll 20d1000")
    first = outcome(asked).result
    assert outcome(asked).result == first
    assert line(ann, key, first["o"])["n"] == line(ann, key, post(ann, key, "next"))["n"] - 1


def test_throw_is_not_edited(ann: Caller, key: LogKey) -> None:
    o = post(ann, key, "/flip")
    assert refused(ann, "message.edit", room=key, o=o, text="heads").code == 403
