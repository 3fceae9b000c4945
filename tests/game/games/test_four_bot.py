"""Four's bots: what each level sees, and what it leaves to chance."""

import pytest
from hypothesis import given

from game.engine.interface import IllegalMove, Move, Seat
from game.games import four_bot
from game.games.four import Board, Four
from tests.game.games.test_four import DRAWN, after
from tests.game.matches import PLAIN, SEEDS, states, whole_matches

FOUR = Four()


def wins(state: Board, seat: Seat) -> list[int]:
    """Return the columns in which a disc of the seat wins at once, by the rules."""
    asked = Board(turn=seat, columns=state.columns, chance=0)
    results = {column: FOUR.apply(asked, Move(seat, column)).result for column in FOUR.legal(asked)}
    return [column for column, result in results.items() if result and result.winner == seat]


def chosen(state: Board, level: str, seed: int = 1) -> int:
    return FOUR.bot(FOUR.view(state, state.turn), state.turn, level, seed)


def match(levels: tuple[str, str], seed: int) -> tuple[Seat | None, list[int]]:
    """Play a match, and return the winner and the columns."""
    state, columns = FOUR.setup(seed, seed % 2), list[int]()
    while not state.result:
        columns.append(chosen(state, levels[state.turn], seed))
        state = FOUR.apply(state, Move(state.turn, columns[-1]))
    return state.result.winner, columns


@whole_matches
@given(SEEDS, PLAIN)
def test_bitboards_know_the_rules(seed: int, steers: list[int]) -> None:
    for state in states(FOUR, seed, 0, steers):
        own, mask = four_bot._boards(state.columns, state.turn)
        seen = four_bot._completions(own, mask) & four_bot._landings(mask)
        assert sorted(map(four_bot._column, four_bot._moves(seen))) == wins(state, state.turn)


@pytest.mark.parametrize("level", ["medium", "hard"])
@whole_matches
@given(SEEDS, PLAIN)
def test_win_in_one_is_taken_and_the_other_s_is_blocked(level: str, seed: int, steers: list[int]) -> None:
    for state in states(FOUR, seed, 0, steers):
        own, others = wins(state, state.turn), wins(state, 1 - state.turn)
        if not state.result and (own or others):
            assert chosen(state, level, seed) in (own or others)


@whole_matches
@given(SEEDS, PLAIN)
def test_no_disc_is_put_under_the_other_s_win(seed: int, steers: list[int]) -> None:
    for state in states(FOUR, seed, 0, steers):
        boards = {column: FOUR.apply(state, Move(state.turn, column)) for column in FOUR.legal(state)}
        safe = [column for column, board in boards.items() if board.result or not wins(board, board.turn)]
        if safe and len(safe) < len(boards):
            assert chosen(state, "medium", seed) in safe


def test_easy_takes_a_win_most_of_the_time_and_blocks_most_of_the_time() -> None:
    assert 70 < sum(chosen(after("010101"), "easy", seed) == 0 for seed in range(100)) < 100
    assert 70 < sum(chosen(after("01010"), "easy", seed) == 0 for seed in range(100)) < 100


def test_same_question_has_the_same_answer_and_another_seed_another_match() -> None:
    matches = [match(("medium", "medium"), seed)[1] for seed in range(4)]
    assert matches == [match(("medium", "medium"), seed)[1] for seed in range(4)]
    assert len({tuple(columns) for columns in matches}) == 4


def test_medium_beats_easy() -> None:
    assert [match(("medium", "easy"), seed)[0] for seed in range(8)].count(0) >= 6


def test_full_board_has_no_move() -> None:
    for level in FOUR.levels:
        with pytest.raises(IllegalMove, match="finished"):
            chosen(after(DRAWN), level)
