"""`/ws/echo` through the real application."""

from typing import Any

import pytest
from channels.testing import WebsocketCommunicator

from realtime.echo import MAX_CONNECTIONS, MAX_MESSAGE_BYTES

pytestmark = [pytest.mark.asyncio, pytest.mark.django_db(transaction=True)]


def echo(application: Any, path: str = "/ws/echo") -> WebsocketCommunicator:
    return WebsocketCommunicator(application, path)


@pytest.fixture(autouse=True)
def _on(settings: Any) -> None:
    settings.ECHO = True


@pytest.mark.parametrize(
    "content", ["", "text 人", b"", b"\x00\xff", "x" * MAX_MESSAGE_BYTES], ids=lambda value: repr(value)[:12]
)
async def test_echo_returns_messages_unchanged(application: Any, content: Any) -> None:
    socket = echo(application)
    assert (await socket.connect())[0]
    kind = "bytes" if isinstance(content, bytes) else "text"
    await socket.send_input({"type": "websocket.receive", kind: content})
    message = await socket.receive_output()
    assert message[kind] == content
    await socket.disconnect()


async def test_echo_closes_on_a_message_over_its_limit(application: Any) -> None:
    socket = echo(application)
    await socket.connect()
    await socket.send_to(bytes_data=bytes(MAX_MESSAGE_BYTES + 1))
    assert await socket.receive_output() == {"type": "websocket.close", "code": 1009}
    await socket.disconnect(1009)


async def test_echo_limits_its_connections_and_frees_them(application: Any) -> None:
    sockets = [echo(application) for _ in range(MAX_CONNECTIONS)]
    assert all([(await socket.connect())[0] for socket in sockets])
    late = echo(application)
    assert not (await late.connect())[0]
    await late.disconnect()
    await sockets.pop().disconnect()
    sockets.append(echo(application))
    assert (await sockets[-1].connect())[0]
    for socket in sockets:
        await socket.disconnect()


async def test_echo_is_absent_in_production(application: Any, settings: Any) -> None:
    settings.ECHO = False
    headers = [(b"host", b"testserver"), (b"origin", b"http://testserver")]
    assert not (await WebsocketCommunicator(application, "/ws/echo", headers).connect())[0]
