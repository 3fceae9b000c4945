"""Durable requests: one event for each `cid`, an answer after the commit, a bad request that costs only itself."""

import asyncio
from collections.abc import Sequence
from typing import Any

import msgspec
import pytest
from asgiref.sync import sync_to_async

from realtime.limits import Limits
from realtime.log import Batch, LogEvent, listen
from realtime.methods import Call, Method
from realtime.metrics import Metrics
from realtime.models import Event, Log
from realtime.process import Process
from realtime.types import NOBODY, Caller, ClientId, LogKey, Signal
from realtime.workers.writer import Writer
from tests.client import cid
from tests.realtime.conftest import START, Open
from tests.realtime.notes import Note, NotesApp, note_post

pytestmark = [pytest.mark.asyncio, pytest.mark.django_db(transaction=True)]


class NoParams(msgspec.Struct):
    pass


@sync_to_async
def stored(log: LogKey) -> list[tuple[int, str | None]]:
    return list(Event.objects.filter(log__key=log).order_by("offset").values_list("offset", "data"))


async def test_answer_names_the_row(tab: Open, log: LogKey) -> None:
    mei = await tab("Mei")
    answer = await mei.request("note.post", room=log, cid=cid(), text="hi")
    row = await Event.objects.select_related("log").aget(log__key=log)
    assert answer == {"room": log, "o": row.offset, "t": row.tag, "at": row.at}
    assert (await Log.objects.aget(key=log)).lines == 1


async def test_cid_sent_fifty_times_over_two_connections_is_one_event(tab: Open, log: LogKey) -> None:
    tabs = [await tab("Mei"), await tab("Mei")]
    once = cid()
    asked = [
        (client, await client.ask("note.post", room=log, cid=once, text="hi")) for _ in range(8) for client in tabs
    ]
    answers = [await client.response(id) for client, id in asked]
    for _ in range(34):
        answers.append(await tabs[0].request("note.post", room=log, cid=once, text="other words"))
    assert len(answers) == 50
    assert all(answer == answers[0] for answer in answers)
    assert len(await stored(log)) == 1


async def test_cid_used_with_another_method_is_refused(tab: Open, log: LogKey) -> None:
    mei = await tab("Mei")
    once = cid()
    await mei.request("note.post", room=log, cid=once, text="hi")
    assert (await mei.error("note.alone", room=log, cid=once, text="hi")).type == "cid_reused"


async def test_cid_used_in_another_room_is_refused(tab: Open, log: LogKey) -> None:
    mei = await tab("Mei")
    once = cid()
    await Log.objects.acreate(key="another")
    await mei.request("note.post", room=log, cid=once, text="hi")
    assert (await mei.error("note.post", room="another", cid=once, text="hi")).code == 422


async def test_cid_may_be_drawn_by_two_people(tab: Open, log: LogKey) -> None:
    once = cid()
    for name in ("Mei", "Jonas"):
        await (await tab(name)).request("note.post", room=log, cid=once, text=name)
    assert len(await stored(log)) == 2


@pytest.mark.parametrize("method", ["note.post", "note.alone"])
async def test_log_has_no_gap_after_refused_and_failing_requests(
    tab: Open, log: LogKey, method: str, caplog: pytest.LogCaptureFixture
) -> None:
    mei = await tab("Mei")
    texts = ["a", "no", "b", "bug", "c"]
    asked = [await mei.ask(method, room=log, cid=cid(), text=text) for text in texts]
    answers = await asyncio.gather(*(mei.response(id) for id in asked[:1]))
    outcomes = [answers[0]["o"]]
    for id in asked[1:]:
        try:
            outcomes.append((await mei.response(id))["o"])
        except Exception as refused:
            outcomes.append(getattr(refused, "code", refused))
    assert outcomes == [1, 422, 2, 500, 3]
    assert [o for o, _ in await stored(log)] == [1, 2, 3]
    assert caplog.text.count("Traceback") == 1


async def test_requests_of_one_connection_keep_their_order_through_the_pool(tab: Open, log: LogKey) -> None:
    mei = await tab("Mei")
    methods = ["note.shout", "note.post", "note.alone"] * 5
    asked = [await mei.ask(method, room=log, cid=cid(), text=f"t{n}") for n, method in enumerate(methods)]
    offsets = [(await mei.response(id))["o"] for id in asked]
    assert offsets == sorted(offsets)
    assert [data.lower() for _, data in await stored(log) if data] == [f'{{"text":"t{n}"}}' for n in range(15)]


@pytest.mark.parametrize(
    ("texts", "threads"),
    [
        (["light"], ["MainThread"]),
        (["heavy"], ["preprocess"]),
        (["light", "heavy", "light", "heavy"], ["MainThread", "preprocess", "MainThread", "preprocess"]),
    ],
)
async def test_cheap_requests_are_preprocessed_in_the_loop_and_keep_their_place(
    tab: Open, log: LogKey, texts: list[str], threads: list[str]
) -> None:
    mei = await tab("Mei")
    asked = [await mei.ask("note.place", room=log, cid=cid(), text=text) for text in texts]
    offsets = [(await mei.response(id))["o"] for id in asked]
    assert offsets == sorted(offsets)
    said = [f'{{"text":"{text} in {thread}"}}' for text, thread in zip(texts, threads, strict=True)]
    assert [data for _, data in await stored(log)] == said


async def test_connection_refuses_seventeenth_unanswered_request(tab: Open, log: LogKey) -> None:
    mei = await tab("Mei")
    asked = [await mei.ask("note.shout", room=log, cid=cid(), text="x") for _ in range(17)]
    with pytest.raises(Exception, match="too_many_waiting"):
        await mei.response(asked[-1])


async def test_writer_refuses_request_with_retry_time_when_queue_is_full(
    tab: Open, log: LogKey, notes: NotesApp, settings: Any
) -> None:
    settings.REALTIME = {"queue": 1}
    small = Process(notes.backend(), "small")
    await small.start()
    mei = await tab("Mei", at=small)
    writing = await mei.ask("note.wait", room=log, cid=cid(), text="writing")
    await asyncio.to_thread(notes.gate.reached.wait)
    waiting = await mei.ask("note.post", room=log, cid=cid(), text="waiting")
    again = cid()
    refused = await mei.error("note.post", room=log, cid=again, text="refused")
    assert (refused.code, refused.type, refused.data["retry_after_ms"]) == (503, "unavailable", 1000)
    notes.gate.opened.set()
    assert [(await mei.response(id))["o"] for id in (writing, waiting)] == [1, 2]
    assert (await mei.request("note.post", room=log, cid=again, text="again"))["o"] == 3
    assert len(await stored(log)) == 3
    await small.stop()


@pytest.mark.parametrize(("method", "text"), [("note.shout", "unpreparable"), ("note.place", "light unpreparable")])
async def test_refused_preprocessing_lets_the_next_request_pass(tab: Open, log: LogKey, method: str, text: str) -> None:
    mei = await tab("Mei")
    assert (await mei.error(method, room=log, cid=cid(), text=text)).type == "too_long"
    assert (await mei.request("note.shout", room=log, cid=cid(), text="x"))["o"] == 1


async def test_unknown_room_is_not_found(tab: Open, log: LogKey) -> None:
    mei = await tab("Mei")
    assert (await mei.error("note.post", room="nowhere", cid=cid(), text="x")).code == 404


async def test_removed_note_is_redacted_in_the_log_and_on_the_wire(tab: Open, log: LogKey) -> None:
    mei = await tab("Mei")
    await mei.request("note.post", room=log, cid=cid(), text="marker-to-find")
    await mei.request("note.remove", room=log, cid=cid(), o=1)
    assert (await stored(log))[0] == (1, None)
    jonas = await tab("Jonas", position=START)
    await jonas.event(log, 2)
    assert jonas.events(log)[0]["data"] is None
    assert not [frame for frame in jonas.frames if "marker-to-find" in frame]


async def test_batch_of_expensive_requests_is_short() -> None:
    writer = Writer(Limits(batch=16), Metrics(), lambda events, signals: None)
    dear, cheap = (
        Call(Method(name=name, params=NoParams, function=lambda batch: None, cost=cost), NOBODY, None)
        for name, cost in (("dear", 8), ("cheap", 1))
    )
    for call in [*[dear] * 3, *[cheap] * 20]:
        writer.enqueue(call, lambda outcome: None)
    assert [len(writer._next_batch()) for _ in range(3)] == [2, 9, 12]


async def test_writer_publishes_events_and_signals_before_it_answers(log: LogKey) -> None:
    def wave(batch: Batch, *, caller: Caller, room: LogKey, cid: ClientId, text: str, audience: Any) -> list[Signal]:
        note_post(batch, caller=caller, room=room, cid=cid, text=text)
        return [Signal(room, "wave", caller.id, text)]

    def publish(events: Sequence[LogEvent], signals: Sequence[Signal]) -> None:
        order.append(([event.o for event in events], [signal.kind for signal in signals]))
        raise RuntimeError("a bug")

    order: list[Any] = []
    writer = Writer(Limits(), Metrics(), publish)
    writer.start()
    method = Method(name="note.wave", params=Note, function=wave)
    forget = listen(lambda events, signals: order.append("the listener"))
    answered = asyncio.Event()

    def done(outcome: Any) -> None:
        order.append(outcome.result["o"])
        answered.set()

    writer.enqueue(Call(method, NOBODY, Note(log, ClientId(cid()), "hi")), done)
    await asyncio.wait_for(answered.wait(), 10)
    assert order == [([1], ["wave"]), 1]
    forget()
    await writer.stop()
