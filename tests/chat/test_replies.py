"""Replies: which message may be answered, and what a reader gets to see of it."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chat.models import Message
from chat.plugin import NewMessage
from chat.quotes import SOURCE_LENGTH, SPOILER, TEXT_LENGTH, excerpt
from chat.selectors import may_read, messages, snapshot
from chat.services.messages import message_append
from chat.text import Text
from realtime.errors import RealtimeError
from realtime.log import batch, head_of
from realtime.models import Event
from realtime.types import Caller, LogKey
from realtime.workers.transaction import write
from tests.actions import act, ask, call, data_of, guest, last_event, line, message, post, room
from tests.queries import queries

database = pytest.mark.django_db
SECRET = "xyzzy-5521"


def reply(caller: Caller, key: LogKey, re: int, text: str = "yes", **more: Any) -> int:
    o: int = act(caller, "message.post", room=key, text=text, re=re, **more)["o"]
    return o


def refused(caller: Caller, key: LogKey, re: int, **more: Any) -> RealtimeError:
    with pytest.raises(RealtimeError) as error:
        reply(caller, key, re, **more)
    return error.value


def page(caller: Caller, key: LogKey, **more: Any) -> dict[str, Any]:
    return ask(caller, "history.page", room=key, **more or {"before": 10**9})


def shown(caller: Caller, key: LogKey) -> dict[str, Any]:
    return snapshot(caller, key, may_read(caller, key) or frozenset(), head_of(key))


def whisper(key: LogKey, *scopes: str) -> int:
    with batch([key]) as staged:
        return message_append(staged, room=key, message=NewMessage(Text(SECRET), audience=frozenset(scopes))).o


# Posting


@database
def test_reply_names_its_original_in_event_row_and_page(ana: Caller, ben: Caller, key: LogKey) -> None:
    o = post(ana, key, "Pizza or *sushi*?")
    r = reply(ben, key, o, "Sushi", re_t=message(key, o).tag)
    assert data_of(last_event(key)) == {"kind": "text", "text": "Sushi", "re": o}
    assert message(key, r).reply_to == message(key, o)
    assert line(ana, key, r)["re"] == o
    for found in (page(ana, key), page(ana, key, around=r), page(ana, key, after=o), shown(ana, key)):
        assert found["lines"][-1]["re"] == o
        assert found["quotes"] == {
            str(o): {"by": ana.id, "kind": "text", "text": "Pizza or sushi?", "removed": False},
        }
        assert found["people"][ana.id]["name"] == ana.person["name"]
    assert "re" not in line(ana, key, o)


@database
def test_page_without_replies_has_no_quotes(ana: Caller, key: LogKey) -> None:
    post(ana, key)
    assert "quotes" not in page(ana, key)
    assert "quotes" not in shown(ana, key)


@database
def test_reply_to_what_is_not_there_is_refused(ana: Caller, ben: Caller, key: LogKey) -> None:
    other = room(ana, ben)
    elsewhere = [post(ana, other, str(n)) for n in range(9)][-1]
    assert (refused(ben, key, elsewhere).code, refused(ben, key, elsewhere).type) == (404, "not_found")
    o = post(ana, key)
    assert refused(ben, key, o, re_t=(message(key, o).tag or 0) + 1).type == "replaced"
    act(ana, "message.delete", room=key, o=o)
    assert (refused(ben, key, o).code, refused(ben, key, o).type) == (409, "removed")
    assert not Message.objects.filter(log__key=key, author=ben.pk).exists()


@database
def test_reply_needs_the_right_to_post(ana: Caller, key: LogKey) -> None:
    o, stranger = post(ana, key), guest()
    assert refused(stranger, key, o).code == 403
    private = room(ana, public=False)
    assert refused(stranger, private, post(ana, private)).code == 404


@database
def test_command_may_be_a_reply(ana: Caller, key: LogKey) -> None:
    o = post(ana, key)
    r = reply(ana, key, o, "/roll 1d6")
    assert (line(ana, key, r)["kind"], line(ana, key, r)["re"]) == ("roll", o)
    again = reply(ana, key, r)
    assert page(ana, key)["quotes"][str(r)] == {"by": ana.id, "kind": "roll", "text": "", "removed": False}
    assert line(ana, key, again)["re"] == r


@database
@pytest.mark.attack
def test_reply_to_a_whisper_has_its_audience(ana: Caller, ben: Caller, key: LogKey) -> None:
    o = whisper(key, "host")
    assert refused(ben, key, o).code == 404
    r = reply(ana, key, o, "noted")
    assert message(key, r).audience == message(key, o).audience
    assert SECRET not in repr(page(ben, key))
    assert "noted" not in repr(page(ben, key))
    assert page(ana, key)["quotes"][str(o)]["text"] == SECRET
    assert SECRET not in repr(shown(ben, key))


@database
@pytest.mark.attack
def test_quote_of_a_whisper_is_hidden_from_others(ana: Caller, ben: Caller, key: LogKey) -> None:
    """A reply that everybody may see never shows an original that only some may see."""
    o = whisper(key, "host")
    r = post(ana, key, "open")
    Message.objects.filter(log__key=key, offset=r).update(reply_to=message(key, o))
    for caller, text in ((ana, SECRET), (ben, None), (ana, SECRET)):
        for found in (page(caller, key), shown(caller, key)):
            assert found["quotes"][str(o)].get("text") == text
    assert page(ben, key)["quotes"] == {str(o): {"hidden": True}}
    assert ask(ben, "quotes.read", room=key, offsets=[o])["quotes"] == {str(o): {"hidden": True}}
    assert ask(ana, "quotes.read", room=key, offsets=[o])["quotes"][str(o)]["text"] == SECRET


# Deleted and edited originals


@database
def test_quote_follows_its_original(ana: Caller, ben: Caller, key: LogKey) -> None:
    o = post(ana, key, SECRET)
    reply(ben, key, o)
    assert shown(ben, key)["quotes"][str(o)]["text"] == SECRET
    act(ana, "message.edit", room=key, o=o, text="calm")
    assert shown(ben, key)["quotes"][str(o)]["text"] == "calm"
    act(ana, "message.delete", room=key, o=o)
    assert shown(ben, key)["quotes"][str(o)] == {"by": ana.id, "kind": "text", "text": "", "removed": True}
    act(ana, "message.restore", room=key, o=o)
    assert shown(ben, key)["quotes"][str(o)]["text"] == "calm"


@database
@pytest.mark.attack
def test_deleted_text_is_in_no_reply(ana: Caller, ben: Caller, key: LogKey) -> None:
    o = post(ana, key, SECRET)
    r = reply(ben, key, o)
    act(ben, "message.edit", room=key, o=r, text="no")
    act(ana, "message.delete", room=key, o=o)
    assert not Event.objects.filter(log__key=key, data__contains=SECRET).exists()
    assert not Message.objects.filter(log__key=key, data__contains=SECRET).exists()
    assert SECRET not in repr([page(ben, key), shown(ben, key), ask(ben, "quotes.read", room=key, offsets=[o])])


@database
def test_edited_and_restored_reply_keeps_its_original(ana: Caller, key: LogKey) -> None:
    o = post(ana, key)
    r = reply(ana, key, o)
    act(ana, "message.edit", room=key, o=r, text="maybe")
    assert data_of(last_event(key))["line"]["re"] == o
    act(ana, "message.delete", room=key, o=r)
    act(ana, "message.restore", room=key, o=r)
    assert data_of(last_event(key))["line"]["re"] == o


# Reading


@database
def test_quotes_are_read_for_readers_only(ana: Caller, key: LogKey) -> None:
    o = post(ana, key, "**hi**")
    found = ask(ana, "quotes.read", room=key, offsets=[o, 10**6])
    assert found["quotes"][str(o)]["text"] == "hi"
    assert found["quotes"][str(10**6)] == {"hidden": True}
    assert list(found["people"]) == [ana.id]
    private = room(ana, public=False)
    with pytest.raises(RealtimeError, match="not_found"):
        ask(guest(), "quotes.read", room=private, offsets=[1])


@database
def test_replies_cost_one_query_a_group_and_none_a_page(ana: Caller, ben: Caller, key: LogKey) -> None:
    originals = [post(ana, key, str(n)) for n in range(4)]

    def asked(answered: list[int | None]) -> int:
        calls = [call([ana, ben][n % 2], "message.post", room=key, text="x", re=o) for n, o in enumerate(answered)]
        with queries() as sql:
            write(calls)
        return len(sql)

    plain = asked([None] * 4)
    assert asked([*originals]) == plain + 2  # the originals, and the insert of the mentions
    log = message(key, originals[0]).log_id
    with queries() as sql:
        messages.page_before(log, frozenset())
    assert len(sql) == 1


# The text of a quote


@pytest.mark.parametrize(
    ("text", "short"),
    [
        ("plain", "plain"),
        ("two\n\nlines  and\ttabs", "two lines and tabs"),
        ("**bold** and *it* and ~~gone~~ and `code`", "bold and it and gone and code"),
        ("> quoted\n> more\nanswer", "quoted more answer"),
        ("```py\nprint(1)\n```", "print(1)"),
        ("see [the page](https://example.org/x)", "see the page"),
        ("snake_case stays, 2 * 3 * 4 too", "snake_case stays, 2 * 3 * 4 too"),
        (r"\*not it\*", "*not it*"),
        ("the end: ||he dies|| ok", f"the end: {SPOILER} ok"),
        ("你好 **世界**", "你好 世界"),
        ("x" * 201, "x" * 199 + "…"),
        ("||" + "x" * 900 + "||", SPOILER + "…"),
        ("x" * 190 + "<@AbCdEfGhIjKl> hi", "x" * 190 + "…"),
    ],
)
def test_excerpt_is_one_plain_line(text: str, short: str) -> None:
    assert excerpt(text) == short


@given(st.text(max_size=3 * SOURCE_LENGTH))
def test_excerpt_is_short_and_has_no_line_ends(text: str) -> None:
    found = excerpt(text)
    assert len(found) <= TEXT_LENGTH
    assert found == " ".join(found.split())
    assert excerpt(text[:SOURCE_LENGTH]) == found


@given(st.text(alphabet="|*`>[]( )<@a\n", max_size=3 * SOURCE_LENGTH), st.text(alphabet="ab", min_size=1, max_size=900))
def test_excerpt_never_shows_a_spoiler(before: str, hidden: str) -> None:
    assert "SECRET" not in excerpt(f"{before.replace('|', '')}||SECRET{hidden}||")
