"""Attackers: tabs through the real application, with the rates out of their way."""

from collections.abc import AsyncIterator, Awaitable, Callable
from typing import Any

import pytest_asyncio
from asgiref.sync import sync_to_async

from accounts.models import User
from accounts.services import guest_create
from tests.client import ChannelsWire, Client, login
from tests.older import named

Tab = Callable[[str], Awaitable[Client]]

PATIENT = {"rate": 100_000.0, "burst": 100_000.0, "signal_rate": 100_000.0}


@sync_to_async
def person(name: str) -> User:
    return User.objects.filter(name=name).first() or named(_guest, name)


def _guest(name: str) -> User:
    return guest_create(name=name, face="", colour=0, device="", now=1)


@pytest_asyncio.fixture
async def tab(application: Any, settings: Any) -> AsyncIterator[Tab]:
    """`await tab("Mei")`: a greeted tab; the name's person is made at first mention. `client.user` is the wire id."""
    settings.REALTIME = PATIENT
    opened: list[Client] = []

    async def greeted(name: str) -> Client:
        wire = ChannelsWire(application, await login(await person(name)))
        assert await wire.connect()
        client = Client(wire)
        opened.append(client)
        client.user = (await client.hello())["user"]["id"]  # type: ignore[attr-defined]
        return client

    yield greeted
    for client in opened:
        await client.wire.close()
