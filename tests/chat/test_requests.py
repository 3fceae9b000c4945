"""Direct rooms as requests: until somebody answers, nobody is put anywhere, and a no is like no answer."""

from itertools import combinations
from typing import Any

import pytest
from django.test import Client as Browser
from hypothesis import HealthCheck, given
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st

from accounts.models import User
from chat.models import Membership
from chat.selectors import may_open, may_read, snapshot, welcome
from chat.selectors.direct import REQUEST_LENGTH, room_between
from chat.services.direct import joined_due
from realtime.errors import RealtimeError
from realtime.log import batch, head_of
from realtime.models import Deadline, Event
from realtime.types import UNSEEN, Caller, LogKey
from realtime.workers.transaction import write
from tests.actions import act, ask, call, data_of, guest, last_event, outcome, post, room
from tests.game.play import refused

pytestmark = pytest.mark.django_db


LOOKS: dict[str, dict[str, Any]] = {"history.page": {"before": 9}, "member.list": {}}
NEW_ROOM: dict[str, Any] = {"name": "New", "topic": "", "public": True}
ACTIONS: dict[str, dict[str, Any]] = {
    "message.post": {"text": "x"},
    "read.mark": {"o": 1},
    "room.join": {},
    "room.leave": {},
    "direct.hide": {"hidden": True},
}


@pytest.fixture(autouse=True)
def hall(ann: Caller, bo: Caller, cy: Caller) -> LogKey:
    return room(ann, bo, cy)


def direct(by: Caller, *others: Caller) -> LogKey:
    return LogKey(act(by, "direct.open", users=[other.id for other in others])["room"])


def answer(caller: Caller, key: LogKey, accept: bool | None) -> None:
    act(caller, "direct.answer", room=key, accept=accept)


def listed(caller: Caller) -> list[str]:
    return [row["key"] for row in welcome(caller)]


def requests(caller: Caller) -> list[Any]:
    found: list[Any] = ask(caller, "direct.requests")["requests"]
    return found


def members(caller: Caller, key: LogKey) -> set[str]:
    return {row["user"] for row in ask(caller, "member.list", room=key)["members"]}


def seen_by_sender(caller: Caller, key: LogKey) -> Any:
    """All that the sender is told of the room."""
    labels = may_open(caller, key)
    assert labels is not None
    told = snapshot(caller, key, labels, head_of(key))
    facts = {name: value for name, value in told["room"].items() if name not in {"key", "name", "direct"}}
    return facts, [line["data"] for line in told["lines"]], head_of(key).o, len(members(caller, key))


# What the addressee meets


def test_request_stands_beside_the_list_once_it_has_a_message(ann: Caller, bo: Caller) -> None:
    key = direct(ann, bo)
    assert requests(bo) == []
    assert key in listed(ann)
    o = post(ann, key, "hello Bo")
    assert key not in listed(bo)
    [request] = requests(bo)
    assert request["at"] > 0
    assert request | {"at": 0} == {
        "room": key,
        "by": ann.id,
        "users": sorted([ann.id, bo.id]),
        "o": o,
        "at": 0,
        "text": "hello Bo",
    }
    assert requests(ann) == []
    assert ask(bo, "direct.requests")["people"][ann.id]["name"] == "Ann"


def test_request_is_told_to_the_tabs_of_who_was_asked(ann: Caller, bo: Caller) -> None:
    opened = outcome(call(ann, "direct.open", users=[bo.id]))
    assert [(signal.kind, signal.to) for signal in opened.signals] == [("membership", ann.id)]
    [signal] = outcome(call(ann, "message.post", room=opened.result["room"], text="hi")).signals
    assert (signal.kind, signal.to, signal.value["text"]) == ("request", bo.id, "hi")
    assert signal.value["people"][ann.id]["name"] == "Ann"


def test_requested_person_does_not_read_the_room(ann: Caller, bo: Caller) -> None:
    key = direct(ann, bo)
    post(ann, key)
    assert may_read(bo, key) is None
    for method, params in LOOKS.items():
        with pytest.raises(RealtimeError, match="not_found"):
            ask(bo, method, room=key, **params)
    for method, params in ACTIONS.items():
        with pytest.raises(RealtimeError, match="not_found"):
            act(bo, method, room=key, **params)


def test_accepted_request_is_a_room_of_both(ann: Caller, bo: Caller) -> None:
    key = direct(ann, bo)
    post(ann, key)
    assert members(ann, key) == {ann.id}
    signals = outcome(call(bo, "direct.answer", room=key, accept=True)).signals
    assert [(signal.kind, signal.to, bool(signal.value)) for signal in signals] == [
        ("request", bo.id, False),
        ("membership", bo.id, True),
    ]
    assert (last_event(key).kind, data_of(last_event(key))) == ("member.joined", {"user": bo.id, "via": None})
    assert key in listed(bo)
    assert requests(bo) == []
    assert members(ann, key) == {ann.id, bo.id}
    post(ann, key, "x" * (REQUEST_LENGTH + 1))
    post(bo, key, "/roll")


def test_second_acceptance_changes_nothing(ann: Caller, bo: Caller) -> None:
    key = direct(ann, bo)
    answer(bo, key, True)
    head = head_of(key)
    answer(bo, key, True)
    assert head_of(key) == head
    for accept in (False, None):
        assert refused(bo, "direct.answer", room=key, accept=accept).code == 409


def test_answer_is_for_whom_was_asked(ann: Caller, bo: Caller, cy: Caller, hall: LogKey) -> None:
    key = direct(ann, bo)
    for accept in (True, False, None):
        assert refused(cy, "direct.answer", room=key, accept=accept).code == 404
        assert refused(cy, "direct.answer", room=hall, accept=accept).code == 404
        assert refused(cy, "direct.answer", room=LogKey("nothing"), accept=accept).code == 404


def test_request_that_is_ignored_can_be_taken_back(ann: Caller, bo: Caller) -> None:
    key = direct(ann, bo)
    post(ann, key)
    answer(bo, key, False)
    assert requests(bo) == []
    answer(bo, key, None)
    assert [row["room"] for row in requests(bo)] == [key]


def test_person_who_opens_the_room_themselves_accepts(ann: Caller, bo: Caller) -> None:
    key = direct(ann, bo)
    post(ann, key)
    assert direct(bo, ann) == key
    assert key in listed(bo)
    [deadline] = Deadline.objects.filter(kind="direct.joined")
    with batch([key]) as staged:
        joined_due(staged, key, {"user": bo.id})
    assert deadline.log.key == key
    assert last_event(key).kind == "member.joined"
    post(ann, key)


def test_two_who_open_a_group_at_once_are_both_in_it(ann: Caller, bo: Caller, cy: Caller) -> None:
    outcomes = write(
        [
            call(ann, "direct.open", users=[bo.id, cy.id]),
            call(bo, "direct.open", users=[ann.id, cy.id]),
        ]
    )
    [key] = {getattr(found, "result", {}).get("room") for found in outcomes}
    assert members(ann, LogKey(str(key))) == {ann.id, bo.id}


def test_group_that_another_process_makes_meanwhile_is_the_same(
    ann: Caller, bo: Caller, cy: Caller, monkeypatch: pytest.MonkeyPatch
) -> None:
    key = direct(ann, bo, cy)
    looks = [None]
    monkeypatch.setattr(
        "chat.services.direct.room_between", lambda people: looks.pop() if looks else room_between(people)
    )
    assert direct(bo, ann, cy) == key
    assert not looks
    assert members(ann, key) == {ann.id, bo.id}


def test_two_acceptances_at_once_are_told_once(ann: Caller, bo: Caller) -> None:
    key = direct(ann, bo)
    write([call(bo, "direct.answer", room=key, accept=True) for _ in range(2)])
    assert Event.objects.filter(log__key=key, kind="member.joined").count() == 1


def test_direct_rooms_have_no_host(ann: Caller, bo: Caller, cy: Caller) -> None:
    User.objects.filter(pk=ann.pk).update(is_moderator=True)
    key = direct(ann, bo, cy)
    answer(bo, key, True)
    assert refused(ann, "member.role", room=key, user=bo.id, role="host").detail == "a direct room has no host"


# What the sender learns


def ignore(bo: Caller, ann: Caller, key: LogKey) -> None:
    answer(bo, key, False)


def block(bo: Caller, ann: Caller, key: LogKey) -> None:
    act(bo, "person.block", user=ann.id, blocked=True)


def wait(bo: Caller, ann: Caller, key: LogKey) -> None:
    """Leave the request without an answer."""


@pytest.mark.parametrize("answered", [ignore, block, wait])
def test_sender_learns_nothing_of_an_answer_that_is_no(ann: Caller, bo: Caller, answered: Any) -> None:
    key = direct(ann, bo)
    o = post(ann, key, "hello")
    before = seen_by_sender(ann, key)
    answered(bo, ann, key)
    assert seen_by_sender(ann, key) == before
    assert direct(ann, bo) == key
    assert refused(ann, "message.post", room=key, text="again").type == "unanswered"
    act(ann, "message.edit", room=key, o=o, text="hello?")
    assert key in listed(ann)


def test_sender_whom_the_other_blocks_is_answered_like_everybody(ann: Caller, bo: Caller, cy: Caller) -> None:
    act(bo, "person.block", user=ann.id, blocked=True)
    to_blocker, to_other = direct(ann, bo), direct(ann, cy)
    for key in (to_blocker, to_other):
        post(ann, key, "hello")
    assert seen_by_sender(ann, to_blocker) == seen_by_sender(ann, to_other)
    assert requests(bo) == []
    act(bo, "person.block", user=ann.id, blocked=False)
    assert requests(bo) == []


# What a request may hold


def test_request_holds_one_message_of_500_characters(ann: Caller, bo: Caller) -> None:
    key = direct(ann, bo)
    assert refused(ann, "message.post", room=key, text="x" * 501).type == "request_too_long"
    o = post(ann, key, "好" * 500)
    assert refused(ann, "message.post", room=key, text="second").type == "unanswered"
    assert refused(ann, "message.edit", room=key, o=o, text="x" * 501).type == "request_too_long"
    act(ann, "message.edit", room=key, o=o, text="x" * 500)
    assert requests(bo)[0]["text"] == "x" * 500


@pytest.mark.parametrize("answered", [ignore, block, wait])
def test_two_messages_of_one_batch_are_one_too_many(ann: Caller, bo: Caller, answered: Any) -> None:
    key = direct(ann, bo)
    answered(bo, ann, key)
    first, second = write([call(ann, "message.post", room=key, text=text) for text in ("one", "two")])
    assert not isinstance(first, RealtimeError)
    assert isinstance(second, RealtimeError)
    assert second.args[0] == "unanswered"


def test_message_that_was_removed_counts(ann: Caller, bo: Caller) -> None:
    key = direct(ann, bo)
    o = post(ann, key)
    act(ann, "message.delete", room=key, o=o)
    assert requests(bo) == []
    assert refused(ann, "message.post", room=key, text="again").type == "unanswered"


@pytest.mark.parametrize("text", ["/roll", "/flip", "/pick a b", "/play", "/play four easy"])
def test_request_holds_no_command(ann: Caller, bo: Caller, text: str) -> None:
    key = direct(ann, bo)
    assert refused(ann, "message.post", room=key, text=text).type == "unanswered"
    post(ann, key, "//roll")
    assert requests(bo)[0]["text"] == "/roll"


def test_request_holds_no_game_and_no_invite(ann: Caller, bo: Caller) -> None:
    key = direct(ann, bo)
    assert refused(ann, "match.create", room=key, game="four", bot=None).type == "unanswered"
    assert refused(ann, "invite.create", room=key, expires_ms=None, uses=None).code == 403


def test_message_of_a_request_can_be_reported(ann: Caller, bo: Caller, cy: Caller) -> None:
    key = direct(ann, bo)
    o = post(ann, key, "insult")
    act(bo, "report.create", room=key, o=o, rule="insult")
    assert refused(cy, "report.create", room=key, o=o, rule="insult").code == 404


# Groups


def test_group_is_answered_by_each_for_themselves(ann: Caller, bo: Caller, cy: Caller) -> None:
    key = direct(ann, bo, cy)
    post(ann, key, "come in")
    answer(bo, key, True)
    assert members(ann, key) == {ann.id, bo.id}
    post(bo, key, "hello")
    assert [row["text"] for row in requests(cy)] == ["come in"]
    answer(cy, key, True)
    assert members(ann, key) == {ann.id, bo.id, cy.id}


def test_people_who_accepted_each_other_need_no_request(ann: Caller, bo: Caller, cy: Caller) -> None:
    answer(bo, direct(ann, bo), True)
    key = direct(ann, bo, cy)
    assert members(ann, key) == {ann.id, bo.id}
    assert key in listed(bo)


def test_group_is_left_and_come_back_to(ann: Caller, bo: Caller, cy: Caller) -> None:
    key = direct(ann, bo, cy)
    answer(bo, key, True)
    act(bo, "room.leave", room=key)
    assert key not in listed(bo)
    assert may_read(bo, key) is None
    assert direct(ann, bo, cy) == key
    assert key not in listed(bo)
    assert direct(bo, ann, cy) == key
    assert key in listed(bo)


def test_group_of_eight_is_the_largest(ann: Caller, hall: LogKey) -> None:
    others = [guest() for _ in range(8)]
    for other in others:
        act(other, "room.join", room=hall)
    direct(ann, *others[:7])
    assert refused(ann, "direct.open", users=[other.id for other in others]).type == "bad_people"


def test_blocked_people_are_not_put_into_one_group_by_a_third(ann: Caller, bo: Caller, cy: Caller) -> None:
    act(bo, "person.block", user=ann.id, blocked=True)
    key = direct(cy, ann, bo)
    post(cy, key, "come in")
    assert requests(bo) == []
    assert [row["room"] for row in requests(ann)] == [key]
    answer(ann, key, True)
    assert members(cy, key) == {cy.id, ann.id}


def test_person_whom_one_blocks_oneself_is_refused(ann: Caller, bo: Caller, cy: Caller) -> None:
    act(ann, "person.block", user=bo.id, blocked=True)
    assert refused(ann, "direct.open", users=[bo.id]).type == "blocked"
    assert refused(ann, "direct.open", users=[bo.id, cy.id]).type == "blocked"


def test_block_in_a_group_silences_nobody(ann: Caller, bo: Caller, cy: Caller) -> None:
    key = direct(ann, bo, cy)
    for other in (bo, cy):
        answer(other, key, True)
    act(bo, "person.block", user=ann.id, blocked=True)
    for caller in (ann, bo, cy):
        post(caller, key)
    assert key in listed(bo)


@hypothesis_settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(data=st.data())
def test_group_request_refuses_people_who_block_each_other(data: st.DataObject, hall: LogKey) -> None:
    people = [guest() for _ in range(data.draw(st.integers(3, 5)))]
    for person in people:
        act(person, "room.join", room=hall)
    maker, *others = people
    pairs = [(a, b) for a, b in combinations(people, 2)] + [(b, a) for a, b in combinations(people, 2)]
    blocks = data.draw(st.sets(st.sampled_from(range(len(pairs)))))
    accepted = data.draw(st.sets(st.sampled_from(range(len(others)))))
    for number in accepted:
        answer(others[number], direct(maker, others[number]), True)
    for number in blocks:
        blocker, blocked = pairs[number]
        act(blocker, "person.block", user=blocked.id, blocked=True)
    blocking = {blocker.pk for number in blocks for blocker, _ in [pairs[number]]}
    if maker.pk in blocking:
        assert refused(maker, "direct.open", users=[other.id for other in others]).type == "blocked"
        return
    key = direct(maker, *others)
    post(maker, key)
    for number, other in enumerate(others):
        state = Membership.objects.get(room__log__key=key, user=other.pk).state
        wanted = "left" if other.pk in blocking else "member" if number in accepted else "request"
        assert state == wanted
        assert (key in listed(other)) == (wanted == "member")
        assert [row["room"] for row in requests(other)] == ([key] if wanted == "request" else [])


# Closing


def test_closed_room_comes_back_with_the_next_message(ann: Caller, bo: Caller) -> None:
    key = direct(ann, bo)
    answer(bo, key, True)
    post(ann, key)
    [signal] = outcome(call(bo, "direct.hide", room=key, hidden=True)).signals
    assert (signal.kind, signal.value, signal.to) == ("membership", None, bo.id)
    assert key not in listed(bo)
    [signal] = outcome(call(ann, "message.post", room=key, text="there?")).signals
    assert (signal.kind, signal.to, signal.value["unread"]) == ("membership", bo.id, 2)
    assert key in listed(bo)


def test_closing_is_undone(ann: Caller, bo: Caller) -> None:
    key = direct(ann, bo)
    act(ann, "direct.hide", room=key, hidden=True)
    assert key not in listed(ann)
    [signal] = outcome(call(ann, "direct.hide", room=key, hidden=False)).signals
    assert signal.value["name"] == "Bo"
    assert key in listed(ann)
    act(ann, "direct.hide", room=key, hidden=True)
    direct(ann, bo)
    assert key in listed(ann)


def test_rooms_that_are_not_direct_are_not_hidden(ann: Caller, hall: LogKey) -> None:
    assert refused(ann, "direct.hide", room=hall, hidden=True).code == 403


def test_messages_of_blocked_people_bring_no_room_back(ann: Caller, bo: Caller) -> None:
    key = direct(ann, bo)
    answer(bo, key, True)
    act(bo, "person.block", user=ann.id, blocked=True)
    assert outcome(call(ann, "message.post", room=key, text="there?")).signals == ()
    assert key not in listed(bo)


def test_blocker_is_not_seen_in_direct_rooms(ann: Caller, bo: Caller, hall: LogKey) -> None:
    key = direct(ann, bo)
    answer(bo, key, True)
    act(bo, "person.block", user=ann.id, blocked=True)
    assert UNSEEN in (may_open(bo, key) or ())
    assert UNSEEN not in (may_open(ann, key) or ())
    assert UNSEEN not in (may_open(bo, hall) or ())


# Bounds


def test_requests_are_counted_by_a_quota(ann: Caller, bo: Caller, cy: Caller, settings: Any) -> None:
    settings.QUOTAS = {"groups_guest": 1}
    answer(bo, direct(ann, bo), True)
    error = refused(ann, "direct.open", users=[cy.id])
    assert (error.type, error.more["quota"]) == ("quota", "groups")
    assert direct(ann, bo)
    direct(cy, ann)


def test_requests_of_people_who_are_gone_are_not_shown(ann: Caller, bo: Caller) -> None:
    key = direct(ann, bo)
    post(ann, key)
    User.objects.filter(pk=ann.pk).update(is_active=False)
    assert requests(bo) == []


def test_own_rooms_and_the_lounge_stay_in_the_list(
    ann: Caller, bo: Caller, hall: LogKey, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("chat.selectors.own_rooms.MINE", 3)
    people = [guest() for _ in range(4)]
    for person in people:
        act(person, "room.join", room=hall)
        answer(ann, direct(person, ann), True)
    assert hall in listed(ann)
    assert len(listed(ann)) == 3


def test_page_keeps_no_place_for_the_composer_once_the_request_is_sent(
    ann: Caller, bo: Caller, client: Browser
) -> None:
    key = direct(ann, bo)
    client.force_login(User.objects.get(pk=ann.pk))
    composer = 'id="composer" data-first'
    assert f"{composer}>" in client.get(f"/r/{key}/").content.decode()
    post(ann, key)
    assert f"{composer} hidden>" in client.get(f"/r/{key}/").content.decode()


def test_rooms_one_joins_fit_into_the_list(ann: Caller, bo: Caller, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("chat.selectors.own_rooms.JOINED", 2)
    key = room(guest())
    act(ann, "room.join", room=key)
    answer(ann, direct(bo, ann), True)
    for method, params in {"room.join": {"room": room(guest())}, "room.create": NEW_ROOM}.items():
        assert refused(ann, method, **params).type == "too_many_joined"
    act(ann, "room.leave", room=key)
    act(ann, "room.create", **NEW_ROOM)
