"""Moves against the version, and the ways in which a game ends before its end."""

from typing import Any

import pytest
import time_machine

from game.engine.record import load, replay
from game.games import GAMES
from game.models import Match
from game.services.tables import ANSWER_MS
from realtime.errors import RealtimeError
from realtime.log import now_ms
from realtime.types import Caller, LogKey
from realtime.workers import deadlines
from realtime.workers.jobs import Answer
from realtime.workers.transaction import write
from tests.actions import act, call, data_of, last_event, outcome
from tests.game.play import WON, begun, made, move, play, read, refused, table

pytestmark = pytest.mark.django_db


def test_move_is_an_event_with_the_table_it_leads_to(ann: Caller, bo: Caller, key: LogKey) -> None:
    o = begun(ann, bo, key)
    at = move(ann, key, o, 3)
    told = data_of(last_event(key))
    assert (last_event(key).kind, told["seat"], told["move"]) == ("match.moved", 0, 3)
    assert told["table"] == table(bo, key, o)
    assert (told["table"]["version"], told["table"]["last"], told["table"]["turn"]) == (at, at, 1)


def test_stale_move_gets_the_fresh_table(ann: Caller, bo: Caller, key: LogKey) -> None:
    o = begun(ann, bo, key)
    seen = table(ann, key, o)["version"]
    move(ann, key, o, 3)
    problem = refused(bo, "move.play", room=key, match=o, version=seen, move=0)
    assert (problem.code, problem.type) == (409, "stale")
    assert problem.more["table"].version == table(bo, key, o)["version"]


def test_invalid_move_changes_nothing(ann: Caller, bo: Caller, cy: Caller, key: LogKey) -> None:
    o = begun(ann, bo, key)
    play([ann, bo], key, o, [0] * 6)
    before = table(ann, key, o)
    for caller, column, code, type in [
        (bo, 1, 409, "out_of_turn"),
        (ann, 0, 409, "full_column"),
        (cy, 1, 403, "forbidden"),
        (ann, 7, 422, "invalid_move"),
        (ann, -1, 422, "invalid_move"),
        (ann, "3", 422, "invalid_move"),
        (ann, True, 422, "invalid_move"),
        (ann, None, 422, "invalid_move"),
        (ann, [[[]]], 422, "invalid_move"),
        (ann, 10**30, 422, "invalid_move"),
    ]:
        problem = refused(caller, "move.play", room=key, match=o, version=before["version"], move=column)
        assert (problem.code, problem.type) == (code, type), column
    assert table(ann, key, o) == before


def test_move_before_the_game_or_after_it_is_refused(ann: Caller, bo: Caller, key: LogKey) -> None:
    o = made(ann, key)
    assert refused(ann, "move.play", room=key, match=o, version=o, move=0).type == "not_begun"
    act(bo, "seat.take", room=key, match=o, seat=1)
    play([ann, bo], key, o, WON)
    over = table(ann, key, o)
    assert (over["state"], over["result"], over["deadline"]) == ("over", {"winner": 0, "reason": "line"}, None)
    assert refused(bo, "move.play", room=key, match=o, version=over["version"], move=5).type == "finished"
    assert refused(bo, "match.resign", room=key, match=o).type == "finished"


def test_repeated_move_is_made_once_even_when_the_table_has_moved_on(ann: Caller, bo: Caller, key: LogKey) -> None:
    o = begun(ann, bo, key)
    asked = call(ann, "move.play", room=key, match=o, version=table(ann, key, o)["version"], move=3)
    first = outcome(asked).result
    move(bo, key, o, 3)
    assert outcome(asked).result == first
    assert table(ann, key, o)["view"]["columns"][3] == [0, 1]


def test_only_one_of_many_moves_at_once_is_made(ann: Caller, bo: Caller, key: LogKey) -> None:
    o = begun(ann, bo, key)
    version = table(ann, key, o)["version"]
    outcomes = write([call(ann, "move.play", room=key, match=o, version=version, move=n % 7) for n in range(40)])
    assert [type(each) for each in outcomes].count(Answer) == 1
    assert {each.type for each in outcomes if isinstance(each, RealtimeError)} == {"stale"}


def test_player_who_resigns_loses(ann: Caller, bo: Caller, key: LogKey) -> None:
    o = begun(ann, bo, key)
    act(bo, "match.resign", room=key, match=o)
    assert table(ann, key, o)["result"] == {"winner": 0, "reason": "resigned"}
    assert table(ann, key, o)["says"] == {"key": "four.lost", "seat": 1, "reason": "resigned"}


def claim(caller: Caller, key: LogKey, o: int, absent: int = 10**6) -> Any:
    """Claim the win over an opponent whom this process has not seen for so long, in ms."""
    asked = call(caller, "match.claim", room=key, match=o)
    asked.absent_ms = lambda room, user: absent
    [found] = write([asked])
    return found


def deadlines_pass(time: time_machine.Traveller, ms: int) -> None:
    """Let time pass second by second, as a server does that keeps the clocks."""
    for _ in range(ms // 1000):
        time.shift(1)
        write(deadlines.due())


@pytest.mark.parametrize(("absent", "answer"), [(0, "not_absent"), (29_999, "not_absent"), (30_000, None)])
def test_claim_calls_an_opponent_after_half_a_minute_of_absence(
    ann: Caller, bo: Caller, key: LogKey, absent: int, answer: str | None, time: time_machine.Traveller
) -> None:
    o = begun(ann, bo, key)
    deadlines_pass(time, 40_000)
    found = claim(ann, key, o, absent)
    if answer is None:
        now = table(bo, key, o)
        assert now["claim"] == {"seat": 1, "until": now_ms() + ANSWER_MS, "o": now["version"]}
        assert (now["state"], now["result"]) == ("playing", None)
    else:
        assert isinstance(found, RealtimeError)
        assert (found.code, found.type, found.more["retry_after_ms"]) == (409, answer, 30_000 - absent)


def test_claim_wins_when_the_called_player_does_not_answer(
    ann: Caller, bo: Caller, key: LogKey, time: time_machine.Traveller
) -> None:
    o = begun(ann, bo, key)
    deadlines_pass(time, 30_000)
    claim(ann, key, o)
    deadlines_pass(time, ANSWER_MS - 1_000)
    assert table(ann, key, o)["result"] is None
    deadlines_pass(time, 1_000)
    assert table(ann, key, o)["result"] == {"winner": 0, "reason": "absent"}
    assert table(ann, key, o)["claim"] is None


def test_claim_comes_to_nothing_when_the_called_player_answers(
    ann: Caller, bo: Caller, key: LogKey, time: time_machine.Traveller
) -> None:
    o = begun(ann, bo, key)
    deadlines_pass(time, 30_000)
    claim(ann, key, o)
    act(bo, "match.present", room=key, match=o)
    deadlines_pass(time, ANSWER_MS)
    now = table(ann, key, o)
    assert (now["state"], now["claim"]) == ("playing", None)
    assert refused(bo, "match.present", room=key, match=o).type == "not_claimed"


def test_claim_comes_to_nothing_when_the_called_player_moves(
    ann: Caller, bo: Caller, key: LogKey, time: time_machine.Traveller
) -> None:
    o = begun(ann, bo, key)
    deadlines_pass(time, 30_000)
    claim(bo, key, o)
    move(ann, key, o, 3)
    assert table(bo, key, o)["claim"] is None
    deadlines_pass(time, ANSWER_MS)
    assert table(bo, key, o)["state"] == "playing"


def test_claim_is_made_once_and_again_after_an_answer(
    ann: Caller, bo: Caller, cy: Caller, key: LogKey, time: time_machine.Traveller
) -> None:
    o = begun(ann, bo, key)
    deadlines_pass(time, 30_000)
    claim(ann, key, o)
    again = claim(ann, key, o)
    assert isinstance(again, RealtimeError)
    assert again.type == "claimed"
    assert refused(ann, "match.present", room=key, match=o).type == "not_claimed"
    assert refused(cy, "match.present", room=key, match=o).code == 403
    act(bo, "match.present", room=key, match=o)
    deadlines_pass(time, 5_000)
    assert isinstance(claim(ann, key, o), Answer)
    deadlines_pass(time, ANSWER_MS)
    assert table(ann, key, o)["result"] == {"winner": 0, "reason": "absent"}


def test_claim_is_asked_again_when_no_server_could_hear_the_answer(
    ann: Caller, bo: Caller, key: LogKey, time: time_machine.Traveller
) -> None:
    o = begun(ann, bo, key)
    deadlines_pass(time, 30_000)
    claim(ann, key, o)
    time.shift(60 * 60)
    write(deadlines.due())
    now = table(ann, key, o)
    assert (now["state"], now["claim"]["until"]) == ("playing", now_ms() + ANSWER_MS)
    act(bo, "match.present", room=key, match=o)
    assert table(ann, key, o)["claim"] is None


def test_claim_waits_half_a_minute_for_a_player_whom_a_rematch_seated(
    ann: Caller, bo: Caller, cy: Caller, key: LogKey, time: time_machine.Traveller
) -> None:
    old = begun(ann, bo, key)
    act(cy, "seat.wait", room=key, match=old, waiting=True)
    act(bo, "match.resign", room=key, match=old)
    o = act(ann, "match.rematch", room=key, match=old)["o"]
    time.shift(29)
    early = claim(ann, key, o)
    assert isinstance(early, RealtimeError)
    assert (early.type, early.more["retry_after_ms"]) == ("not_absent", 1_000)
    time.shift(1)
    assert isinstance(claim(ann, key, o), Answer)


def test_bot_is_never_absent(ann: Caller, key: LogKey) -> None:
    o = made(ann, key, bot="easy")
    asked = call(ann, "match.claim", room=key, match=o)
    asked.absent_ms = lambda room, user: 10**6
    [found] = write([asked])
    assert isinstance(found, RealtimeError)
    assert found.type == "not_absent"


def test_player_who_leaves_or_is_removed_loses(ann: Caller, bo: Caller, cy: Caller, key: LogKey) -> None:
    first = begun(bo, cy, key)
    act(cy, "room.leave", room=key)
    assert table(ann, key, first)["result"] == {"winner": 0, "reason": "left"}
    second = made(bo, key)
    act(ann, "member.remove", room=key, user=bo.id)
    assert table(ann, key, second)["state"] == "over"


def test_member_without_a_seat_who_leaves_ends_no_match(ann: Caller, bo: Caller, cy: Caller, key: LogKey) -> None:
    begun(ann, bo, key)
    act(cy, "room.leave", room=key)
    assert last_event(key).kind == "member.left"


def test_rules_alone_come_to_the_same_position(ann: Caller, bo: Caller, key: LogKey) -> None:
    o = begun(ann, bo, key)
    play([ann, bo], key, o, [3, 3, 2, 4, 4, 2])
    match = Match.objects.get(offset=o)
    game: Any = GAMES["four"]
    moves = [data_of(event) for event in last_event(key).log.events.filter(kind="match.moved").order_by("offset")]
    from game.engine.interface import Move

    states = replay(game, match.seed, match.first, [Move(told["seat"], told["move"]) for told in moves])
    assert states[-1] == load(game, match.position or "")
    assert [game.view(state, None) for state in states] == [step["view"] for step in read(ann, key, o)["steps"]]
