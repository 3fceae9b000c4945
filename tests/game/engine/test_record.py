"""A match is written, read and played again."""

import msgspec
import pytest

from game.engine.interface import IllegalMove, Move, Timeout
from game.engine.record import dump, load, replay
from game.games.four import Four

FOUR = Four()


def test_replay_gives_every_state_the_first_before_anything_happened() -> None:
    course = replay(FOUR, 5, 1, [Move(1, 3), Move(0, 3), Timeout(1)])
    assert course[0] == FOUR.setup(5, 1)
    assert [sum(map(len, state.columns)) for state in course] == [0, 1, 2, 3]


def test_replay_refuses_what_the_live_match_refused() -> None:
    with pytest.raises(IllegalMove, match="out_of_turn"):
        replay(FOUR, 5, 1, [Move(1, 3), Move(1, 3)])


def test_greatest_chance_is_kept() -> None:
    state = FOUR.setup(2**64 - 1, 0)
    assert load(FOUR, dump(FOUR, state)).chance == 2**64 - 1


@pytest.mark.parametrize("text", ["", "[]", "{}", '{"turn":true,"chance":1}'])
def test_json_that_is_no_state_is_refused(text: str) -> None:
    with pytest.raises(msgspec.DecodeError):
        load(FOUR, text)
