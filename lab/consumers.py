"""The tutorial's servers as stock Channels consumers. `lab.route_limits.RouteLimits` wraps each."""

import asyncio
import struct
from typing import Any, Final

from channels.db import database_sync_to_async
from channels.generic.websocket import AsyncWebsocketConsumer

from realtime.security import user_of

TOPIC: Final = "sensors/home/temperature"
SLOW_S: Final = 3
FLOOD: Final = 400
"""The flood has so many chunks: more than the kernels on both sides buffer for a client that does not read."""
CHUNK: Final = "x" * 64 * 1024
NOBODY: Final = "nobody is logged in"
MAY_BE_SENT: Final = {*range(1000, 1004), *range(1007, 1014), *range(3000, 5000)}
"""A frame may contain these close codes. A page sees 1005, 1006 and 1015 without a frame (RFC 6455 7.4.1)."""


class EchoConsumer(AsyncWebsocketConsumer):
    """The tutorial's Go server: it answers a text with the same two spaces, and bytes unchanged."""

    async def receive(self, text_data: str | None = None, bytes_data: bytes | None = None) -> None:
        if text_data is not None:
            await self.send(text_data="Received:  " + text_data)
        else:
            await self.send(bytes_data=bytes_data)


class LampConsumer(AsyncWebsocketConsumer):
    """The lamp of all pages: its state is in the memory of this process, and a group sends the changes."""

    groups = ["lab.lamp"]
    lamp = "off"

    async def connect(self) -> None:
        await self.accept()
        await self.send(text_data=LampConsumer.lamp)

    async def receive(self, text_data: str | None = None, bytes_data: bytes | None = None) -> None:
        if text_data in ("on", "off"):
            await self.channel_layer.group_send("lab.lamp", {"type": "lamp.turned", "to": text_data})

    async def lamp_turned(self, event: dict[str, Any]) -> None:
        LampConsumer.lamp = event["to"]
        await self.send(text_data=event["to"])


class UpdatesConsumer(AsyncWebsocketConsumer):
    """The server of updates: it answers with their count. When asked to be slow, it reads nothing for a while."""

    updates = 0

    async def receive(self, text_data: str | None = None, bytes_data: bytes | None = None) -> None:
        if text_data == "slow":
            await self.read_nothing()
        else:
            self.updates += 1
            await self.send(text_data=str(self.updates))

    async def read_nothing(self) -> None:
        """Pause reading for `SLOW_S`. Parlor's server needs a call; others stop when the consumer takes nothing."""
        server = (self.scope.get("extensions") or {}).get("parlor")
        if server:
            server.pause()
        await asyncio.sleep(SLOW_S)
        if server:
            server.resume()


class FloatsConsumer(AsyncWebsocketConsumer):
    """The server of floats: it reads a `Float32Array` as little-endian bytes, and answers with text and with bytes."""

    async def receive(self, text_data: str | None = None, bytes_data: bytes | None = None) -> None:
        if bytes_data and len(bytes_data) % 4 == 0:
            layout = f"<{len(bytes_data) // 4}f"
            numbers = struct.unpack(layout, bytes_data)
            await self.send(text_data=" ".join(f"{number:g}" for number in numbers))
            await self.send(bytes_data=struct.pack(layout, *numbers))


class SensorsConsumer(AsyncWebsocketConsumer):
    """The tutorial's `app.publish('sensors/home/temperature', '22C')`. The name of a group may not contain a slash."""

    group = TOPIC.replace("/", ".")

    async def connect(self) -> None:
        await self.channel_layer.group_add(self.group, self.channel_name)
        await self.accept()

    async def disconnect(self, code: int) -> None:
        await self.channel_layer.group_discard(self.group, self.channel_name)

    async def receive(self, text_data: str | None = None, bytes_data: bytes | None = None) -> None:
        if text_data:
            await self.channel_layer.group_send(self.group, {"type": "sensor.reading", "value": text_data})

    async def sensor_reading(self, event: dict[str, Any]) -> None:
        await self.send(text_data=f"{TOPIC} {event['value']}")


class LimitsConsumer(AsyncWebsocketConsumer):
    """The tutorial's `ws.send(message, isBinary)`. It can send a flood of 25 MB, if the server reports unsent bytes."""

    async def receive(self, text_data: str | None = None, bytes_data: bytes | None = None) -> None:
        if text_data != "flood":
            await self.send(text_data, bytes_data)
        elif "parlor" not in (self.scope.get("extensions") or {}):
            await self.send(text_data="no flood: this server does not tell what is unsent")
        else:
            for _ in range(FLOOD):
                await self.send(text_data=CHUNK)
                await asyncio.sleep(0.01)


class InterfaceConsumer(AsyncWebsocketConsumer):
    """The server for the page about members of WebSocket: it chooses the subprotocol and echoes messages."""

    async def connect(self) -> None:
        await self.accept("lab.v1" if "lab.v1" in self.scope["subprotocols"] else None)

    async def receive(self, text_data: str | None = None, bytes_data: bytes | None = None) -> None:
        await self.send(text_data, bytes_data)


class ClosingConsumer(AsyncWebsocketConsumer):
    """The server closes with the code and reason that it receives: `4001 a reason`."""

    async def receive(self, text_data: str | None = None, bytes_data: bytes | None = None) -> None:
        code, _, reason = (text_data or "").partition(" ")
        if code.isdecimal() and int(code) in MAY_BE_SENT:
            await self.close(code=int(code), reason=reason)


class RefusedConsumer(AsyncWebsocketConsumer):
    """The server refuses the handshake: a page sees 1006 and no reason."""

    async def connect(self) -> None:
        await self.close()


class LoginConsumer(AsyncWebsocketConsumer):
    """The server sends the name of the person whose log-in cookie it gets. `lab.routing` decides who may connect.

    It never ends the log-in, unlike `AuthMiddlewareStack` (docs/channels.md).
    """

    async def connect(self) -> None:
        await self.accept()
        user = await database_sync_to_async(user_of)(self.scope["session"].session_key)
        await self.send(text_data=user.name if user else NOBODY)
