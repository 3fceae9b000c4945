"""Simulate a slow mobile network in front of a server, with the delay and bandwidth of Lighthouse's slow 4G."""

import asyncio
from contextlib import suppress
from typing import Final

RTT_S: Final = 0.150
DOWN_BITS_S: Final = 1_600_000
UP_BITS_S: Final = 750_000
PACKET: Final = 1460


class Link:
    """A direction that all connections share: packets leave in turn and arrive half a round trip later."""

    def __init__(self, bits_s: int) -> None:
        self.bits_s = bits_s
        self.bytes = 0
        self._free_at = 0.0

    def arrives_at(self, size: int) -> float:
        self.bytes += size
        now = asyncio.get_running_loop().time()
        self._free_at = max(now, self._free_at) + size * 8 / self.bits_s
        return self._free_at + RTT_S / 2


class Shaper:
    """A TCP proxy. `down.bytes` counts all bytes that were sent to clients, headers included."""

    def __init__(self, port: int) -> None:
        self.down, self.up = Link(DOWN_BITS_S), Link(UP_BITS_S)
        self._upstream = port
        self.connections = 0

    async def listen(self) -> int:
        self._server = await asyncio.start_server(self._accepted, "127.0.0.1", 0)
        return int(self._server.sockets[0].getsockname()[1])

    async def close(self) -> None:
        self._server.close()

    async def _accepted(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.connections += 1
        await asyncio.sleep(RTT_S)  # the handshake
        with suppress(OSError, asyncio.CancelledError):
            above_reader, above_writer = await asyncio.open_connection("127.0.0.1", self._upstream)
            await asyncio.gather(
                _pump(reader, above_writer, self.up), _pump(above_reader, writer, self.down), return_exceptions=True
            )


async def _pump(reader: asyncio.StreamReader, writer: asyncio.StreamWriter, link: Link) -> None:
    loop = asyncio.get_running_loop()
    flying: asyncio.Queue[tuple[float, bytes]] = asyncio.Queue(64)

    async def arrive() -> None:
        while True:
            at, packet = await flying.get()
            await asyncio.sleep(at - loop.time())
            if not packet:
                return writer.close()
            writer.write(packet)

    arriving = asyncio.create_task(arrive())
    with suppress(OSError):
        while packet := await reader.read(PACKET):
            await flying.put((link.arrives_at(len(packet)), packet))
    await flying.put((loop.time() + RTT_S / 2, b""))
    with suppress(OSError):
        await arriving
