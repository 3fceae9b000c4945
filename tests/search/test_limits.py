"""Tests of the bounds of a search: its time, its number at once, and its way through the real application."""

import asyncio
import threading
import time
from collections.abc import Iterator
from types import SimpleNamespace
from typing import Any

import pytest
from asgiref.sync import sync_to_async

from chat.services.rooms import lounge as lounge_of
from realtime.errors import RealtimeError
from realtime.types import Caller, LogKey
from realtime.workers.transaction import write
from search.selectors import cut
from search.selectors.cut import OF_A_PERSON, OF_A_PROCESS, place
from search.storage import index
from tests.actions import call, guest, post
from tests.client import Client
from tests.people import Tab
from tests.search.finding import found, indexed, search

pytestmark = pytest.mark.django_db


def test_search_that_is_cut_returns_what_was_found_and_goes_on(
    ana: Caller, key: LogKey, monkeypatch: pytest.MonkeyPatch
) -> None:
    write([call(ana, "message.post", room=key, text=f"lamp {n}") for n in range(15)])
    indexed()
    clock = {"now": 0.0, "step": 1.0}
    monkeypatch.setattr(cut, "time", SimpleNamespace(monotonic=lambda: clock["now"]))
    whole = type(index()).find

    def parts(*args: Any) -> Iterator[tuple[list[int], int]]:
        for messages, _ in whole(*args):
            for message in messages:
                yield [message], message
                clock["now"] += clock["step"] / 5
        yield [], 0

    monkeypatch.setattr(type(index()), "find", parts)
    page = search(ana, "lamp")
    assert page["partial"]
    assert 5 < len(page["hits"]) < 15
    clock["step"] = 0
    rest = search(ana, "lamp", before=page["next"])
    assert not rest["partial"]
    offsets = [hit["o"] for hit in page["hits"] + rest["hits"]]
    assert offsets == found(ana, "lamp")
    assert len(offsets) == 15


@pytest.mark.attack
def test_query_of_the_database_is_interrupted(ana: Caller, key: LogKey, monkeypatch: pytest.MonkeyPatch) -> None:
    from django.db import connection

    numbers = (
        "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 1000000000) SELECT max(i) FROM n"
    )

    def endless(*args: Any) -> Any:
        with connection.cursor() as cursor:
            cursor.execute(numbers)
        yield [], 0

    post(ana, key, "lamp")
    indexed()
    monkeypatch.setattr(type(index()), "find", endless)
    monkeypatch.setattr(cut, "SEARCH_S", 1.0)
    page = search(ana, "lamp")
    assert (page["partial"], page["hits"], page["next"] is not None) == (True, [], True)
    monkeypatch.undo()
    assert len(search(ana, "lamp")["hits"]) == 1


@pytest.mark.attack
def test_person_has_two_searches_at_once_and_a_process_three() -> None:
    with place(1), place(1):
        with pytest.raises(RealtimeError) as error, place(1):
            pass
        assert (error.value.code, error.value.type, error.value.more) == (429, "searching", {"retry_after_ms": 1000})
        with place(2), pytest.raises(RealtimeError, match="searching"), place(3):
            pass
    with place(1):
        assert (OF_A_PERSON, OF_A_PROCESS) == (2, 3)


def test_places_are_free_again_after_threads_and_errors() -> None:
    def fail() -> None:
        with pytest.raises(ValueError, match="x"), place(7):
            raise ValueError("x")

    threads = [threading.Thread(target=fail) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    with place(7), place(7):
        pass


@pytest.mark.attack
@pytest.mark.parametrize(
    "query", ["a" * 999, "的" * 999, '"' * 999, "a " * 45, "上 " * 45 + "*", "\u0301" * 999, "from:" * 199]
)
def test_worst_queries_are_answered_soon(ana: Caller, key: LogKey, query: str) -> None:
    post(ana, key, "的" * 5000)
    indexed()
    if query.startswith(("from", '"', "\u0301")):
        with pytest.raises(RealtimeError) as error:
            search(ana, query)
        assert error.value.code == 422
    else:
        assert not search(ana, query)["partial"]


@pytest.mark.django_db(transaction=True)
@pytest.mark.asyncio
async def test_message_is_found_within_two_seconds_over_the_wire(tab: Tab) -> None:
    ana: Client = await tab("Ana")
    lounge = (await sync_to_async(lounge_of)()).log.key
    await ana.request("room.join", room=lounge, cid="a-cid-to-join")
    stored = await ana.request("message.post", room=lounge, cid="a-cid-of-mine", text="zebra crossing")
    began = time.monotonic()
    while not (page := await ana.request("search.messages", query="zebra"))["hits"]:
        assert time.monotonic() - began < 30
        await asyncio.sleep(0.1)
    assert page["hits"][0]["o"] == stored["o"]
    assert page["hits"][0]["snippet"] == ["", "zebra", " crossing"]
    await sync_to_async(index().clear)()


def test_cost_of_a_guest_is_counted() -> None:
    assert call(guest(), "search.messages", query="x").method.cost == 4
