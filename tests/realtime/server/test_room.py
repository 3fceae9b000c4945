"""A room of the real application on real sockets: what its readers cost, and what each of them gets."""

import json
import secrets
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from itertools import count
from typing import Any

import pytest

from tests.client import BlockingClient
from tests.realtime.server.raw import CHROMIUM, FIN, OFFER, RSV1, TEXT, Frame, WebSocket, frame, inflated
from tests.services.parlor import Parlor

KIB = 1024
SLOW_READERS, SMALL_BUFFER = 40, 4096
TOGETHER = 24
LINES = [f"{number} {'人' * 9900}" for number in range(60 * TOGETHER)]
"""Messages of 29 KiB: even one copy for all readers would be more than the readers may cost."""
LIMITS = {
    "rate": 100_000,
    "burst": 100_000,
    "waiting": TOGETHER,
    "user_connections": SLOW_READERS + 10,
    "slow_s": 600,
    "ring": len(LINES),  # nobody who resumes has to be read to from the database
}


@pytest.fixture(scope="module")
def parlor(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Parlor]:
    with Parlor(tmp_path_factory.mktemp("parlor"), REALTIME=json.dumps(LIMITS), WEBSOCKET_DEFLATE="true") as parlor:
        yield parlor


@pytest.fixture(scope="module")
def mei(parlor: Parlor) -> Iterator[BlockingClient]:
    guest = BlockingClient(parlor.url, "Mei")
    yield guest
    guest.leave()


class Tab(WebSocket):
    """A tab of a guest, which reads a room from its head on."""

    def __init__(self, parlor: Parlor, guest: BlockingClient, *lines: str, buffer: int = 0) -> None:
        page = f"Host: 127.0.0.1:{parlor.port}", f"Origin: {parlor.url}", f"Cookie: {guest.cookie_header}"
        super().__init__(parlor.port, "/ws/", *page, *lines, buffer=buffer)
        self._ids = count(1)
        self.request("session.hello", v=1, token=guest.token(parlor.url), rooms={})

    def request(self, method: str, **params: Any) -> Any:
        asked = {"jsonrpc": "2.0", "id": next(self._ids), "method": method, "params": params}
        self.send(frame(TEXT, json.dumps(asked).encode()))
        while (answer := json.loads(content(self.receive()))).get("id") != asked["id"]:
            pass
        return answer["result"]

    def reads(self, room: str, head: dict[str, int]) -> None:
        assert self.request("room.open", room=room, position={"o": head["o"], "t": head["t"]})["mode"] == "replay"

    def event(self) -> Frame:
        """Return the frame of the next event as it came."""
        while b'"room.event"' not in content(frame := self.receive()):
            pass
        return frame

    def lines(self, number: int) -> list[str]:
        """Return the texts of the next events."""
        return [text_of(self.event()) for _ in range(number)]


def content(frame: Frame) -> bytes:
    return inflated(frame.payload) if frame.first & RSV1 else frame.payload


def text_of(event: Frame) -> str:
    return str(json.loads(content(event))["params"]["data"]["text"])


def flood(guest: BlockingClient, room: str) -> None:
    """Post all messages as fast as they are stored, many in one batch."""
    for start in range(0, len(LINES), TOGETHER):
        for text in LINES[start : start + TOGETHER]:
            last = guest.ask("message.post", room=room, cid=secrets.token_urlsafe(16), text=text)
        guest.answer(last)


def test_readers_that_read_nothing_cost_little_and_another_gets_every_line(parlor: Parlor, mei: BlockingClient) -> None:
    """The first flood is for what the process itself keeps of so many lines."""
    room = mei.makes_room("Flooded")
    flood(mei, room)
    head = mei.request("room.open", room=room, position=None)["head"]
    mei.request("room.close", room=room)
    with ExitStack() as stack, ThreadPoolExecutor(1) as thread:
        reader = stack.enter_context(Tab(parlor, mei))
        for tab in [reader, *(stack.enter_context(Tab(parlor, mei, buffer=SMALL_BUFFER)) for _ in range(SLOW_READERS))]:
            tab.reads(room, head)
        before = parlor.memory("VmHWM")
        reading = thread.submit(reader.lines, len(LINES))
        flood(mei, room)
        assert reading.result() == LINES
        assert (parlor.memory("VmHWM") - before) / SLOW_READERS <= 512 * KIB


def test_readers_get_the_same_text_with_and_without_compression(parlor: Parlor, mei: BlockingClient) -> None:
    room = mei.makes_room("Compressed")
    head = mei.request("room.open", room=room, position=None)["head"]
    said = [f"{number} {'人来人往' * 100}" for number in range(5)]
    with Tab(parlor, mei, CHROMIUM) as one, Tab(parlor, mei, OFFER) as two, Tab(parlor, mei) as plain:
        for tab in (one, two, plain):
            tab.reads(room, head)
        mei.say(room, *said)
        events = [[tab.event() for _ in said] for tab in (one, two, plain)]
    assert events[0] == events[1]
    assert {event.first for event in events[0]} == {FIN | RSV1}
    assert {event.first for event in events[2]} == {FIN}
    assert [content(event) for event in events[0]] == [event.payload for event in events[2]]
    assert [text_of(event) for event in events[2]] == said
