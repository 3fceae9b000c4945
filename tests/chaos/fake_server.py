"""A small server of `parlor.v1` for tests of clients and proxies: one room, in memory."""

import asyncio
import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

from websockets.asyncio.server import Server, ServerConnection, broadcast, serve
from websockets.exceptions import ConnectionClosed

from tests.chaos.checker import Row

ROOM = "room000000000001"


class FakeServer:
    def __init__(self) -> None:
        self.events: list[dict[str, Any]] = []
        self.stored: dict[str, dict[str, Any]] = {}
        self.readers: set[ServerConnection] = set()
        self.positions: list[Any] = []
        self.pongs: list[Any] = []
        self.ponged = asyncio.Event()
        self.answering = asyncio.Event()
        self.answering.set()
        self.withheld: set[int] = set()
        self.refuse_once: list[dict[str, Any]] = []
        self.snapshots = False

    def rows(self) -> list[Row]:
        return [
            Row(ROOM, event["o"], event["t"], event["kind"], event["by"], event["cid"], json.dumps(event["data"]))
            for event in self.events
        ]

    async def serve(self, socket: ServerConnection) -> None:
        try:
            async for text in socket:
                frame = json.loads(text)
                await (self._asked(socket, frame) if "method" in frame else self._pong(frame))
        except ConnectionClosed:
            pass
        finally:
            self.readers.discard(socket)

    async def _pong(self, frame: dict[str, Any]) -> None:
        self.pongs.append(frame)
        self.ponged.set()

    async def _asked(self, socket: ServerConnection, frame: dict[str, Any]) -> None:
        params = frame["params"]
        if frame["method"] == "session.hello":
            positions = params["rooms"]
            opened = {room: self._opening(position) for room, position in positions.items()}
            await self._answer(socket, frame, {"token": "next", "opened": opened})
            for position in positions.values():
                await self._replay(socket, position)
        elif frame["method"] == "room.open":
            await self._answer(socket, frame, self._opening(params["position"]))
            await self._replay(socket, params["position"])
        elif self.refuse_once:
            await socket.send(json.dumps({"jsonrpc": "2.0", "id": frame["id"], "error": self.refuse_once.pop()}))
        else:
            self._post(params)
            await self.answering.wait()
            await self._answer(socket, frame, self.stored[params["cid"]])

    def _opening(self, position: dict[str, int] | None) -> dict[str, Any]:
        self.positions.append(position)
        head = {"o": len(self.events), "t": len(self.events), "n": 0}
        if position and not self.snapshots:
            return {"mode": "replay", "head": head}
        lines = [{**event, "edited": None, "removed": None} for event in self.events]
        return {"mode": "snapshot", "head": head, "snapshot": {"head": head, "lines": lines}}

    async def _replay(self, socket: ServerConnection, position: dict[str, int] | None) -> None:
        missed = self.events[position["o"] :] if position and not self.snapshots else []
        self.readers.add(socket)
        for event in missed:
            await socket.send(told(event))

    def _post(self, params: dict[str, Any]) -> None:
        if params["cid"] in self.stored:
            return
        o = len(self.events) + 1
        data = {"kind": "text", "text": params["text"]}
        event = {
            "room": ROOM,
            "o": o,
            "t": o,
            "n": o,
            "at": o,
            "by": "ann",
            "cid": params["cid"],
            "kind": "message.posted",
        }
        self.events.append({**event, "data": data})
        self.stored[params["cid"]] = {"room": ROOM, "o": o, "at": o}
        if o not in self.withheld:
            broadcast(self.readers, told(self.events[-1]))

    async def _answer(self, socket: ServerConnection, frame: dict[str, Any], result: Any) -> None:
        await socket.send(json.dumps({"jsonrpc": "2.0", "id": frame["id"], "result": result}))


def told(event: dict[str, Any]) -> str:
    return json.dumps({"jsonrpc": "2.0", "method": "room.event", "params": event})


def port_of(server: Server) -> int:
    return int(next(iter(server.sockets)).getsockname()[1])


@asynccontextmanager
async def running(fake: FakeServer) -> AsyncIterator[int]:
    """Run the server and yield its port."""
    async with asyncio.timeout(20), serve(fake.serve, "127.0.0.1", 0) as server:
        yield port_of(server)
