"""A handshake refused before the accept, on servers with ASGI's denial response and without."""

from typing import Any

import pytest

from realtime.server.denial import deny

pytestmark = pytest.mark.asyncio


async def said(extensions: dict[str, Any] | None) -> list[dict[str, Any]]:
    sent: list[dict[str, Any]] = []

    async def send(message: dict[str, Any]) -> None:
        sent.append(message)

    await deny({"extensions": extensions}, send, 429, "Too many.", [(b"retry-after", b"30")])
    return sent


async def test_denial_has_the_status_and_the_sentence_with_the_extension() -> None:
    start, body = await said({"websocket.http.response": {}})
    assert (start["type"], start["status"]) == ("websocket.http.response.start", 429)
    assert (b"retry-after", b"30") in start["headers"]
    assert body == {"type": "websocket.http.response.body", "body": b"Too many.\n"}


@pytest.mark.parametrize("extensions", [None, {}])
async def test_any_other_is_asked_to_close(extensions: dict[str, Any] | None) -> None:
    assert await said(extensions) == [{"type": "websocket.close"}]
