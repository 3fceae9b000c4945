"""Reactions: who may react to what, what is stored, and how a group of reactions is written."""

import secrets
from typing import Any

import msgspec
import pytest
import time_machine
from django.db import connection
from emoji import EMOJI_DATA
from hypothesis import given, settings
from hypothesis import strategies as st

from accounts.models import User
from accounts.services.people import person_forget
from chat.emoji import QUALIFIED, reaction_emoji
from chat.models import Message
from chat.plugin import NewMessage
from chat.reactions import EMOJI_PER_MESSAGE, REACTIONS_PER_MESSAGE, Reactions, decoded, encoded, react
from chat.services.messages import HOST_UNDO_MS, message_append
from chat.services.reactions import reaction_set
from chat.text import Text
from realtime.errors import RealtimeError
from realtime.log import batch, head_of, now_ms
from realtime.models import Event
from realtime.types import Caller, ClientId, LogKey, UserId
from realtime.workers import deadlines
from realtime.workers.transaction import write
from tests.actions import act, ask, call, data_of, guest, last_event, line, message, outcome, post, room
from tests.queries import queries

pytestmark = pytest.mark.django_db
THUMB, HEART = "👍", "❤️"


def reacted(caller: Caller, key: LogKey, o: int, emoji: str = THUMB, *, on: bool = True) -> dict[str, Any]:
    return act(caller, "reaction.set", room=key, o=o, emoji=emoji, on=on)


def refused(caller: Caller, method: str, **params: Any) -> tuple[int, str]:
    with pytest.raises(RealtimeError) as error:
        act(caller, method, **params)
    return error.value.code, error.value.args[0]


def reactions(key: LogKey, o: int) -> Any:
    return msgspec.json.decode(message(key, o).reactions or "[]")


def test_reaction_is_one_event_and_part_of_the_message(ana: Caller, ben: Caller, key: LogKey) -> None:
    o = post(ana, key)
    before = line(ana, key, o)
    stored = reacted(ben, key, o)
    event = last_event(key)
    assert (event.kind, event.actor, data_of(event)) == (
        "message.reacted",
        ben.id,
        {"o": o, "emoji": THUMB, "on": True},
    )
    assert (stored["o"], stored["t"]) == (event.offset, event.tag)
    assert "reactions" not in before
    assert line(ana, key, o) == before | {"reactions": [[THUMB, [ben.id]]]}
    assert event.lines == before["n"]


def test_reactions_keep_the_order_of_the_first_ones(ana: Caller, ben: Caller, key: LogKey) -> None:
    o = post(ana, key)
    for caller, emoji in [(ben, HEART), (ana, THUMB), (ana, HEART)]:
        reacted(caller, key, o, emoji)
    assert reactions(key, o) == [[HEART, [ben.id, ana.id]], [THUMB, [ana.id]]]
    reacted(ben, key, o, HEART, on=False)
    reacted(ana, key, o, THUMB, on=False)
    assert reactions(key, o) == [[HEART, [ana.id]]]
    reacted(ana, key, o, HEART, on=False)
    assert message(key, o).reactions is None
    assert "reactions" not in line(ana, key, o)


def test_reaction_is_done_once_by_its_cid_and_once_by_its_state(ana: Caller, ben: Caller, key: LogKey) -> None:
    o = post(ana, key)
    asked = call(ben, "reaction.set", room=key, o=o, emoji=THUMB, on=True)
    first = outcome(asked).result
    reacted(ben, key, o, on=False)
    assert outcome(asked).result == first
    assert reactions(key, o) == []
    reacted(ben, key, o)
    reacted(ben, key, o)
    assert reactions(key, o) == [[THUMB, [ben.id]]]


def test_removing_what_is_not_there_changes_nothing(ana: Caller, key: LogKey) -> None:
    o = post(ana, key)
    reacted(ana, key, o, on=False)
    assert data_of(last_event(key))["on"] is False
    assert reactions(key, o) == []


@pytest.mark.parametrize("written", ["❤", "❤️"])
def test_two_spellings_of_an_emoji_are_one(ana: Caller, ben: Caller, key: LogKey, written: str) -> None:
    o = post(ana, key)
    reacted(ana, key, o, HEART)
    reacted(ben, key, o, written)
    assert reactions(key, o) == [[HEART, [ana.id, ben.id]]]
    assert data_of(last_event(key))["emoji"] == HEART


@pytest.mark.parametrize("emoji", ["👍🏽", "🏳️‍🌈", "🇨🇳", "1️⃣", "👩🏽‍❤️‍💋‍👨🏿", "🏴󠁧󠁢󠁳󠁣󠁴󠁿", "🫡"])
def test_every_kind_of_emoji_sequence_is_accepted(emoji: str) -> None:
    assert reaction_emoji(emoji) == emoji


def test_every_emoji_is_its_own_full_spelling() -> None:
    assert all(reaction_emoji(emoji) == emoji for emoji in QUALIFIED.values())
    known = [emoji for emoji, facts in EMOJI_DATA.items() if facts["status"] > 1]
    assert {reaction_emoji(emoji) for emoji in known} == set(QUALIFIED.values())


@pytest.mark.attack
@pytest.mark.parametrize(
    "emoji",
    [
        "",
        " ",
        "a",
        "👍👍",
        "👍 ",
        " 👍",
        "👍" * 40,
        "👩" + "\u200d👩" * 20,
        "e" + "\u0301" * 39,
        "\ufe0f",
        "🏽",
        "🇨",
        "1",
        "#",
        "<img src=x onerror=alert(1)>",
        "👍\u202e",
        "\u200d",
        ":thumbs_up:",
        "🏴" + "\U000e0061" * 30 + "\U000e007f",
        "👍" + "\ufe0f" * 60_000,
    ],
)
def test_reaction_is_one_emoji_or_422(ana: Caller, key: LogKey, emoji: str) -> None:
    o = post(ana, key)
    assert refused(ana, "reaction.set", room=key, o=o, emoji=emoji, on=True) == (422, "bad_emoji")
    assert reactions(key, o) == []
    assert head_of(key).o == o


def test_message_has_at_most_20_different_emoji(ana: Caller, ben: Caller, key: LogKey) -> None:
    o = post(ana, key)
    signs = list(QUALIFIED.values())[: EMOJI_PER_MESSAGE + 1]
    for sign in signs[:-1]:
        reacted(ana, key, o, sign)
    assert refused(ben, "reaction.set", room=key, o=o, emoji=signs[-1], on=True) == (409, "too_many_reactions")
    reacted(ben, key, o, signs[0])
    reacted(ana, key, o, signs[1], on=False)
    reacted(ben, key, o, signs[-1])
    assert len(reactions(key, o)) == EMOJI_PER_MESSAGE


def test_message_has_a_bounded_number_of_reactions() -> None:
    full: Reactions = {THUMB: dict.fromkeys(f"{n:012}" for n in range(REACTIONS_PER_MESSAGE))}
    with pytest.raises(RealtimeError, match="too_many_reactions"):
        react(full, THUMB, UserId("x"), on=True)
    assert len(encoded(full) or "") < 50_000
    assert react(full, THUMB, UserId("000000000000"), on=False)
    assert react(full, THUMB, UserId("x"), on=True)


def test_page_counts_the_bytes_of_reactions(ana: Caller, key: LogKey) -> None:
    many = encoded({THUMB: dict.fromkeys(f"{n:012}" for n in range(REACTIONS_PER_MESSAGE))})
    offsets = [post(ana, key) for _ in range(6)]
    Message.objects.filter(offset__in=offsets).update(reactions=many)
    page = ask(ana, "history.page", room=key, before=10**9)
    assert [each["o"] for each in page["lines"]] == offsets[-2:]
    assert page["before"] is True


# Who may


def test_reaction_needs_a_member_who_may_write(ana: Caller, ben: Caller, key: LogKey) -> None:
    o = post(ana, key)
    asked = {"room": key, "o": o, "emoji": THUMB, "on": True}
    assert refused(guest(), "reaction.set", **asked) == (403, "forbidden")
    act(ana, "sanction.make", room=key, user=ben.id, kind="mute")
    assert refused(ben, "reaction.set", **asked) == (403, "muted")
    act(ana, "room.archive", room=key)
    assert refused(ana, "reaction.set", **asked) == (409, "archived")
    assert reactions(key, o) == []


def test_slow_mode_does_not_apply_to_reactions_and_a_locked_room_does(ana: Caller, ben: Caller, key: LogKey) -> None:
    o = post(ana, key)
    act(ana, "room.restrict", room=key, slow_s=300, locked=False, guests_off=False, approval=False)
    post(ben, key)
    reacted(ben, key, o)
    act(ana, "room.restrict", room=key, slow_s=0, locked=True, guests_off=False, approval=False)
    assert refused(ben, "reaction.set", room=key, o=o, emoji=HEART, on=True) == (403, "locked")


@pytest.mark.attack
def test_message_that_the_caller_may_not_see_is_404(ana: Caller, ben: Caller, key: LogKey) -> None:
    private = room(ana, public=False)
    o = post(ana, private)
    with batch([key]) as staged:
        hidden = message_append(staged, room=key, message=NewMessage(Text("x"), audience=frozenset({"host"}))).o
    for place, at in [(private, o), (key, hidden), (key, 10_000), (LogKey("NowhereNowhere16"), 1)]:
        assert refused(ben, "reaction.set", room=place, o=at, emoji=THUMB, on=True) == (404, "not_found")


def test_reaction_to_another_message_since_a_restored_backup_is_409(ana: Caller, key: LogKey) -> None:
    o = post(ana, key)
    asked = {"room": key, "o": o, "emoji": THUMB, "on": True}
    assert refused(ana, "reaction.set", t=7, **asked) == (409, "replaced")
    act(ana, "reaction.set", t=message(key, o).tag, **asked)


def test_system_messages_have_no_reactions_and_cards_of_people_have(ana: Caller, key: LogKey) -> None:
    dice, table = post(ana, key, "/roll"), post(ana, key, "/play four")
    assert refused(ana, "reaction.set", room=key, o=1, emoji=THUMB, on=True) == (403, "forbidden")
    with batch([key]) as staged:
        server = message_append(staged, room=key, message=NewMessage(Text("x"))).o
    assert refused(ana, "reaction.set", room=key, o=server, emoji=THUMB, on=True) == (403, "forbidden")
    for o in (dice, table):
        reacted(ana, key, o)
        assert line(ana, key, o)["reactions"] == [[THUMB, [ana.id]]]


def test_event_of_a_reaction_is_for_the_readers_of_the_message(ana: Caller, key: LogKey) -> None:
    with batch([key]) as staged:
        told = NewMessage(Text("x"), audience=frozenset({"host"}))
        o = message_append(staged, room=key, message=told, caller=ana, cid=ClientId("c" * 8)).o
    reacted(ana, key, o)
    assert last_event(key).audience == " host "


# Edited, removed, restored


def test_edit_keeps_reactions(ana: Caller, ben: Caller, key: LogKey) -> None:
    o = post(ana, key)
    reacted(ben, key, o)
    act(ana, "message.edit", room=key, o=o, text="other")
    assert line(ana, key, o)["reactions"] == data_of(last_event(key))["line"]["reactions"] == [[THUMB, [ben.id]]]


def test_deletion_hides_reactions_and_a_restore_shows_them_again(ana: Caller, ben: Caller, key: LogKey) -> None:
    o = post(ana, key)
    reacted(ben, key, o)
    act(ana, "message.delete", room=key, o=o)
    assert "reactions" not in line(ana, key, o)
    for on in (True, False):
        assert refused(ben, "reaction.set", room=key, o=o, emoji=THUMB, on=on) == (409, "removed")
    act(ana, "message.restore", room=key, o=o)
    assert line(ana, key, o)["reactions"] == data_of(last_event(key))["line"]["reactions"] == [[THUMB, [ben.id]]]


def test_ban_with_removal_hides_reactions_to_the_removed_messages_only(ana: Caller, ben: Caller, key: LogKey) -> None:
    hers, his = post(ana, key), post(ben, key)
    for o in (hers, his):
        reacted(ben, key, o)
    sanction = act(ana, "sanction.make", room=key, user=ben.id, kind="ban", remove="all")
    assert line(ana, key, hers)["reactions"] == [[THUMB, [ben.id]]]
    assert "reactions" not in line(ana, key, his)
    made = Event.objects.get(log__key=key, offset=sanction["o"])
    act(ana, "sanction.lift", room=key, sanction=data_of(made)["sanction"]["sanction"])
    assert line(ana, key, his)["reactions"] == [[THUMB, [ben.id]]]


def test_reactions_of_a_message_go_when_nobody_can_restore_it(ana: Caller, ben: Caller, key: LogKey) -> None:
    kept, removed = post(ana, key), post(ana, key)
    for o in (kept, removed):
        reacted(ben, key, o)
        act(ana, "message.edit", room=key, o=o, text="other")
    act(ana, "message.delete", room=key, o=removed)
    with time_machine.travel((now_ms() + HOST_UNDO_MS + 1000) / 1000, tick=False):
        write(deadlines.due())
    assert message(key, removed).reactions is None
    assert reactions(key, kept) == [[THUMB, [ben.id]]]


def test_reactions_of_a_blocked_person_are_counted(ana: Caller, ben: Caller, key: LogKey) -> None:
    o = post(ana, key)
    reacted(ben, key, o)
    act(ana, "person.block", user=ben.id, blocked=True)
    assert line(ana, key, o)["reactions"] == [[THUMB, [ben.id]]]


def test_deleted_account_leaves_its_reactions_without_its_name(ana: Caller, ben: Caller, key: LogKey) -> None:
    o = post(ana, key)
    reacted(ben, key, o)
    person_forget(user=User.objects.get(pk=ben.pk), now=now_ms())
    assert line(ana, key, o)["reactions"] == [[THUMB, [ben.id]]]
    assert ask(ana, "people.read", ids=[ben.id])["people"][ben.id]["name"].startswith("Deleted user ")


# Groups


def test_group_of_reactions_to_a_message_is_one_update(ana: Caller, key: LogKey) -> None:
    people = [guest() for _ in range(8)]
    for person in people:
        act(person, "room.join", room=key)
    o = post(ana, key)

    def asked(emoji: str, count: int) -> list[str]:
        calls = [call(person, "reaction.set", room=key, o=o, emoji=emoji, on=True) for person in people[:count]]
        with queries() as found:
            assert all(not isinstance(each, RealtimeError) for each in write(calls))
        return found

    few, many = asked(THUMB, 2), asked(HEART, 8)
    assert len(few) == len(many)
    table = connection.ops.quote_name("chat_message")
    assert sum(each.startswith(f"UPDATE {table}") for each in many) == 1
    assert reactions(key, o) == [[THUMB, [each.id for each in people[:2]]], [HEART, [each.id for each in people]]]


def test_group_of_reactions_keeps_what_is_accepted_when_one_is_refused(ana: Caller, ben: Caller, key: LogKey) -> None:
    other = room(ana)
    o, elsewhere = post(ana, key), post(ana, other)
    asked = [
        (ana, key, o, THUMB),
        (ben, other, elsewhere, THUMB),
        (ben, key, o, "no"),
        (ana, other, elsewhere, HEART),
        (ben, key, o, THUMB),
        (ben, LogKey("NowhereNowhere16"), 1, THUMB),
    ]
    found = write([call(who, "reaction.set", room=to, o=at, emoji=sign, on=True) for who, to, at, sign in asked])
    assert [each.code if isinstance(each, RealtimeError) else 0 for each in found] == [0, 403, 422, 0, 0, 404]
    assert reactions(key, o) == [[THUMB, [ana.id, ben.id]]]
    assert reactions(other, elsewhere) == [[HEART, [ana.id]]]


def test_post_edit_and_reactions_in_one_batch_keep_their_order(ana: Caller, ben: Caller, key: LogKey) -> None:
    o = head_of(key).o + 1
    write([
        call(ana, "message.post", room=key, text="first"),
        call(ben, "reaction.set", room=key, o=o, emoji=THUMB, on=True),
        call(ana, "message.edit", room=key, o=o, text="second"),
        call(ana, "reaction.set", room=key, o=o, emoji=THUMB, on=True),
    ])  # fmt: skip
    found = line(ana, key, o)
    assert (found["data"]["text"], found["reactions"]) == ("second", [[THUMB, [ben.id, ana.id]]])


def test_service_of_reactions_needs_no_writer(ana: Caller, key: LogKey) -> None:
    o = post(ana, key)
    with batch([key]) as staged:
        reaction_set(staged, caller=ana, room=key, cid=ClientId(secrets.token_urlsafe(12)), o=o, emoji=THUMB, on=True)
    assert reactions(key, o) == [[THUMB, [ana.id]]]


def test_page_of_history_needs_no_query_for_reactions(ana: Caller, ben: Caller, key: LogKey) -> None:
    offsets = [post(ana, key) for _ in range(5)]

    def asked() -> int:
        with queries() as found:
            ask(ana, "history.page", room=key, before=10**9)
        return len(found)

    asked()
    before = asked()
    for o in offsets:
        reacted(ana, key, o)
        reacted(ben, key, o, HEART)
    assert asked() == before


# Model

ACTIONS = st.lists(
    st.tuples(st.integers(0, 2), st.integers(0, 1), st.sampled_from([THUMB, HEART, "❤", "🎉"]), st.booleans()),
    max_size=30,
)


def expected(actions: list[tuple[Any, int, str, bool]], o: int) -> dict[str, set[Any]]:
    """Return the reactions to the message `o` that a set of (emoji, person) has after these actions."""
    pairs: set[tuple[str, Any]] = set()
    for who, to, sign, on in actions:
        if to == o:
            (pairs.add if on else pairs.discard)((reaction_emoji(sign), who))
    return {sign: {who for other, who in pairs if other == sign} for sign, _ in pairs}


@settings(max_examples=30, deadline=None)
@given(actions=ACTIONS, sizes=st.lists(st.integers(1, 6), min_size=1))
def test_reactions_are_what_a_set_says_however_they_are_grouped(
    actions: list[tuple[int, int, str, bool]], sizes: list[int]
) -> None:
    people = [guest() for _ in range(3)]
    key = room(people[0], *people[1:])
    offsets = [post(people[0], key), post(people[1], key)]
    calls = [
        call(people[who], "reaction.set", room=key, o=offsets[to], emoji=sign, on=on) for who, to, sign, on in actions
    ]
    while calls:
        size = sizes[len(calls) % len(sizes)]
        write(calls[:size])
        calls = calls[size:]
    for to, o in enumerate(offsets):
        found = {sign: set(users) for sign, users in reactions(key, o)}
        assert found == expected([(people[who].id, at, sign, on) for who, at, sign, on in actions], to)
    events = Event.objects.filter(log__key=key, kind="message.reacted").order_by("offset")
    told: Reactions = {}
    for event in events:
        data = data_of(event)
        if data["o"] == offsets[0]:
            react(told, data["emoji"], UserId(event.actor or ""), on=data["on"])
    assert encoded(told) == message(key, offsets[0]).reactions


@given(actions=ACTIONS)
def test_reactions_survive_being_stored(actions: list[tuple[int, int, str, bool]]) -> None:
    kept: Reactions = {}
    for who, _, sign, on in actions:
        react(kept, sign, UserId(str(who)), on=on)
        assert decoded(encoded(kept)) == kept
        assert list(decoded(encoded(kept))) == list(kept)
