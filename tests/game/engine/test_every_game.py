"""Tests of every game in `GAMES`, also of new ones."""

from typing import Any

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from game.engine.interface import Forfeit, Game, GameEvent, IllegalMove, Move, Timeout
from game.engine.record import dump, load, replay
from game.games import GAMES
from tests.game.matches import PLAIN, ROUGH, SEEDS, events_of, states, steered, whole_matches

pytestmark = pytest.mark.parametrize("game", GAMES.values(), ids=GAMES)

ENDS_WITHIN = {"four": 42}
JSON = st.none() | st.booleans() | st.floats(allow_nan=False) | st.text(max_size=3) | st.lists(st.integers(0, 6))
ANYTHING = st.integers(-2, 9) | st.integers(-(2**63), 2**64 - 1) | JSON | st.dictionaries(st.text(max_size=3), JSON)
LOOK_ALIKES = [True, False, 1.0, "1", [1], None]
FIRST = st.integers(0, 1)


def problem_of(game: Game[Any], state: Any, event: GameEvent) -> str | None:
    try:
        game.apply(state, event)
    except IllegalMove as refused:
        return refused.reason
    return None


@whole_matches
@given(SEEDS, FIRST, ROUGH)
def test_replay_of_the_log_gives_the_live_states(game: Game[Any], seed: int, first: int, steers: list[int]) -> None:
    state = game.setup(seed, first)
    live, kept = [state], []
    for steer in steers:
        if game.result(state) is None:
            event = steered(game, state, steer)
            kept.append(msgspec.json.encode(event))
            state = game.apply(state, event)
            live.append(state)
    read = [msgspec.json.decode(text, type=GameEvent) for text in kept]
    assert replay(game, seed, first, read) == live


@whole_matches
@given(SEEDS, FIRST, ROUGH, st.integers(0, 60))
def test_match_may_be_written_and_read_at_any_point_and_goes_on_to_the_same_end(
    game: Game[Any], seed: int, first: int, steers: list[int], point: int
) -> None:
    happened = events_of(game, seed, first, steers)
    whole = replay(game, seed, first, happened)
    point = min(point, len(happened))
    state = load(game, dump(game, whole[point]))
    assert state == whole[point]
    for event in happened[point:]:
        state = load(game, dump(game, game.apply(state, event)))
    assert dump(game, state) == dump(game, whole[-1])


@whole_matches
@given(SEEDS, FIRST, st.lists(st.integers(0, 90), min_size=60, max_size=60))
def test_play_ends(game: Game[Any], seed: int, first: int, steers: list[int]) -> None:
    course = states(game, seed, first, steers)
    assert len(course) - 1 <= ENDS_WITHIN[game.name]
    assert game.result(course[-1])


@whole_matches
@given(SEEDS, FIRST, PLAIN, st.integers(-1, 2), ANYTHING)
def test_move_is_accepted_where_it_is_legal_and_only_there(
    game: Game[Any], seed: int, first: int, steers: list[int], seat: int, move: Any
) -> None:
    state = states(game, seed, first, steers)[-1]
    legal = {msgspec.json.encode(known) for known in game.legal(state)}  # as JSON true is not 1
    for asked in (move, *LOOK_ALIKES, *game.legal(state)):
        may = seat == game.to_act(state) and msgspec.json.encode(asked) in legal
        assert (problem_of(game, state, Move(seat, asked)) is None) == may


@given(ANYTHING)
def test_move_that_comes_as_anything_is_typed_or_refused(game: Game[Any], raw: Any) -> None:
    try:
        typed = game.move_of(raw)
    except IllegalMove as refused:
        typed = refused.reason
    assert typed == "invalid_move" or msgspec.json.encode(typed) == msgspec.json.encode(raw)


@whole_matches
@given(SEEDS, FIRST, ROUGH)
def test_state_has_either_a_seat_with_moves_or_a_result(
    game: Game[Any], seed: int, first: int, steers: list[int]
) -> None:
    for state in states(game, seed, first, steers):
        seat, result = game.to_act(state), game.result(state)
        assert (seat is None) == (result is not None) == (not game.legal(state))
        assert seat is None or seat in range(game.seats)
        assert result is None or result.winner is None or result.winner in range(game.seats)


@whole_matches
@given(SEEDS, FIRST, ROUGH, st.integers(0, 99))
def test_finished_match_accepts_no_event(game: Game[Any], seed: int, first: int, steers: list[int], steer: int) -> None:
    state = states(game, seed, first, [*steers, 99])[-1]
    for seat in range(game.seats):
        for event in (Timeout(seat), Forfeit(seat, "left"), Move(seat, steer % 7)):
            assert problem_of(game, state, event) == "finished"


@whole_matches
@given(SEEDS, FIRST, ROUGH, st.integers(-1, 3))
def test_time_runs_out_for_the_seat_in_turn_only_and_no_stranger_gives_up(
    game: Game[Any], seed: int, first: int, steers: list[int], seat: int
) -> None:
    state = states(game, seed, first, steers)[-1]
    if game.result(state) is None:
        late = problem_of(game, state, Timeout(seat))
        gone = problem_of(game, state, Forfeit(seat, "absent"))
        assert late == (None if seat == game.to_act(state) else "out_of_turn")
        assert gone == (None if seat in range(game.seats) else "out_of_turn")


@whole_matches
@given(SEEDS, FIRST, ROUGH, st.integers(-1, 2), ANYTHING)
def test_state_given_is_untouched(
    game: Game[Any], seed: int, first: int, steers: list[int], seat: int, move: Any
) -> None:
    state = states(game, seed, first, steers)[-1]
    before = dump(game, state)
    for event in (Move(seat, move), Timeout(seat), Forfeit(seat, "left")):
        problem_of(game, state, event)
    for viewer in (None, *range(game.seats)):
        game.view(state, viewer).clear()
        game.describe(state, viewer).clear()
    assert dump(game, state) == before


@whole_matches
@given(SEEDS, FIRST, ROUGH, SEEDS)
def test_view_has_no_chance(game: Game[Any], seed: int, first: int, steers: list[int], other: int) -> None:
    state = states(game, seed, first, steers)[-1]
    twin = msgspec.structs.replace(state, chance=other)
    for viewer in (None, *range(game.seats)):
        assert game.view(state, viewer) == game.view(twin, viewer)
        assert game.describe(state, viewer) == game.describe(twin, viewer)


@whole_matches
@given(SEEDS, FIRST, ROUGH)
def test_view_and_description_are_json(game: Game[Any], seed: int, first: int, steers: list[int]) -> None:
    for state in states(game, seed, first, steers):
        for viewer in (None, *range(game.seats)):
            view, said = game.view(state, viewer), game.describe(state, viewer)
            assert msgspec.json.decode(msgspec.json.encode(view)) == view
            assert msgspec.json.decode(msgspec.json.encode(said)) == said
            assert said["key"].startswith(f"{game.name}.")


@pytest.mark.parametrize("level", ["easy", "medium", "hard"])
@settings(max_examples=6, deadline=None)
@given(seed=SEEDS, first=FIRST, steers=PLAIN)
def test_bot_makes_a_legal_move_and_the_same_one_again(
    game: Game[Any], level: str, seed: int, first: int, steers: list[int]
) -> None:
    assert level in game.levels
    state = [state for state in states(game, seed, first, steers) if not game.result(state)][-1]
    seat = game.to_act(state)
    assert seat is not None
    view = game.view(state, seat)
    move = game.bot(view, seat, level, seed)
    assert problem_of(game, state, Move(seat, move)) is None
    assert view == game.view(state, seat)
    assert level == "hard" or game.bot(view, seat, level, seed) == move
