"""Mentions: whom a message calls, who is told, and what the inbox and the counts make of it."""

from typing import Any

import msgspec
import pytest
import time_machine

from accounts.models import User
from chat.mentions import PEOPLE, mentioned, plain, with_names
from chat.models import Mention
from chat.selectors import access
from chat.selectors.mentions import folded
from chat.selectors.own_rooms import unread_of, welcome
from chat.services.mentions import directory
from chat.text import rendered
from realtime.errors import RealtimeError
from realtime.log import now_ms
from realtime.models import Log
from realtime.types import Caller, LogKey, Signal
from realtime.workers.transaction import write
from tests.actions import act, ask, call, data_of, guest, last_event, line, outcome, post, room
from tests.queries import queries

pytestmark = pytest.mark.django_db
KEY = "AbCdEfGhIjKl"


@pytest.fixture
def eve() -> Caller:
    return guest("Eve")


def signals(caller: Caller, method: str, /, **params: Any) -> list[Signal]:
    return list(outcome(call(caller, method, **params)).signals)


def refused(caller: Caller, method: str, /, **params: Any) -> RealtimeError:
    with pytest.raises(RealtimeError) as error:
        act(caller, method, **params)
    return error.value


def inbox(caller: Caller, **params: Any) -> list[tuple[str, int, bool]]:
    items = ask(caller, "inbox.read", **params)["items"]
    return [(item["kind"], item["o"], item["read"]) for item in items]


def count(caller: Caller, key: LogKey) -> int:
    found = unread_of(caller)[key]["mentions"]
    [welcomed] = [each["mentions"] for each in welcome(caller) if each["key"] == key]
    assert found == welcomed
    return found


# The text


@pytest.mark.parametrize(
    ("text", "found"),
    [
        (f"hi <@{KEY}>", [KEY]),
        (f"<@{KEY}> **<@{KEY}>** <@here>", [KEY, "here"]),
        (f"`<@{KEY}>`", []),
        (f"```\n<@{KEY}>\n```", []),
        (f"    <@{KEY}>", [KEY]),
        (f"[<@{KEY}>](https://e.example)", []),
        (f"\\<@{KEY}>", []),
        ("<@short> <@> <@here2> @here", []),
        (f'<span class="mention" data-user="{KEY}">@x</span>', []),
    ],
)
def test_text_mentions_what_is_written_outside_code(text: str, found: list[str]) -> None:
    written = rendered(text)
    assert mentioned(written.text, written.html) == found


def test_text_that_is_too_long_to_render_mentions_as_it_is_typed() -> None:
    text = rendered(f"<@{KEY}> " + "*" * 1200)
    assert text.html is None
    assert mentioned(text.text, text.html) == [KEY]
    assert plain(f"<@{KEY}> <@here> <@{'x' * 12}>", {KEY: "Mei"}.get) == f"@Mei @here <@{'x' * 12}>"


@pytest.mark.attack
def test_name_in_html_is_escaped() -> None:
    html = rendered(f"<@{KEY}>").html or ""
    assert with_names(html, {KEY: "<b onclick=x>\"'&"}) == (
        f'<p><span class="mention" data-user="{KEY}">@&lt;b onclick=x&gt;&quot;&#x27;&amp;</span></p>'
    )
    assert with_names(html, {}) == f"<p>&lt;@{KEY}&gt;</p>"


# Posts


def test_post_stores_the_name_and_calls_the_person(ana: Caller, ben: Caller, key: LogKey) -> None:
    [signal] = signals(ana, "message.post", room=key, text=f"hi <@{ben.id}>")
    event = last_event(key)
    name = User.objects.get(pk=ben.pk).name
    span = f'<span class="mention" data-user="{ben.id}">@{name}</span>'
    content = {"text": f"hi <@{ben.id}>", "html": f"<p>hi {span}</p>", "mentions": {ben.id: name}}
    assert data_of(event) == {"kind": "text", **content}
    assert line(ben, key, event.offset)["data"] == content
    assert signal == Signal(key, "mention", str(event.offset), {"o": event.offset, "by": ana.id}, to=ben.id)
    assert (count(ben, key), count(ana, key)) == (1, 0)
    assert inbox(ben) == [("name", event.offset, False)]
    assert inbox(ana) == []


def test_reply_calls_the_author_of_the_original_once(ana: Caller, ben: Caller, key: LogKey) -> None:
    o = post(ben, key)
    [signal] = signals(ana, "message.post", room=key, text=f"yes <@{ben.id}>", re=o)
    assert signal.to == ben.id
    assert [kind for kind, _, _ in inbox(ben)] == ["reply"]
    assert signals(ben, "message.post", room=key, text="myself", re=o) == []


def test_author_and_unknown_users_are_not_called(ana: Caller, ben: Caller, key: LogKey) -> None:
    assert signals(ana, "message.post", room=key, text=f"<@{ana.id}> <@{KEY}>") == []
    content = data_of(last_event(key))
    assert list(content["mentions"]) == [ana.id]
    assert f"&lt;@{KEY}&gt;" in content["html"]
    assert not Mention.objects.exists()


def test_people_who_cannot_read_are_named_to_the_author_only(
    ana: Caller, ben: Caller, eve: Caller, key: LogKey
) -> None:
    gone, banned = guest("Gone"), guest("Banned")
    User.objects.filter(pk=gone.pk).update(is_active=False)
    act(banned, "room.join", room=key)
    act(ana, "sanction.make", room=key, user=banned.id, kind="ban")
    text = f"<@{eve.id}> <@{ben.id}> <@{gone.id}> <@{banned.id}>"
    missed, called = sorted(signals(ana, "message.post", room=key, text=text), key=lambda each: each.to == ben.id)
    assert (missed.kind, missed.to, missed.value) == ("mention_missed", ana.id, {"users": [eve.id, gone.id, banned.id]})
    assert (called.kind, called.to) == ("mention", ben.id)
    assert Mention.objects.count() == 1


def test_block_is_not_revealed_and_empties_the_inbox(ana: Caller, ben: Caller, key: LogKey) -> None:
    act(ben, "person.block", user=ana.id, blocked=True)
    assert [each.kind for each in signals(ana, "message.post", room=key, text=f"<@{ben.id}>")] == ["mention"]
    assert (count(ben, key), inbox(ben)) == (0, [])
    act(ben, "person.block", user=ana.id, blocked=False)
    assert (count(ben, key), len(inbox(ben))) == (1, 1)


def test_more_than_twenty_people_are_refused(ana: Caller, key: LogKey) -> None:
    text = " ".join(f"<@{n:012}>" for n in range(21))
    error = refused(ana, "message.post", room=key, text=text)
    assert (error.code, error.type) == (422, "too_many_mentions")
    post(ana, key, text.rsplit(" ", 1)[0])


def test_group_of_posts_reads_mentioned_people_once_and_plain_ones_nobody(
    ana: Caller, ben: Caller, key: LogKey
) -> None:
    def asked(*texts: str) -> int:
        with queries() as sql:
            write([call(ana, "message.post", room=key, text=text) for text in texts])
        return len(sql)

    asked("warm")
    plain_ones = asked("a", "b", "c")
    assert asked("a < b", "*b*", "c") == plain_ones
    assert asked(f"<@{ben.id}>", f"2 <@{ben.id}>", "c") == plain_ones + 2  # the people, and the insert of the rows


# @here


def test_mention_of_here_calls_everybody_with_one_row(ana: Caller, ben: Caller, eve: Caller, key: LogKey) -> None:
    act(eve, "room.join", room=key)
    o = post(ana, key, "<@here> look")
    [row] = Mention.objects.all()
    assert (row.user_id, row.kind) == (None, "here")
    assert [count(each, key) for each in (ana, ben, eve)] == [0, 1, 1]
    assert inbox(ben) == inbox(eve) == [("here", o, False)]
    act(ben, "inbox.mark", room=key, o=o)
    assert (count(ben, key), inbox(ben)) == (0, [("here", o, True)])
    assert (count(eve, key), inbox(eve)) == (1, [("here", o, False)])
    assert inbox(ana) == []


def test_refused_mention_of_here_does_not_count(ana: Caller, key: LogKey) -> None:
    asked = [call(ana, "message.post", room=key, text="<@here>", files=[{"key": "nothing"}]) for _ in range(3)]
    found = write([*asked, call(ana, "message.post", room=key, text="<@here>")])
    assert [isinstance(each, RealtimeError) for each in found] == [True, True, True, False]


def test_mention_of_here_is_for_hosts_and_three_times_an_hour(ana: Caller, ben: Caller, key: LogKey) -> None:
    error = refused(ben, "message.post", room=key, text="<@here>")
    assert (error.code, error.type) == (403, "here_refused")
    with time_machine.travel(now_ms() / 1000, tick=False) as clock:
        found = write([call(ana, "message.post", room=key, text="<@here>") for _ in range(4)])
        assert [isinstance(each, RealtimeError) for each in found] == [False, False, False, True]
        clock.shift(600)
        error = refused(ana, "message.post", room=key, text="<@here>")
        assert (error.code, error.type, error.more["retry_after_ms"]) == (429, "here_limit", 3_000_000)
        clock.shift(3001)
        post(ana, key, "<@here>")
    post(ana, key, "`<@here>`")


def test_person_who_joins_later_was_not_called(ana: Caller, eve: Caller, key: LogKey) -> None:
    post(ana, key, "<@here>")
    act(eve, "room.join", room=key)
    assert (count(eve, key), inbox(eve)) == (0, [])


# Edits


def test_edit_may_add_a_mention_and_does_not_notify_twice(ana: Caller, ben: Caller, eve: Caller, key: LogKey) -> None:
    act(eve, "room.join", room=key)
    o = post(ana, key, f"<@{ben.id}>")
    act(eve, "read.mark", room=key, o=o)
    edited = {"room": key, "o": o}
    [signal] = signals(ana, "message.edit", **edited, text=f"<@{ben.id}> <@{eve.id}>")
    assert (signal.to, signal.value["o"]) == (eve.id, o)
    assert count(eve, key) == 1, "the edit is newer than what she has read"
    assert signals(ana, "message.edit", **edited, text=f"<@{eve.id}>") == []
    assert (inbox(ben), count(ben, key)) == ([], 0)
    assert signals(ana, "message.edit", **edited, text=f"<@{eve.id}> <@{ben.id}>") == []
    assert [kind for kind, _, _ in inbox(ben)] == ["name"]


def test_edit_cannot_call_everybody(ana: Caller, ben: Caller, key: LogKey) -> None:
    o = post(ana, key, "hello")
    assert refused(ana, "message.edit", room=key, o=o, text="<@here>").type == "here_edited"
    o = post(ana, key, "<@here>")
    act(ana, "message.edit", room=key, o=o, text="<@here> again")
    assert inbox(ben) == [("here", o, False)]
    act(ana, "message.edit", room=key, o=o, text="nothing")
    assert (inbox(ben), count(ben, key)) == ([], 0)


# Counts and the inbox


def test_deletion_and_leaving_empty_the_inbox_and_restoring_fills_it(ana: Caller, ben: Caller, key: LogKey) -> None:
    o = post(ana, key, f"<@{ben.id}>")
    act(ana, "message.delete", room=key, o=o)
    assert (count(ben, key), inbox(ben)) == (0, [])
    act(ana, "message.restore", room=key, o=o)
    assert (count(ben, key), inbox(ben)) == (1, [("name", o, False)])
    act(ben, "room.leave", room=key)
    assert inbox(ben) == []


def test_ban_empties_the_inbox(ana: Caller, ben: Caller, key: LogKey) -> None:
    post(ana, key, f"<@{ben.id}>")
    sanction = act(ana, "sanction.make", room=key, user=ben.id, kind="ban")
    assert sanction
    assert inbox(ben) == []


def test_reading_the_room_and_writing_in_it_read_its_mentions(ana: Caller, ben: Caller, key: LogKey) -> None:
    o = post(ana, key, f"<@{ben.id}>")
    act(ben, "read.mark", room=key, o=o)
    assert (count(ben, key), inbox(ben)) == (0, [("name", o, True)])
    post(ana, key, f"<@{ben.id}>")
    post(ben, key)
    assert (count(ben, key), [read for _, _, read in inbox(ben)]) == (0, [True, True])


def test_opening_one_mention_marks_only_that_one(ana: Caller, ben: Caller, key: LogKey) -> None:
    first, second = (post(ana, key, f"<@{ben.id}> {n}") for n in range(2))
    [signal] = signals(ben, "inbox.mark", room=key, o=first)
    assert signal == Signal(key, "mentions", "", {"n": 1}, to=ben.id)
    assert inbox(ben) == [("name", second, False), ("name", first, True)]
    [signal] = signals(ben, "inbox.mark")
    assert (signal.kind, signal.value, signal.to) == ("mentions", None, ben.id)
    assert (count(ben, key), [read for _, _, read in inbox(ben)]) == (0, [True, True])
    assert unread_of(ben)[key]["unread"] == 2, "the room itself stays unread"


def test_all_marked_includes_everybody(ana: Caller, ben: Caller, key: LogKey) -> None:
    post(ana, key, "<@here>")
    act(ben, "inbox.mark")
    act(ben, "inbox.mark")
    assert (count(ben, key), [read for _, _, read in inbox(ben)]) == (0, [True])


def test_inbox_comes_in_pages(ana: Caller, ben: Caller, key: LogKey) -> None:
    other = room(ana, ben)
    offsets = [post(ana, [key, other][n % 2], f"<@{ben.id}>") for n in range(30)]
    here = post(ana, key, "<@here>")
    first = ask(ben, "inbox.read")
    assert len(first["items"]) == 30
    assert first["items"][0]["o"] == here
    assert first["people"].keys() == {ana.id}
    second = ask(ben, "inbox.read", before=first["next"])
    assert [item["o"] for item in second["items"]] == [offsets[0]]
    assert second["next"] is None


def test_inbox_says_what_and_where(ana: Caller, ben: Caller, key: LogKey) -> None:
    o = post(ana, key, f"**see** <@{ben.id}> " + "x" * 400)
    [item] = ask(ben, "inbox.read")["items"]
    assert (item["room"], item["o"], item["by"], item["at"]) == (key, o, ana.id, last_event(key).at)
    assert item["text"].startswith(f"see <@{ben.id}> x")
    assert len(item["text"]) <= 200
    assert list(item["mentions"]) == [ben.id]


@pytest.mark.attack
def test_inbox_shows_no_message_outside_the_audience(ana: Caller, ben: Caller, key: LogKey) -> None:
    from chat.plugin import NewMessage
    from chat.services.messages import message_append
    from chat.text import Text
    from realtime.log import batch

    with batch([key]) as staged:
        event = message_append(
            staged, room=key, message=NewMessage(Text(f"<@{ben.id}>"), audience=frozenset({"host"})), caller=ana
        )
    log = Log.objects.get(key=key)
    Mention.objects.create(
        user_id=ben.pk, log=log, offset=event.o, kind="name", by_id=ana.pk, at=event.at, called=event.o
    )
    assert (inbox(ben), count(ben, key)) == ([], 0)


@pytest.mark.attack
def test_mark_in_a_room_of_others_is_refused(ana: Caller, ben: Caller, eve: Caller) -> None:
    private = room(ana, ben, public=False)
    o = post(ana, private, f"<@{ben.id}> <@{eve.id}>")
    assert refused(eve, "inbox.mark", room=private, o=o).code == 404
    assert (inbox(eve), len(inbox(ben))) == ([], 1)


# People to mention


@pytest.mark.parametrize(
    ("name", "search"),
    [("王小明", "小"), ("Zoë Müller", "zoe mu"), ("Ångström", "ang"), ("김철수", "김철"), ("Ирина", "ири")],
)
def test_people_are_found_without_accents_and_in_any_script(ana: Caller, key: LogKey, name: str, search: str) -> None:
    person = guest(name)
    act(person, "room.join", room=key)
    found = ask(ana, "people.find", room=key, search=search)
    assert found["users"] == [person.id]
    assert found["people"][person.id]["name"] == name


def test_people_who_spoke_last_come_first(ana: Caller, ben: Caller, eve: Caller, key: LogKey) -> None:
    act(eve, "room.join", room=key)
    for caller in (eve, ben, ana, ben):
        post(caller, key)
    assert ask(ana, "people.find", room=key)["users"] == [ben.id, ana.id, eve.id]


@pytest.mark.attack
def test_people_of_a_private_room_are_found_by_its_readers_only(ana: Caller, ben: Caller) -> None:
    private = room(ana, public=False)
    with pytest.raises(RealtimeError, match="not_found"):
        ask(ben, "people.find", room=private)


def test_folded_text_has_no_marks() -> None:
    assert folded("ÉCOLE Straße") == "ecole strasse"


def test_turns_of_apps_are_on_the_first_page(ana: Caller, ben: Caller, key: LogKey) -> None:
    o = act(ana, "match.create", room=key, game="four")["o"]
    act(ben, "seat.take", room=key, match=o, seat=1)
    turns = [ask(each, "inbox.read")["turns"] for each in (ana, ben)]
    [turn] = next(filter(None, turns))
    assert sorted(map(len, turns)) == [0, 1]
    assert (turn["kind"], turn["room"], turn["o"], turn["game"]) == ("turn", key, o, "four")


def test_count_names_messages_that_call_everybody() -> None:
    from chat.unread import changes
    from tests.chat.test_unread import entry

    events = [
        entry(5, 5, data={"text": "<@here>", "mentions": {"here": ""}}),
        entry(6, 6, data={"text": 'say "here": now'}),
    ]
    assert changes(events, 4) == {"lines": [(5, "ana"), (6, "ana")], "heres": [5]}
    assert msgspec.json.encode(changes(events, 4))


@pytest.mark.attack
def test_text_with_too_many_mentions_costs_no_query(ana: Caller, key: LogKey) -> None:
    text = rendered("".join(f"<@{number:012}>" for number in range(PEOPLE + 1)))
    room_access = access.member(ana, key)
    with queries() as asked:
        assert directory([(room_access, key, text)], now_ms()) == ({}, set(), {})
    assert asked == []
