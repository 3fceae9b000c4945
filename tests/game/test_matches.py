"""Tables in the talk: who makes them, sits, stands up, waits, and plays again."""

from typing import Any

import msgspec
import pytest
from django.test import Client

from chat.models import Message
from chat.plugin import installed
from game.models import Match, Seat
from realtime.errors import RealtimeError
from realtime.log import head_of
from realtime.types import Caller, LogKey
from realtime.workers.jobs import Answer
from realtime.workers.transaction import write
from tests.actions import act, call, data_of, guest, last_event, line, post, room
from tests.game.play import WON, begun, made, move, play, read, refused, table

pytestmark = pytest.mark.django_db


def test_table_is_a_line_of_the_talk_with_its_maker_in_the_first_seat(ann: Caller, bo: Caller, key: LogKey) -> None:
    o = made(ann, key)
    card = line(bo, key, o)
    assert (card["kind"], card["by"]) == ("match", ann.id)
    assert card["data"] == table(bo, key, o)
    assert (card["data"]["state"], card["data"]["seats"]) == ("open", [{"user": ann.id}, None])
    assert card["data"]["match"] == card["data"]["version"] == o


def test_game_starts_with_the_last_seat_and_its_message_follows(ann: Caller, bo: Caller, key: LogKey) -> None:
    o = begun(ann, bo, key)
    now = line(bo, key, o)["data"]
    assert (now["state"], now["turn"], now["says"]["key"]) == ("playing", 0, "four.start")
    assert now["version"] == last_event(key).offset
    assert data_of(last_event(key)) == {"match": o, "seat": 1, "table": now}


def test_game_with_a_bot_starts_at_once_and_the_bot_waits_for_its_turn(ann: Caller, key: LogKey) -> None:
    o = made(ann, key, bot="hard")
    now = table(ann, key, o)
    assert (now["state"], now["turn"], now["seats"]) == ("playing", 0, [{"user": ann.id}, {"bot": "hard"}])


def test_bot_is_asked_once_its_turn_is_on_disk(
    ann: Caller, key: LogKey, no_bots: list[tuple[LogKey, int]], django_capture_on_commit_callbacks: object
) -> None:
    o = made(ann, key, bot="easy")
    with django_capture_on_commit_callbacks(execute=True):  # type: ignore[operator]
        move(ann, key, o, 3)
        assert no_bots == []
    assert no_bots == [(key, o)]


def test_seat_is_taken_once(ann: Caller, bo: Caller, cy: Caller, key: LogKey) -> None:
    o = made(ann, key)
    wanted = [call(one, "seat.take", room=key, match=o, seat=1) for one in [bo, cy] * 50]
    outcomes = write(wanted)
    assert [type(each) for each in outcomes].count(Answer) == 1
    assert {each.type for each in outcomes if isinstance(each, RealtimeError)} == {"begun"}
    assert Seat.objects.filter(number=1).get().user_id == bo.pk


def test_person_has_one_seat(ann: Caller, bo: Caller, key: LogKey) -> None:
    first, second = made(ann, key), made(bo, key)
    assert refused(ann, "match.create", room=key, game="four").type == "seated"
    problem = refused(ann, "seat.take", room=key, match=second, seat=1)
    assert (problem.code, problem.type, problem.more["table"].match) == (409, "seated", first)
    assert refused(ann, "seat.take", room=key, match=first, seat=1).type == "seated"
    assert refused(bo, "message.post", room=key, text="/play").type == "seated"


def test_two_commands_in_one_batch_make_one_table(ann: Caller, key: LogKey) -> None:
    outcomes = write([call(ann, "message.post", room=key, text="/play") for _ in range(2)])
    assert [type(each) for each in outcomes] == [Answer, RealtimeError]
    assert Match.objects.count() == 1


def test_seat_of_the_bot_is_not_for_people(ann: Caller, bo: Caller, key: LogKey) -> None:
    o = made(ann, key)
    act(ann, "seat.bot", room=key, match=o, seat=1, bot="easy")
    assert refused(bo, "seat.take", room=key, match=o, seat=1).type == "begun"


@pytest.mark.parametrize(("seat", "type"), [(0, "seat_taken"), (2, "invalid_seat"), (63, "invalid_seat")])
def test_seat_that_is_none_or_taken_is_refused(bo: Caller, ann: Caller, key: LogKey, seat: int, type: str) -> None:
    o = made(ann, key)
    assert refused(bo, "seat.take", room=key, match=o, seat=seat).type == type


def test_bot_is_asked_in_by_who_sits_there(ann: Caller, bo: Caller, key: LogKey) -> None:
    o = made(ann, key)
    assert refused(bo, "seat.bot", room=key, match=o, seat=1, bot="easy").code == 403


def test_match_ends_when_the_only_player_leaves_the_seat(ann: Caller, bo: Caller, key: LogKey) -> None:
    o = made(ann, key)
    act(ann, "seat.leave", room=key, match=o)
    now = table(bo, key, o)
    assert (now["state"], now["result"]) == ("over", {"winner": None, "reason": "nobody"})
    assert refused(bo, "seat.take", room=key, match=o, seat=1).type == "begun"
    made(ann, key)


def test_seat_cannot_be_left_during_a_game(ann: Caller, bo: Caller, key: LogKey) -> None:
    assert refused(ann, "seat.leave", room=key, match=begun(ann, bo, key)).type == "begun"


def test_queue_is_stored_and_sent(ann: Caller, bo: Caller, cy: Caller, key: LogKey) -> None:
    o = begun(ann, bo, key)
    act(cy, "seat.wait", room=key, match=o, waiting=True)
    assert line(ann, key, o)["data"]["waiting"] == [cy.id]
    assert refused(cy, "seat.wait", room=key, match=o, waiting=True).code == 409
    assert refused(ann, "seat.wait", room=key, match=o, waiting=True).code == 409
    act(cy, "seat.wait", room=key, match=o, waiting=False)
    assert table(ann, key, o)["waiting"] == []


def test_loser_starts_the_next_game(ann: Caller, bo: Caller, key: LogKey) -> None:
    o = begun(ann, bo, key)
    assert refused(ann, "match.rematch", room=key, match=o).type == "playing"
    play([ann, bo], key, o, WON)
    again = act(ann, "match.rematch", room=key, match=o)["o"]
    assert table(bo, key, o)["rematch"] == again
    assert table(bo, key, again)["seats"] == [{"user": ann.id}, None]
    act(bo, "seat.take", room=key, match=again, seat=1)
    assert table(bo, key, again)["turn"] == 1
    assert refused(bo, "match.rematch", room=key, match=o).code == 409


def test_winner_meets_who_was_next_in_line(ann: Caller, bo: Caller, cy: Caller, key: LogKey) -> None:
    o = begun(ann, bo, key)
    act(cy, "seat.wait", room=key, match=o, waiting=True)
    play([ann, bo], key, o, WON)
    assert refused(bo, "match.rematch", room=key, match=o).code == 403
    again = act(ann, "match.rematch", room=key, match=o)["o"]
    assert table(bo, key, again)["seats"] == [{"user": ann.id}, {"user": cy.id}]
    assert table(bo, key, again)["state"] == "playing"


def test_person_in_the_queue_who_has_left_is_not_seated(ann: Caller, bo: Caller, cy: Caller, key: LogKey) -> None:
    o = begun(ann, bo, key)
    act(cy, "seat.wait", room=key, match=o, waiting=True)
    play([ann, bo], key, o, WON)
    act(cy, "room.leave", room=key)
    again = act(ann, "match.rematch", room=key, match=o)["o"]
    assert table(bo, key, again)["seats"] == [{"user": ann.id}, None]


def test_bot_plays_again(ann: Caller, key: LogKey) -> None:
    o = made(ann, key, bot="easy")
    act(ann, "match.resign", room=key, match=o)
    again = act(ann, "match.rematch", room=key, match=o)["o"]
    now = table(ann, key, again)
    assert (now["seats"][1], now["state"], now["turn"]) == ({"bot": "easy"}, "playing", 0)


def test_replay_is_what_the_log_told(ann: Caller, bo: Caller, key: LogKey) -> None:
    o = begun(ann, bo, key)
    play([ann, bo], key, o, WON)
    post(ann, key, "well played")
    steps = read(bo, key, o)["steps"]
    assert [step["kind"] for step in steps] == ["match.seated"] + ["match.moved"] * 7
    assert [sum(map(len, step["view"]["columns"])) for step in steps] == list(range(8))
    assert steps[-1]["view"] == table(bo, key, o)["view"]
    assert steps[-1]["o"] == table(bo, key, o)["last"]


def test_removed_card_comes_back_as_it_now_stands(ann: Caller, bo: Caller, key: LogKey) -> None:
    o = begun(ann, bo, key)
    act(ann, "message.delete", room=key, o=o)
    move(ann, key, o, 3)
    assert Message.objects.get(log__key=key, offset=o).data is None
    act(ann, "message.restore", room=key, o=o)
    assert line(bo, key, o)["data"] == table(bo, key, o)


def test_spectator_sees_the_table_and_changes_nothing(ann: Caller, bo: Caller, key: LogKey) -> None:
    o, stranger = made(ann, key), guest("Stranger")
    assert table(stranger, key, o)["state"] == "open"
    actions: list[tuple[str, dict[str, Any]]] = [
        ("match.create", {"game": "four"}),
        ("seat.take", {"match": o, "seat": 1}),
        ("seat.wait", {"match": o, "waiting": True}),
        ("move.play", {"match": o, "version": o, "move": 0}),
        ("match.resign", {"match": o}),
        ("match.rematch", {"match": o}),
        ("match.claim", {"match": o}),
    ]
    for method, more in actions:
        assert refused(stranger, method, room=key, **more).code == 403, method


def test_match_of_another_room_is_not_there(ann: Caller, bo: Caller, key: LogKey) -> None:
    o, elsewhere = made(ann, key), room(ann, bo)
    assert refused(bo, "seat.take", room=elsewhere, match=o, seat=1).code == 404
    with pytest.raises(RealtimeError, match="not_found"):
        read(guest("Stranger"), room(ann, public=False), o)


def test_game_that_there_is_not_is_refused(ann: Caller, key: LogKey) -> None:
    assert refused(ann, "match.create", room=key, game="chess").type == "unknown_game"
    for said in ("/play chess", "/play four godlike", "/play four easy hard"):
        assert refused(ann, "message.post", room=key, text=said).type == "unknown_game"
    assert Match.objects.count() == 0


@pytest.mark.parametrize(
    ("said", "seats"), [("/play", 1), ("/play four", 1), ("/play four hard", 2), ("/play easy", 2)]
)
def test_command_makes_the_table(ann: Caller, key: LogKey, said: str, seats: int) -> None:
    now = table(ann, key, post(ann, key, said))
    assert len([seat for seat in now["seats"] if seat]) == seats


def test_snapshot_has_what_is_not_over(ann: Caller, bo: Caller, cy: Caller, key: LogKey) -> None:
    over, open = begun(ann, bo, key), made(cy, key)
    play([ann, bo], key, over, WON)
    assert installed.snapshot["matches"](key, frozenset(), head_of(key)) == {str(open): table(bo, key, open)}


def test_page_brings_the_tables_along(client: Client, ann: Caller, key: LogKey) -> None:
    o = made(ann, key)
    page = client.get(f"/r/{key}/").content.decode()
    boot = msgspec.json.decode(page.split('<script id="boot" type="application/json">')[1].split("</script>")[0])
    assert boot["snapshot"]["parts"]["matches"] == {str(o): table(ann, key, o)}
