"""The room on python-socketio, over WebSocket from the first byte, on uvicorn."""

import sys
from typing import Any

import socketio
import uvicorn

room = socketio.AsyncServer(async_mode="asgi", transports=["websocket"], cors_allowed_origins="*")


@room.event
async def connect(client: str, environ: dict[str, Any]) -> None:
    await room.enter_room(client, "room")


@room.event
async def m(client: str, text: str) -> None:
    await room.emit("m", text, room="room")


uvicorn.run(
    socketio.ASGIApp(room),
    host="127.0.0.1",
    port=int(sys.argv[1]),
    backlog=4096,
    log_level="error",
    ws_per_message_deflate=False,
)
