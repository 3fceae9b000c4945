"""Lines: posted, edited, removed, restored; and where their text is."""

from collections.abc import Iterator
from typing import Any

import pytest
import time_machine
from django.apps import apps
from django.db import connection, models

from chat.models import Revision
from chat.parsing import SlashCommand
from chat.services.posting import message_post
from realtime.errors import RealtimeError
from realtime.log import batch, now_ms
from realtime.models import Deadline, Event
from realtime.types import Caller, ClientId, LogKey
from realtime.workers import deadlines
from tests.actions import act, ask, call, data_of, guest, last_event, line, message, outcome, post, room

pytestmark = pytest.mark.django_db
MARKER = "xyzzy-7731"


@pytest.fixture
def later() -> Iterator[time_machine.Traveller]:
    with time_machine.travel(now_ms() / 1000, tick=False) as traveller:
        yield traveller


def refused(caller: Caller, method: str, **params: Any) -> RealtimeError:
    with pytest.raises(RealtimeError) as error:
        act(caller, method, **params)
    return error.value


def test_post_is_one_event_and_one_row_at_the_same_offset(ana: Caller, key: LogKey) -> None:
    o = post(ana, key, "hello *you*")
    event, row = last_event(key), message(key, o)
    content = {"text": "hello *you*", "html": "<p>hello <em>you</em></p>"}
    assert data_of(event) == {"kind": "text", **content}
    assert (event.offset, event.lines, event.kind, event.actor) == (o, row.lines, "message.posted", ana.id)
    assert line(ana, key, o) == {
        "o": o, "n": event.lines, "at": event.at, "by": ana.id, "kind": "text", "data": content,
        "t": event.tag, "edited": None, "removed": None, "touched": o,
    }  # fmt: skip


@pytest.mark.parametrize(
    ("method", "more"), [("message.post", {"cid": "a" * 8}), ("message.edit", {"cid": "a" * 8, "o": 1})]
)
def test_only_a_plain_text_is_prepared_in_the_loop(ana: Caller, key: LogKey, method: str, more: dict[str, Any]) -> None:
    def light(text: str) -> bool:
        asked = call(ana, method, room=key, text=text, **more)
        return asked.method.runs_at_once(asked.params)

    assert light("plain words")
    assert not light("[" * 440)


def test_service_of_posts_checks_the_permission_by_itself(ana: Caller, ben: Caller, key: LogKey) -> None:
    private = room(ana, public=False)

    def said(caller: Caller, place: LogKey) -> None:
        with batch([place]) as staged:
            message_post(staged, caller=caller, room=place, cid=ClientId("a" * 8), text=SlashCommand("flip", ""))

    said(ana, private)
    with pytest.raises(RealtimeError, match="not_found"):
        said(ben, private)
    act(ana, "sanction.make", room=key, user=ben.id, kind="mute")
    with pytest.raises(RealtimeError, match="muted"):
        said(ben, key)


def test_group_of_posts_reads_permissions_once(ana: Caller, ben: Caller, key: LogKey) -> None:
    from realtime.workers.transaction import write

    def asked(count: int) -> int:
        calls = [call([ana, ben][n % 2], "message.post", room=key, text=f"{n}") for n in range(count)]
        with connection.execute_wrapper(counter := Counter()):
            assert all(not isinstance(found, RealtimeError) for found in write(calls))
        return counter.queries

    assert asked(2) == asked(40)


class Counter:
    """Counts statements; one `executemany` is one."""

    queries = 0

    def __call__(self, execute, sql, params, many, context):  # type: ignore[no-untyped-def]
        self.queries += 1
        return execute(sql, params, many, context)


@pytest.mark.parametrize(
    ("text", "type"),
    [
        ("", "empty"),
        (" \n\t ", "empty"),
        ("\x07", "empty"),
        ("x" * 10_001, "too_long"),
        ("/no such", "unknown_command"),
    ],
)
def test_invalid_text_is_422(ana: Caller, key: LogKey, text: str, type: str) -> None:
    with pytest.raises(RealtimeError) as error:
        act(ana, "message.post", room=key, text=text)
    assert (error.value.code, *error.value.args) == (422, type)


def test_10000_characters_can_be_said(ana: Caller, key: LogKey) -> None:
    assert len(line(ana, key, post(ana, key, "中" * 10_000))["data"]["text"]) == 10_000


def test_two_slashes_say_one(ana: Caller, key: LogKey) -> None:
    assert line(ana, key, post(ana, key, "//shrug"))["data"] == {"text": "/shrug"}


def test_post_refuses_a_stranger(key: LogKey) -> None:
    eve = guest()
    assert refused(eve, "message.post", room=key, text="x").code == 403
    assert refused(eve, "message.post", room="nowhere", text="x").code == 404


def test_private_room_is_404_for_a_stranger(ana: Caller) -> None:
    hidden, eve = room(ana, public=False), guest()
    o = post(ana, hidden)
    attempts: list[tuple[str, dict[str, Any]]] = [
        ("message.post", {"text": "x"}),
        ("message.edit", {"o": o, "text": "x"}),
        ("message.delete", {"o": o}),
        ("message.restore", {"o": o}),
        ("read.mark", {"o": o}),
        ("room.join", {}),
        ("room.leave", {}),
        ("invite.create", {"expires_ms": None, "uses": None}),
        ("member.remove", {"user": ana.id}),
    ]
    for method, more in attempts:
        absent = refused(eve, method, room="nowhere", **more)
        assert refused(eve, method, room=hidden, **more).as_error() == absent.as_error()
        assert absent.code == 404
    for method in ("history.page", "member.list"):
        with pytest.raises(RealtimeError, match="not_found"):
            ask(eve, method, room=hidden, **({"before": 9} if method == "history.page" else {}))


def test_edit_carries_whole_message_and_redacts_earlier_event(ana: Caller, key: LogKey) -> None:
    o = post(ana, key, "one")
    first = act(ana, "message.edit", room=key, o=o, text="two")["o"]
    second = act(ana, "message.edit", room=key, o=o, text="three")["o"]
    stands = line(ana, key, o)
    assert (stands["data"], stands["touched"], stands["edited"] is None) == ({"text": "three"}, second, False)
    assert data_of(last_event(key)) == {"line": stands}
    blanked = Event.objects.filter(log__key=key, offset__in=[o, first]).values_list("data", flat=True)
    assert list(blanked) == [None, None]


def test_edit_runs_no_command(ana: Caller, key: LogKey) -> None:
    o = post(ana, key, "one")
    act(ana, "message.edit", room=key, o=o, text="/two")
    assert line(ana, key, o)["data"] == {"text": "/two"}


def test_edit_refuses_message_of_another_author(ana: Caller, ben: Caller, key: LogKey) -> None:
    o = post(ben, key)
    assert refused(ana, "message.edit", room=key, o=o, text="x").code == 403
    assert refused(ana, "message.edit", room=key, o=1, text="x").code == 403  # the line of the room's making
    assert refused(ana, "message.edit", room=key, o=99, text="x").code == 404


def test_edit_of_deleted_message_is_409_with_the_message(ana: Caller, key: LogKey) -> None:
    o = post(ana, key)
    act(ana, "message.delete", room=key, o=o)
    error = refused(ana, "message.edit", room=key, o=o, text="x")
    assert (error.code, *error.args, error.more["line"]) == (409, "removed", line(ana, key, o))
    assert refused(ana, "message.delete", room=key, o=o).args == ("removed",)


def test_retry_of_edit_gets_stored_answer_after_deletion(ana: Caller, key: LogKey) -> None:
    o = post(ana, key)
    edit = call(ana, "message.edit", room=key, o=o, text="x")
    answer = outcome(edit).result
    act(ana, "message.delete", room=key, o=o)
    assert outcome(edit).result == answer
    assert line(ana, key, o)["data"] is None


def test_deleted_message_keeps_its_place_and_names_its_remover(ana: Caller, ben: Caller, key: LogKey) -> None:
    o = post(ben, key)
    act(ana, "message.delete", room=key, o=o)
    gone = line(ben, key, o)
    assert (gone["data"], gone["removed"]["by"], gone["by"]) == (None, ana.id, ben.id)
    told = {"o": o, "by": ana.id, "at": gone["removed"]["at"], "author": ben.id}
    assert data_of(last_event(key)) == told


def test_only_author_and_host_remove(ana: Caller, ben: Caller, key: LogKey) -> None:
    assert refused(ben, "message.delete", room=key, o=post(ana, key)).code == 403
    act(ben, "message.delete", room=key, o=post(ben, key))


def test_message_of_room_creation_cannot_be_deleted(ana: Caller, key: LogKey) -> None:
    assert refused(ana, "message.delete", room=key, o=1).code == 403


def text_columns() -> Iterator[tuple[type[models.Model], str]]:
    for model in apps.get_models():
        for field in model._meta.concrete_fields:
            if isinstance(field, models.CharField | models.TextField):
                yield model, field.attname


def holding(marker: str) -> set[str]:
    """Tables in whose text columns the marker is found."""
    return {
        model.__name__
        for model, column in text_columns()
        if model._default_manager.filter(**{f"{column}__contains": marker}).exists()
    }


def test_text_is_only_in_revision_after_deletion(ana: Caller, key: LogKey) -> None:
    o = post(ana, key, f"**{MARKER}** https://example.com/{MARKER}")
    act(ana, "message.edit", room=key, o=o, text=f"{MARKER} again")
    assert holding(MARKER) == {"Event", "Message", "Revision"}
    act(ana, "message.delete", room=key, o=o)
    assert holding(MARKER) == {"Revision"}


def test_restored_message_is_unchanged_and_can_be_deleted_again(ana: Caller, key: LogKey) -> None:
    o = post(ana, key, MARKER)
    act(ana, "message.delete", room=key, o=o)
    restored = act(ana, "message.restore", room=key, o=o)["o"]
    stands = line(ana, key, o)
    assert (stands["data"], stands["removed"], stands["touched"]) == ({"text": MARKER}, None, restored)
    assert data_of(last_event(key)) == {"line": stands}
    act(ana, "message.delete", room=key, o=o)
    assert holding(MARKER) == {"Revision"}


def test_author_restores_message_within_a_minute(ben: Caller, key: LogKey, later: time_machine.Traveller) -> None:
    first, second = post(ben, key), post(ben, key)
    for o in (first, second):
        act(ben, "message.delete", room=key, o=o)
    later.shift(60)
    act(ben, "message.restore", room=key, o=first)
    later.shift(0.1)
    assert refused(ben, "message.restore", room=key, o=second).args == ("undo_over",)


def test_host_restores_message_within_a_day(
    ana: Caller, ben: Caller, key: LogKey, later: time_machine.Traveller
) -> None:
    first, second = post(ben, key), post(ben, key)
    for o in (first, second):
        act(ben, "message.delete", room=key, o=o)
    later.shift(24 * 3600)
    act(ana, "message.restore", room=key, o=first)
    later.shift(0.1)
    assert refused(ana, "message.restore", room=key, o=second).args == ("undo_over",)


def test_author_cannot_restore_message_deleted_by_host(ana: Caller, ben: Caller, key: LogKey) -> None:
    o = post(ben, key)
    act(ana, "message.delete", room=key, o=o)
    assert refused(ben, "message.restore", room=key, o=o).code == 403


def test_restore_refuses_message_that_is_not_deleted(ana: Caller, key: LogKey) -> None:
    assert refused(ana, "message.restore", room=key, o=post(ana, key)).args == ("stale",)


def test_old_text_is_nowhere_after_a_day(ana: Caller, key: LogKey, later: time_machine.Traveller) -> None:
    from chat.services.messages import revisions_purge
    from realtime.log import batch

    o = post(ana, key, MARKER)
    act(ana, "message.delete", room=key, o=o)
    due = Deadline.objects.get(kind="chat.purge")
    assert due.kind in deadlines.KINDS
    for seconds, left in [(24 * 3600 - 1, 1), (1, 0)]:
        later.shift(seconds)
        with batch([key]) as staged:
            revisions_purge(staged, key, {"o": o})
        assert Revision.objects.count() == left
    assert due.at <= now_ms()
    assert holding(MARKER) == set()


def test_cid_of_another_room_or_method_is_422(ana: Caller, key: LogKey) -> None:
    act(ana, "message.post", room=key, text="x", cid="the-same-cid")
    other = room(ana)
    assert refused(ana, "message.post", room=other, text="x", cid="the-same-cid").args == ("cid_reused",)
    assert refused(ana, "message.edit", room=key, o=2, text="x", cid="the-same-cid").args == ("cid_reused",)


def test_repeated_cid_is_one_message(ana: Caller, key: LogKey) -> None:
    from realtime.workers.transaction import write

    first = call(ana, "message.post", room=key, text="x", cid="the-same-cid")
    answers = [found.result for found in write([first] * 50) if not isinstance(found, RealtimeError)]
    assert len(answers) == 50
    assert answers.count(answers[0]) == 50
    assert Event.objects.filter(cid="the-same-cid").count() == 1
