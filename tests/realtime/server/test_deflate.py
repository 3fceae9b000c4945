"""Tests of permessage-deflate (RFC 7692), frame by frame."""

import random
import string
from collections.abc import Iterator

import pytest
from websockets.sync.client import connect

from realtime.server.frames import deflate
from tests.realtime.server.conftest import Tiny
from tests.realtime.server.raw import (
    BINARY,
    CHROMIUM,
    CONTINUATION,
    FIN,
    OFFER,
    PING,
    RSV1,
    TEXT,
    Frame,
    WebSocket,
    frame,
    inflated,
)

TAKEN = "permessage-deflate; server_no_context_takeover; client_no_context_takeover"
LARGEST = 256 * 1024


@pytest.fixture(scope="module")
def deflating() -> Iterator[Tiny]:
    with Tiny(hook="deflate") as tiny:
        yield tiny


@pytest.mark.parametrize("offer", [OFFER, CHROMIUM, f"{OFFER}; server_max_window_bits=12", f"{OFFER}; x, {OFFER[26:]}"])
def test_deflate_is_negotiated_without_context(deflating: Tiny, offer: str) -> None:
    with WebSocket(deflating.port, "/echo", offer) as line:
        taken = line.opened.headers["sec-websocket-extensions"]
        assert taken.replace("; server_max_window_bits=12", "") == TAKEN


@pytest.mark.parametrize(
    "offer",
    [f"{OFFER}; server_max_window_bits=11", f"{OFFER}; server_max_window_bits=8", f"{OFFER}; unknown=1", "X: none",
     f"{OFFER}; server_no_context_takeover=1", f"{OFFER[:26]}x-webkit-deflate-frame"],
)  # fmt: skip
def test_invalid_offer_is_declined_and_the_websocket_opens(deflating: Tiny, offer: str) -> None:
    with WebSocket(deflating.port, "/echo", offer) as line:
        assert "sec-websocket-extensions" not in line.opened.headers
        line.send(frame(TEXT, b"x" * 1000))
        assert line.receive() == Frame(TEXT, b"x" * 1000)


def test_deflate_is_off_when_not_configured(server: Tiny) -> None:
    with WebSocket(server.port, "/echo", CHROMIUM) as line:
        assert "sec-websocket-extensions" not in line.opened.headers
        line.send(frame(TEXT, deflate(b"x"), FIN | RSV1))
        assert line.closed()[0] == 1002


@pytest.mark.parametrize("opcode", [TEXT, BINARY])
def test_each_frame_stands_for_itself(deflating: Tiny, opcode: int) -> None:
    with WebSocket(deflating.port, "/echo", CHROMIUM) as line:
        for _ in range(3):
            line.send(frame(opcode, deflate(b"same " * 200), FIN | RSV1))
            answer = line.receive()
            assert (answer.opcode, answer.first) == (opcode, FIN | RSV1)
            assert inflated(answer.payload) == b"same " * 200
            assert len(answer.payload) < 40


@pytest.mark.parametrize("size", [0, 1, 299])
def test_small_frames_go_plain(deflating: Tiny, size: int) -> None:
    with WebSocket(deflating.port, "/echo", CHROMIUM) as line:
        line.send(frame(TEXT, deflate(b"x" * size), FIN | RSV1), frame(TEXT, b"y" * size))
        assert [line.receive() for _ in range(2)] == [Frame(TEXT, b"x" * size), Frame(TEXT, b"y" * size)]


def test_compressed_message_may_be_fragmented_with_a_ping_between(deflating: Tiny) -> None:
    data = deflate(bytes(range(256)) * 4)
    with WebSocket(deflating.port, "/echo", CHROMIUM) as line:
        line.send(frame(BINARY, data[:9], RSV1), frame(PING), frame(CONTINUATION, data[9:]))
        line.receive()
        assert inflated(line.receive().payload) == bytes(range(256)) * 4


def test_compression_bomb_is_answered_by_1009_before_it_grows(deflating: Tiny) -> None:
    """256 KiB of a hundred million zeros would be as much memory; what is more than a message may be is never made."""
    bomb = deflate(bytes(100_000_000))
    assert len(bomb) < LARGEST * 2
    with WebSocket(deflating.port, "/echo", CHROMIUM) as line:
        before = deflating.memory("VmHWM")
        line.send(frame(BINARY, bomb[: LARGEST // 2], FIN | RSV1))
        assert line.closed()[0] == 1009
        assert deflating.memory("VmHWM") - before < 8 * 1024 * 1024


@pytest.mark.parametrize("size", [LARGEST, LARGEST + 1])
def test_message_limit_counts_inflated_bytes(deflating: Tiny, size: int) -> None:
    with WebSocket(deflating.port, "/echo", CHROMIUM) as line:
        line.send(frame(BINARY, deflate(bytes(size)), FIN | RSV1))
        if size > LARGEST:
            assert line.closed()[0] == 1009
        else:
            assert inflated(line.receive().payload) == bytes(size)


def test_invalid_deflate_data_is_answered_by_1007(deflating: Tiny) -> None:
    with WebSocket(deflating.port, "/echo", CHROMIUM) as line:
        line.send(frame(BINARY, b"\xff\xff\xff", FIN | RSV1))
        assert line.closed()[0] == 1007


def test_compressed_control_frame_and_continuation_break_the_protocol(deflating: Tiny) -> None:
    for wrong in (frame(PING, b"", FIN | RSV1), frame(TEXT, b"", RSV1) + frame(CONTINUATION, b"", FIN | RSV1)):
        with WebSocket(deflating.port, "/echo", CHROMIUM) as line:
            line.send(wrong)
            assert line.closed()[0] == 1002


def test_deflate_works_with_the_client_of_websockets(deflating: Tiny) -> None:
    chance = random.Random(1)
    with connect(f"{deflating.ws}/echo") as websocket:
        for size in (0, 10, 299, 300, 5000, LARGEST):
            text = "".join(chance.choices(string.printable, k=size))
            websocket.send(text)
            assert websocket.recv(timeout=30) == text
