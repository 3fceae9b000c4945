"""The room on `websockets`: its own `broadcast`."""

import asyncio
import sys

from websockets.asyncio.server import ServerConnection, broadcast, serve

readers: set[ServerConnection] = set()


async def room(socket: ServerConnection) -> None:
    readers.add(socket)
    try:
        async for text in socket:
            broadcast(readers, text)
    finally:
        readers.discard(socket)


async def main() -> None:
    async with serve(room, "127.0.0.1", int(sys.argv[1]), compression=None, backlog=4096) as server:
        await server.serve_forever()


asyncio.run(main())
