"""Tests of the send queue: the bytes that wait for one client are bounded, in any script."""

from typing import Any
from unittest.mock import AsyncMock, Mock

import pytest

from realtime.connection.send_queue import SendQueue
from realtime.connection.transports import QueueTransport, SocketTransport, Transport
from realtime.limits import Limits
from realtime.server import frames
from realtime.server.frames import EncodedFrames

MOST = Limits().lagging_bytes
LINE = "人" * 1000
LINES = [LINE] * (MOST // len(LINE))
"""The texts have fewer characters than the bound, and three times as many bytes."""


class Socket:
    """The extension of our server, over a socket that takes nothing."""

    def __init__(self, *, deflates: bool = False) -> None:
        self.deflates, self.frames = deflates, b""
        self.on_blocked = self.fast_send = lambda: None
        self.write_data = Mock()

    def unsent(self) -> int:
        return len(self.frames)

    def write(self, data: bytes, most: int | None = None) -> bool:
        if most is not None and self.frames and len(self.frames + data) > most:
            return False
        self.frames = self.frames + data if self.frames else data
        return True


def straight() -> Transport:
    extension: Any = Socket()
    return SocketTransport(extension)


def queued() -> Transport:
    return QueueTransport(AsyncMock(), AsyncMock(), counts_unsent=True)


@pytest.fixture(params=[straight, queued])
def transport(request: pytest.FixtureRequest) -> Transport:
    transport: Transport = request.param()
    return transport


@pytest.fixture
def out(transport: Transport) -> SendQueue:
    return SendQueue(transport, Limits(), lambda: 0.0, Mock())


def test_frames_pushed_together_are_measured_in_bytes(out: SendQueue, transport: Transport) -> None:
    assert sum(map(len, LINES)) < MOST
    assert not out.push(EncodedFrames(*LINES))
    assert (out.lagging, transport.unsent()) == (True, 0)


def test_waiting_frames_are_measured_in_bytes(out: SendQueue, transport: Transport) -> None:
    while out.push(EncodedFrames(LINE)):
        pass
    assert MOST - 4 * len(LINE) < transport.unsent() <= MOST


def test_single_frame_larger_than_the_bound_is_sent(out: SendQueue, transport: Transport) -> None:
    """No smaller part of the log would ever bring its reader further."""
    assert out.push(EncodedFrames(LINE * 100))
    assert not out.push(EncodedFrames(LINE))
    assert transport.unsent() >= 300_000


@pytest.mark.asyncio
async def test_sent_frames_are_not_counted_as_unsent() -> None:
    sent: list[str] = []

    async def send(text: str) -> None:
        sent.append(text)
        unsent.append(transport.unsent())

    async def close(_: object) -> None: ...

    unsent: list[int] = []
    transport = QueueTransport(send, close, counts_unsent=True)
    transport.write(EncodedFrames("人", "a"))
    transport.close(Mock())
    await transport.run()
    assert (sent, unsent, transport.unsent()) == (["人", "a"], [4, 1], 0)


def test_frames_are_compressed_once_for_all_clients(monkeypatch: pytest.MonkeyPatch) -> None:
    compressing = Mock(wraps=frames.deflate)
    monkeypatch.setattr(frames, "deflate", compressing)
    chunk = EncodedFrames(LINE, LINE + "again")
    sockets = [Socket(deflates=number % 2 == 0) for number in range(20)]
    for socket in sockets:
        extension: Any = socket
        assert SendQueue(SocketTransport(extension), Limits(), lambda: 0.0, Mock()).push(chunk)
    assert compressing.call_count == len(chunk.texts)
    assert {id(socket.frames) for socket in sockets[::2]} == {id(chunk.compressed)}
    assert {id(socket.frames) for socket in sockets[1::2]} == {id(chunk.plain)}
