"""The tutorial's servers as stock Channels consumers. `lab.door.Door` stands in front of each."""

import asyncio
import struct
from typing import Any, Final

from channels.db import database_sync_to_async
from channels.generic.websocket import AsyncWebsocketConsumer

from realtime.security import user_of

TOPIC: Final = "sensors/home/temperature"
SLOW_S: Final = 3
FLOOD: Final = 400
"""chunks of 64 KiB: more than the kernels on both sides take for somebody who reads nothing"""
CHUNK: Final = "x" * 64 * 1024
NOBODY: Final = "nobody is logged in"
MAY_BE_SENT: Final = {*range(1000, 1004), *range(1007, 1014), *range(3000, 5000)}
"""close codes that may stand in a frame; 1005, 1006 and 1015 are only told to the page (RFC 6455 7.4.1)"""


class EchoConsumer(AsyncWebsocketConsumer):
    """The tutorial's Go server: the same bytes, two spaces. Bytes come back as they are."""

    async def receive(self, text_data: str | None = None, bytes_data: bytes | None = None) -> None:
        if text_data is not None:
            await self.send(text_data="Received:  " + text_data)
        else:
            await self.send(bytes_data=bytes_data)


class LampConsumer(AsyncWebsocketConsumer):
    """One lamp for all: in the memory of this process, told through a group."""

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
    """Takes updates and says how many. Asked to be slow, it reads nothing for a while."""

    updates = 0

    async def receive(self, text_data: str | None = None, bytes_data: bytes | None = None) -> None:
        if text_data == "slow":
            await self.rest()
        else:
            self.updates += 1
            await self.send(text_data=str(self.updates))

    async def rest(self) -> None:
        """A server that pauses by itself who writes more than is read needs no word; ours takes one."""
        server = (self.scope.get("extensions") or {}).get("parlor")
        if server:
            server.pause()
        await asyncio.sleep(SLOW_S)
        if server:
            server.resume()


class FloatsConsumer(AsyncWebsocketConsumer):
    """A `Float32Array`, read as the little-endian bytes that it is; said as text, and sent back as bytes."""

    async def receive(self, text_data: str | None = None, bytes_data: bytes | None = None) -> None:
        if bytes_data and len(bytes_data) % 4 == 0:
            layout = f"<{len(bytes_data) // 4}f"
            numbers = struct.unpack(layout, bytes_data)
            await self.send(text_data=" ".join(f"{number:g}" for number in numbers))
            await self.send(bytes_data=struct.pack(layout, *numbers))


class SensorsConsumer(AsyncWebsocketConsumer):
    """`app.publish('sensors/home/temperature', '22C')`. The name of a group may hold no slash."""

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
    """`ws.send(message, isBinary)`. Asked for a flood it sends 25 MB, if the server tells what is not sent yet."""

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
    """For the members of the page's WebSocket: chooses the subprotocol, returns what comes."""

    async def connect(self) -> None:
        await self.accept("lab.v1" if "lab.v1" in self.scope["subprotocols"] else None)

    async def receive(self, text_data: str | None = None, bytes_data: bytes | None = None) -> None:
        await self.send(text_data, bytes_data)


class ClosingConsumer(AsyncWebsocketConsumer):
    """Closes as it is told: `4001 a reason`."""

    async def receive(self, text_data: str | None = None, bytes_data: bytes | None = None) -> None:
        code, _, reason = (text_data or "").partition(" ")
        if code.isdecimal() and int(code) in MAY_BE_SENT:
            await self.close(code=int(code), reason=reason)


class RefusedConsumer(AsyncWebsocketConsumer):
    """Refuses the handshake: a page sees 1006, and not why."""

    async def connect(self) -> None:
        await self.close()


class LoginConsumer(AsyncWebsocketConsumer):
    """Tells whose log-in the cookie is of, by name. It is for `lab.routing` to say who comes in.

    Unlike `AuthMiddlewareStack` it never ends the log-in (docs/channels.md).
    """

    async def connect(self) -> None:
        await self.accept()
        user = await database_sync_to_async(user_of)(self.scope["session"].session_key)
        await self.send(text_data=user.name if user else NOBODY)
