"""The connection to the other processes, over the channel layer: one `group_add` a process and room.

A channel layer delivers at most once (Channels' layer specification), and may duplicate and reorder. The offsets in
the messages show what is missing. docs/channels.md has what was measured.
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

EVENTS_MAX_BYTES: Final = 4096
"""Larger events are not in the message: the other processes read them from the database."""
TIMEOUT_S: Final = 1.0


class BusMessage(msgspec.Struct, omit_defaults=True):
    """A message about a room for the other processes. The members have the names of earlier releases."""

    process: str
    room: LogKey
    head: int = 0
    events: list[LogEvent] = []
    signals: list[tuple[str, str, Any]] = []
    to: UserId | None = None
    people: dict[UserId, Any] | None = None
    full: bool = False


_decoder = msgspec.json.Decoder(BusMessage)


class Bus:
    """Sends and receives messages. Nobody waits for it: reconciling finds what the layer has lost."""

    def __init__(self, layer: Any, received: Callable[[BusMessage], None]) -> None:
        self._layer, self._received = layer, received
        self._wanted: set[LogKey] = set()
        self._joined: set[LogKey] = set()
        self._wanted_changed, self._queued, self._named = asyncio.Event(), asyncio.Event(), asyncio.Event()
        self._queue: deque[BusMessage] = deque(maxlen=1000)
        self._tasks: list[asyncio.Task[None]] = []
        self._channel = ""

    async def start(self) -> None:
        if self._layer is not None:
            work = (self._receive, self._send_queued, self._join_wanted)
            self._tasks = [asyncio.create_task(_supervised(task), name=f"bus {task.__name__}") for task in work]

    async def stop(self) -> None:
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)
        with contextlib.suppress(Exception):  # the layer itself expires what is not discarded here
            async with asyncio.timeout(TIMEOUT_S):
                for room in self._joined:
                    await self._layer.group_discard(_group(room), self._channel)

    def want(self, room: LogKey, wanted: bool = True) -> None:
        """Start or stop receiving messages about this room."""
        (self._wanted.add if wanted else self._wanted.discard)(room)
        self._wanted_changed.set()

    def publish(self, message: BusMessage) -> None:
        if self._alone(message.room):
            return
        if sum(len(event.data or "") + 200 for event in message.events) > EVENTS_MAX_BYTES:
            message.events = []
        self._queue.append(message)
        self._queued.set()

    def _alone(self, room: LogKey) -> bool:
        """Return whether no other process would receive it, which only a layer in memory knows."""
        memory = isinstance(self._layer, InMemoryChannelLayer)
        return memory and self._layer.groups.get(_group(room), {}).keys() <= {self._channel}

    async def _receive(self) -> None:
        self._channel = self._channel or await self._layer.new_channel("parlor")
        self._named.set()
        while True:
            message = await self._layer.receive(self._channel)
            self._received(_decoder.decode(message["bell"]))

    async def _send_queued(self) -> None:
        """Send one after the other. The type and the key of the envelope are those of earlier releases."""
        while True:
            while self._queue:
                message = self._queue.popleft()
                envelope = {"type": "doorbell.rung", "bell": msgspec.json.encode(message).decode()}
                async with asyncio.timeout(TIMEOUT_S):
                    await self._layer.group_send(_group(message.room), envelope)
            self._queued.clear()
            await self._queued.wait()

    async def _join_wanted(self) -> None:
        await self._named.wait()
        while True:
            for room in self._wanted - self._joined:
                async with asyncio.timeout(TIMEOUT_S):
                    await self._layer.group_add(_group(room), self._channel)
                self._joined.add(room)
            for room in self._joined - self._wanted:
                async with asyncio.timeout(TIMEOUT_S):
                    await self._layer.group_discard(_group(room), self._channel)
                self._joined.discard(room)
            await self._wanted_changed.wait()
            self._wanted_changed.clear()


def _group(room: LogKey) -> str:
    return f"room.{room}"


async def _supervised(work: Callable[[], Any]) -> None:
    """Start the work again a second after a failure. Failures one after the other are logged once."""
    logged = False
    while True:
        try:
            await work()
        except asyncio.CancelledError:
            raise
        except Exception as error:
            if not logged:
                logger.warning("the channel layer failed, reconciling carries on: %r", error)
            logged = True
            await asyncio.sleep(TIMEOUT_S)
