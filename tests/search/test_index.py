"""Tests of the index: it follows the logs, whoever has written them, and can be built anew."""

from io import StringIO

import pytest
import time_machine
from django.core.management import call_command

from chat.models import Message, Room
from chat.selectors.rooms import DELETED_KEPT_MS
from moderation.models import Sanction
from realtime.log import batch, now_ms
from realtime.types import Caller, LogKey
from realtime.workers import deadlines
from realtime.workers.transaction import write
from search.models import Building, IndexedLog
from search.services import follow
from search.storage import index
from tests.actions import act, call, guest, post, room
from tests.search.finding import found, indexed, search

pytestmark = pytest.mark.django_db


def everything() -> set[int]:
    """Return the keys of all messages in the index."""
    from search.document import FACT, Phrase

    return {pk for part, _ in index().find([[Phrase((FACT,))]], 2**40, 0) for pk in part}


def expected() -> set[int]:
    return set(Message.objects.filter(kind="text").exclude(data=None).values_list("pk", flat=True))


def claim() -> None:
    while due := deadlines.due():
        write(due)


def test_step_that_was_not_committed_is_done_again(ana: Caller, key: LogKey) -> None:
    post(ana, key, "tea")
    indexed()
    before, o = everything(), post(ana, key, "lamp")
    work = follow.work()
    assert work is not None

    def killed() -> None:
        with batch([]) as staged:
            work(staged)
            raise RuntimeError("killed")

    with pytest.raises(RuntimeError):
        killed()
    assert (everything(), found(ana, "lamp")) == (before, [o])


def test_step_ends_after_its_characters_and_the_next_one_goes_on(
    ana: Caller, key: LogKey, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(follow, "CHARACTERS_PER_STEP", 1000)
    other = room(ana)
    indexed()
    for number in range(6):
        post(ana, key if number % 2 else other, f"tea {number} " + "word " * 150)
    assert indexed() >= 3
    assert everything() == expected()
    assert len(found(ana, "tea")) == 6


def test_second_process_writes_a_step_once(ana: Caller, key: LogKey) -> None:
    indexed()
    post(ana, key, "lamp")
    first, second = follow.work(), follow.work()
    assert first is not None
    assert second is not None
    with batch([]) as staged:
        first(staged)
        post(ana, key, "tea")
    indexed()
    before = dict(IndexedLog.objects.values_list("pk", "offset"))
    with batch([]) as staged:
        second(staged)
    assert dict(IndexedLog.objects.values_list("pk", "offset")) == before
    assert everything() == expected()


def test_messages_of_a_process_that_knows_no_index_are_found(ana: Caller, key: LogKey) -> None:
    offsets = [post(ana, key, f"lamp {n}") for n in range(3)]
    IndexedLog.objects.all().delete()
    assert found(ana, "lamp") == offsets[::-1]


def test_long_history_takes_many_bounded_steps_and_holds_up_no_room(
    ana: Caller, key: LogKey, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(follow, "EVENTS_PER_STEP", 5)
    indexed()
    write([call(ana, "message.post", room=key, text=f"lamp {n}") for n in range(40)])
    other = room(ana, name="Small")
    o = post(ana, other, "lamp here")
    for _ in range(2):
        work = follow.work()
        assert work is not None
        with batch([]) as staged:
            work(staged)
    assert [hit["o"] for hit in search(ana, "in:Small lamp")["hits"]] == [o]
    assert indexed() >= 7
    assert everything() == expected()


def test_bulk_removal_and_its_end_reach_the_index(
    host: Caller, ana: Caller, key: LogKey, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(follow, "CHANGED_PER_LOG", 3)
    write([call(ana, "message.post", room=key, text=f"spam {n}") for n in range(30)])
    assert len(found(host, "spam")) == 20
    act(host, "sanction.make", room=key, user=ana.id, kind="ban", remove="all", reason="spam")
    claim()
    indexed()
    assert everything() == expected() == set()
    act(host, "sanction.lift", room=key, sanction=Sanction.objects.latest("pk").key)
    claim()
    assert len(found(host, "spam")) == 20
    assert everything() == expected()


def test_purge_of_a_room_empties_its_part_of_the_index(host: Caller, ana: Caller, key: LogKey) -> None:
    edited, gone = post(ana, key, "first"), post(ana, key, "second")
    act(ana, "message.edit", room=key, o=edited, text="third")
    act(ana, "message.delete", room=key, o=gone)
    indexed()
    act(host, "room.delete", room=key)
    with time_machine.travel((now_ms() + DELETED_KEPT_MS + 1000) / 1000):
        claim()
        indexed()
    assert Room.objects.get(log__key=key).name == ""
    assert everything() == set()


def test_people_are_told_while_the_index_is_being_built(
    ana: Caller, key: LogKey, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(follow, "BUILDING_EVENTS", 5)
    monkeypatch.setattr(follow, "EVENTS_PER_STEP", 4)
    indexed()
    write([call(ana, "message.post", room=key, text=f"lamp {n}") for n in range(12)])
    work = follow.work()
    assert work is not None
    with batch([]) as staged:
        work(staged)
    assert search(ana, "lamp")["building"]
    indexed()
    assert not search(ana, "lamp")["building"]


def test_command_builds_the_index_anew(ana: Caller, key: LogKey) -> None:
    offsets = [post(ana, key, f"lamp {n}") for n in range(5)]
    act(ana, "message.delete", room=key, o=offsets.pop())
    index().put([(10**9 % 131_000, "ghost")])
    call_command("index", stdout=(said := StringIO()))
    assert "messages are in the index" in said.getvalue()
    assert everything() == expected()
    assert follow.work() is None
    assert [hit["o"] for hit in search(ana, "lamp")["hits"]] == offsets[::-1]
    assert not Building.objects.exists()


def test_command_and_the_follower_may_do_the_same_messages(ana: Caller, key: LogKey) -> None:
    from search.services import rebuild

    for n in range(5):
        post(ana, key, f"lamp {n}")
    steps = rebuild.rebuild()
    next(steps)
    o = post(ana, key, "lamp between")
    assert found(ana, "between") == [o]
    list(steps)
    assert found(guest(), "lamp between") == [o]
    assert everything() == expected()
