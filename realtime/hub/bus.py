"""The channel layer as a doorbell: one `group_add` per process and room. It may lose, double or reorder; offsets tell.

Sources: Channels' layer specification (at most once); docs/channels.md for what was measured.
"""

import asyncio
import contextlib
import logging
from collections import deque
from collections.abc import Callable
from typing import Any, Final

import msgspec
from channels.layers import InMemoryChannelLayer

from realtime.log.event import LogEvent
from realtime.types import LogKey, UserId

logger = logging.getLogger(__name__)

CARRIED_BYTES: Final = 4096
"""encoded events that ride along; more are read from the database"""
PATIENCE_S: Final = 1.0


class BusMessage(msgspec.Struct, omit_defaults=True):
    """A note to the other processes: a head, perhaps its events, signals, people."""

    process: str
    room: LogKey
    head: int = 0
    events: list[LogEvent] = []
    signals: list[tuple[str, str, Any]] = []
    to: UserId | None = None
    people: dict[UserId, Any] | None = None
    full: bool = False


_bell = msgspec.json.Decoder(BusMessage)


class Bus:
    """Rings and hears. Nothing waits for it: what the layer refuses is repaired by the sweep."""

    def __init__(self, layer: Any, heard: Callable[[BusMessage], None]) -> None:
        self._layer, self._heard = layer, heard
        self._wanted: set[LogKey] = set()
        self._joined: set[LogKey] = set()
        self._changed, self._ringing, self._named = asyncio.Event(), asyncio.Event(), asyncio.Event()
        self._bells: deque[BusMessage] = deque(maxlen=1000)
        self._tasks: list[asyncio.Task[None]] = []
        self._channel = ""

    async def start(self) -> None:
        if self._layer is not None:
            work = (self._hear, self._ring_all, self._join_all)
            self._tasks = [asyncio.create_task(_supervised(task), name=f"doorbell {task.__name__}") for task in work]

    async def stop(self) -> None:
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)
        with contextlib.suppress(Exception):  # what it does not hear, the layer forgets by itself
            async with asyncio.timeout(PATIENCE_S):
                for room in self._joined:
                    await self._layer.group_discard(_group(room), self._channel)

    def want(self, room: LogKey, wanted: bool = True) -> None:
        """Hear of this room from now on, or no more."""
        (self._wanted.add if wanted else self._wanted.discard)(room)
        self._changed.set()

    def ring(self, bell: BusMessage) -> None:
        if self._alone(bell.room):
            return
        if sum(len(entry.data or "") + 200 for entry in bell.events) > CARRIED_BYTES:
            bell.events = []
        self._bells.append(bell)
        self._ringing.set()

    def _alone(self, room: LogKey) -> bool:
        """Would nobody else hear? A layer in memory knows."""
        memory = isinstance(self._layer, InMemoryChannelLayer)
        return memory and self._layer.groups.get(_group(room), {}).keys() <= {self._channel}

    async def _hear(self) -> None:
        self._channel = self._channel or await self._layer.new_channel("parlor")
        self._named.set()
        while True:
            message = await self._layer.receive(self._channel)
            self._heard(_bell.decode(message["bell"]))

    async def _ring_all(self) -> None:
        while True:
            while self._bells:
                bell = self._bells.popleft()
                message = {"type": "doorbell.rung", "bell": msgspec.json.encode(bell).decode()}
                async with asyncio.timeout(PATIENCE_S):
                    await self._layer.group_send(_group(bell.room), message)
            self._ringing.clear()
            await self._ringing.wait()

    async def _join_all(self) -> None:
        await self._named.wait()
        while True:
            for room in self._wanted - self._joined:
                async with asyncio.timeout(PATIENCE_S):
                    await self._layer.group_add(_group(room), self._channel)
                self._joined.add(room)
            for room in self._joined - self._wanted:
                async with asyncio.timeout(PATIENCE_S):
                    await self._layer.group_discard(_group(room), self._channel)
                self._joined.discard(room)
            await self._changed.wait()
            self._changed.clear()


def _group(room: LogKey) -> str:
    return f"room.{room}"


async def _supervised(work: Callable[[], Any]) -> None:
    """Start again after a failure, a second later; say so once a row of failures."""
    silent = False
    while True:
        try:
            await work()
        except asyncio.CancelledError:
            raise
        except Exception as error:
            if not silent:
                logger.warning("the channel layer failed, the sweep carries on: %r", error)
            silent = True
            await asyncio.sleep(PATIENCE_S)
