"""Fixtures: the lab is on, as under DEBUG, and a page's WebSocket."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from typing import Any

import pytest
import pytest_asyncio
from channels.testing import WebsocketCommunicator
from django.conf import settings


class Page(WebsocketCommunicator):  # type: ignore[misc, unused-ignore]
    """A communicator that sends empty frames too, which Channels' own does not."""

    async def say(self, message: str | bytes) -> None:
        await self.send_input({"type": "websocket.receive", "text" if isinstance(message, str) else "bytes": message})


Visit = Callable[..., Awaitable[Page]]


@pytest.fixture(autouse=True)
def lab_on(settings: Any) -> None:
    settings.LAB = settings.DEBUG = True


@pytest_asyncio.fixture
async def visit() -> AsyncIterator[Visit]:
    """Connect to a route of the real application. A refused connection is an AssertionError.

    The database is asked only when there is a log-in.
    """
    from config.asgi import websocket

    pages: list[Page] = []

    async def come(
        route: str, origin: str | None = "http://testserver", protocols: list[str] | None = None, login: str = ""
    ) -> Page:
        headers = [(b"host", b"testserver"), *([(b"origin", origin.encode())] if origin else [])]
        if login:
            headers.append((b"cookie", f"{settings.SESSION_COOKIE_NAME}={login}".encode()))
        page = Page(websocket, f"/ws/lab/{route}", headers, protocols)
        accepted, page.subprotocol = await page.connect(timeout=10)
        assert accepted
        pages.append(page)
        return page

    yield come
    await asyncio.gather(*(page.disconnect() for page in pages))
