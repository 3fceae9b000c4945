"""The rules of Four."""

from typing import Any

import pytest

from game.engine.interface import Forfeit, GameEvent, IllegalMove, Move, Result, Timeout
from game.engine.record import replay
from game.games.four import Board, Four

FOUR = Four()
DRAWN = "330254564223355224331121550404466660106011"
LAST = "622540464400611545423155216206211605033333"
"""The last disc of these columns fills the board and completes a line."""


def after(columns: str, *, first: int = 0, seed: int = 1) -> Board:
    """Return the board after discs into these columns, in turns."""
    moves: list[GameEvent] = [Move((first + number) % 2, int(column)) for number, column in enumerate(columns)]
    return replay(FOUR, seed, first, moves)[-1]


def refused(state: Board, event: GameEvent) -> str:
    with pytest.raises(IllegalMove) as error:
        FOUR.apply(state, event)
    return error.value.reason


def line(state: Board) -> Any:
    return FOUR.view(state, None)["line"]


def test_first_seat_starts_and_seats_alternate() -> None:
    assert [FOUR.to_act(after(columns, first=1)) for columns in ("", "3", "33")] == [1, 0, 1]


def test_disc_falls_onto_those_in_its_column() -> None:
    assert FOUR.view(after("332"), None) == {
        "columns": [[], [], [0], [0, 1], [], [], []],
        "last": {"column": 2, "row": 0},
        "line": None,
        "misses": [0, 0],
    }


@pytest.mark.parametrize(
    ("columns", "discs"),
    [
        ("0101010", [[0, 0], [0, 1], [0, 2], [0, 3]]),
        ("0011223", [[0, 0], [1, 0], [2, 0], [3, 0]]),
        ("3322110", [[0, 0], [1, 0], [2, 0], [3, 0]]),
        ("6655443", [[3, 0], [4, 0], [5, 0], [6, 0]]),
        ("01122323363", [[0, 0], [1, 1], [2, 2], [3, 3]]),
        ("65544343303", [[3, 3], [4, 2], [5, 1], [6, 0]]),
    ],
    ids=["upright", "level", "level from the right", "level at the edge", "rising", "falling"],
)
def test_four_in_a_line_win(columns: str, discs: list[list[int]]) -> None:
    assert FOUR.result(after(columns[:-1])) is None
    assert FOUR.result(after(columns)) == Result(0, "line")
    assert FOUR.result(after(columns, first=1)) == Result(1, "line")
    assert line(after(columns)) == discs


def test_line_does_not_run_on_over_the_edge_of_the_board() -> None:
    assert FOUR.result(after("4455660")) is None


def test_line_of_seven_is_shown_whole() -> None:
    assert line(after("0011224455663")) == [[column, 0] for column in range(7)]


def test_two_lines_at_once_are_both_shown() -> None:
    assert line(after("0010011626263")) == [[0, 0], [0, 3], [1, 0], [1, 2], [2, 0], [2, 1], [3, 0]]


def test_full_column_takes_no_disc() -> None:
    state = after("000000")
    assert refused(state, Move(0, 0)) == "full_column"
    assert FOUR.legal(state) == [1, 2, 3, 4, 5, 6]


@pytest.mark.parametrize("move", [-1, 7, True, False, 3.0, "3", None, [3], {"column": 3}])
def test_value_that_is_no_column_is_no_move(move: Any) -> None:
    assert refused(after(""), Move(0, move)) == "invalid_move"


def test_move_out_of_turn_or_after_the_end_is_refused() -> None:
    assert refused(after("3"), Move(0, 3)) == "out_of_turn"
    assert refused(after("3"), Move(2, 3)) == "out_of_turn"
    assert refused(after("0101010"), Move(1, 3)) == "finished"


def test_full_board_is_a_draw() -> None:
    assert FOUR.result(after(DRAWN[:-1])) is None
    assert FOUR.result(after(DRAWN)) == Result(None, "full")
    assert line(after(DRAWN)) is None


def test_last_disc_of_all_may_still_win() -> None:
    assert FOUR.result(after(LAST[:-1])) is None
    assert FOUR.result(after(LAST)) == Result(1, "line")


def test_first_time_out_makes_a_move_of_chance() -> None:
    state = FOUR.apply(after("3"), Timeout(1))
    column = state.last[0] if state.last else None
    assert FOUR.describe(state, None) == {"key": "four.timeout", "seat": 1, "column": (column or 0) + 1}
    assert FOUR.view(state, None)["misses"] == [0, 1]
    assert (FOUR.to_act(state), FOUR.result(state)) == (0, None)


def test_chance_is_the_seed_s() -> None:
    moves = [FOUR.apply(after("3", seed=seed), Timeout(1)).last for seed in range(40)]
    assert moves == [FOUR.apply(after("3", seed=seed), Timeout(1)).last for seed in range(40)]
    assert {disc[0] for disc in moves if disc} == set(range(7))


def test_chance_puts_no_disc_into_a_full_column() -> None:
    for seed in range(40):
        assert FOUR.apply(after("000000", seed=seed), Timeout(0)).last != (0, 6)


def test_second_time_out_of_a_seat_loses() -> None:
    course = replay(FOUR, 1, 0, [Timeout(0), Timeout(1), Timeout(0)])
    assert [FOUR.result(state) for state in course] == [None, None, None, Result(1, "timeout")]
    assert FOUR.view(course[-1], None)["misses"] == [2, 1]
    assert FOUR.describe(course[-1], None) == {"key": "four.lost", "seat": 0, "reason": "timeout"}


def test_time_runs_out_for_the_seat_in_turn_only() -> None:
    assert refused(after("3"), Timeout(0)) == "out_of_turn"


@pytest.mark.parametrize("seat", [0, 1])
@pytest.mark.parametrize("reason", ["resigned", "absent", "left", "timeout"])
def test_seat_that_gives_up_loses_in_turn_or_not(seat: int, reason: Any) -> None:
    state = FOUR.apply(after("3"), Forfeit(seat, reason))
    assert FOUR.result(state) == Result(1 - seat, reason)
    assert FOUR.describe(state, seat) == {"key": "four.lost", "seat": seat, "reason": reason}
    assert (FOUR.to_act(state), FOUR.legal(state), line(state)) == (None, [], None)


@pytest.mark.parametrize(
    ("columns", "said"),
    [
        ("", {"key": "four.start", "seat": 0}),
        ("6", {"key": "four.played", "seat": 0, "column": 7}),
        ("60", {"key": "four.played", "seat": 1, "column": 1}),
        ("0101010", {"key": "four.won", "seat": 0, "column": 1}),
        (DRAWN, {"key": "four.full"}),
    ],
)
def test_last_event_is_described_in_one_sentence(columns: str, said: dict[str, Any]) -> None:
    assert FOUR.describe(after(columns), None) == said
