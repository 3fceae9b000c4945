"""Tests of the resuming client and of the proxy, with a server in memory."""

import asyncio
import json
from random import Random

import pytest
from websockets.asyncio.server import broadcast

from tests.chaos.checker import check
from tests.chaos.fake_server import ROOM, FakeServer, running
from tests.chaos.proxy import Proxy
from tests.chaos.recorded import RecordedClient
from tests.client import ErrorResponse

pytestmark = pytest.mark.asyncio


class Visitor:
    cookie_header = "sessionid=x"

    def __init__(self, port: int, name: str = "ann") -> None:
        self.name = name
        self.url = f"http://127.0.0.1:{port}"

    def token(self) -> str:
        return "token"


async def test_client_gets_the_answer_and_the_event_of_its_request() -> None:
    fake = FakeServer()
    async with running(fake) as port, RecordedClient(Visitor(port), Random(1)) as client:
        await client.open(ROOM)
        stored = await client.send("message.post", ROOM, text="hello")
        await client.until({ROOM: 1})
    assert stored["o"] == 1
    assert client.lines[ROOM].summary() == {"1": ["ann", "hello", None, None, []]}
    assert check(client.history.records, fake.rows()) == []


async def test_client_resumes_from_its_position_after_a_cut() -> None:
    fake = FakeServer()
    async with running(fake) as port, RecordedClient(Visitor(port), Random(1)) as client:
        await client.open(ROOM)
        await client.send("message.post", ROOM, text="one")
        await client.until({ROOM: 1})
        client.cut()
        await client.send("message.post", ROOM, text="two")
        await client.until({ROOM: 2})
    assert fake.positions == [None, {"o": 1, "t": 1}]
    assert check(client.history.records, fake.rows()) == []


@pytest.mark.parametrize("seed", range(3))
async def test_client_stores_each_request_once_when_answers_are_cut(seed: int) -> None:
    fake = FakeServer()
    random = Random(seed)
    async with running(fake) as port, Proxy([port], share=0.2, random=random) as proxy:
        async with RecordedClient(Visitor(proxy.port), random, doubles=0.2) as client:
            await client.open(ROOM)
            for number in range(30):
                await client.send("message.post", ROOM, text=str(number))
            await client.until({ROOM: 30})
        assert proxy.cuts > 0
        assert not proxy.unanswered(port)
    assert check(client.history.records, fake.rows()) == []
    assert [row.o for row in fake.rows()] == list(range(1, 31))


async def test_client_repairs_a_gap_and_records_it() -> None:
    fake = FakeServer()
    fake.withheld = {2}
    async with running(fake) as port, RecordedClient(Visitor(port), Random(1)) as client:
        await client.open(ROOM)
        for text in ("one", "two", "three"):
            await client.send("message.post", ROOM, text=text)
        await client.until({ROOM: 3})
    assert client.counts["gaps"] == 1
    assert {anomaly.kind for anomaly in check(client.history.records, fake.rows())} == {"skip"}


async def test_client_repeats_a_request_that_was_too_fast_with_the_same_cid() -> None:
    fake = FakeServer()
    fake.refuse_once = [{"code": 429, "message": "", "data": {"retry_after_ms": 1}}]
    async with running(fake) as port, RecordedClient(Visitor(port), Random(1)) as client:
        await client.send("message.post", ROOM, text="hello")
    assert len({record.cid for record in client.history.records if record.cid}) == 1


async def test_client_sends_the_next_request_after_an_error() -> None:
    fake = FakeServer()
    fake.refuse_once = [{"code": 409, "message": "", "data": {}}]
    async with running(fake) as port, RecordedClient(Visitor(port), Random(1)) as client:
        with pytest.raises(ErrorResponse):
            await client.send("message.post", ROOM, text="hello")
        assert (await client.send("message.post", ROOM, text="again"))["o"] == 1


async def test_client_answers_the_ping_with_its_positions() -> None:
    fake = FakeServer()
    async with running(fake) as port, RecordedClient(Visitor(port), Random(1)) as client:
        await client.open(ROOM)
        await client.send("message.post", ROOM, text="hello")
        await client.until({ROOM: 1})
        broadcast(fake.readers, json.dumps({"jsonrpc": "2.0", "id": "p1", "method": "session.ping", "params": {}}))
        await fake.ponged.wait()
    assert fake.pongs == [{"jsonrpc": "2.0", "id": "p1", "result": {"rooms": {ROOM: 1}}}]


async def test_snapshot_replaces_the_timeline() -> None:
    fake = FakeServer()
    async with running(fake) as port, RecordedClient(Visitor(port), Random(1)) as client:
        await client.open(ROOM)
        await client.send("message.post", ROOM, text="one")
        fake.snapshots = True
        client.cut()
        await client.send("message.post", ROOM, text="two")
        await client.until({ROOM: 2})
    assert client.counts["snapshot"] == 2
    assert list(client.lines[ROOM].summary()) == ["1", "2"]
    assert check(client.history.records, fake.rows()) == []


async def test_proxy_connects_to_a_server_that_listens() -> None:
    fake = FakeServer()
    async with (
        running(fake) as port,
        Proxy([1, port], share=0, random=Random(1)) as proxy,
        RecordedClient(Visitor(proxy.port), Random(1)) as client,
    ):
        assert (await client.send("message.post", ROOM, text="hello"))["o"] == 1


async def test_proxy_knows_the_unanswered_requests() -> None:
    fake = FakeServer()
    fake.answering.clear()
    async with (
        running(fake) as port,
        Proxy([port], share=0, random=Random(1)) as proxy,
        RecordedClient(Visitor(proxy.port), Random(1)) as client,
    ):
        sending = asyncio.create_task(client.send("message.post", ROOM, text="hello"))
        await proxy.until_unanswered(port)
        assert proxy.unanswered(port) == 1
        fake.answering.set()
        await sending
        assert proxy.unanswered(port) == 0
