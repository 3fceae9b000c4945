"""A server with an application of its own, in a process: `python -m tests.realtime.server.tiny ENDPOINT HOOK`.

It prints what happens, a line each. The path says what the application does.
"""

import asyncio
import json
import sys
from collections.abc import Awaitable, Callable
from typing import Any
from urllib.parse import parse_qs

from realtime.frames import frame
from realtime.server import on_drain
from realtime.server.server import Server

Receive = Callable[[], Awaitable[dict[str, Any]]]
Send = Callable[[dict[str, Any]], Awaitable[None]]
open_now: list[tuple[Any, Send]] = []  # the extension and the `send` of each open WebSocket


def say(*words: object) -> None:
    print(*words, flush=True)


async def application(scope: dict[str, Any], receive: Receive, send: Send) -> None:
    await (http if scope["type"] == "http" else websocket)(scope, receive, send)


async def http(scope: dict[str, Any], receive: Receive, send: Send) -> None:
    facts = {"root_path": scope["root_path"], "unsent": [extension.unsent() for extension, _ in open_now]}
    await send({"type": "http.response.start", "status": 200, "headers": []})
    await send({"type": "http.response.body", "body": json.dumps(facts).encode()})


async def websocket(scope: dict[str, Any], receive: Receive, send: Send) -> None:
    assert (await receive())["type"] == "websocket.connect"
    if scope["path"] == "/refuse":
        return await send({"type": "websocket.close"})
    await send({"type": "websocket.accept"})
    here = scope["extensions"]["parlor"], send
    open_now.append(here)
    try:
        await PATHS[scope["path"]](scope, receive, send)
    finally:
        open_now.remove(here)
        say("finished")


async def echo(scope: dict[str, Any], receive: Receive, send: Send) -> None:
    while (message := await receive())["type"] == "websocket.receive":
        await send({**message, "type": "websocket.send"})


async def close(scope: dict[str, Any], receive: Receive, send: Send) -> None:
    asked = parse_qs(scope["query_string"].decode())
    for _ in range(2):
        await send({"type": "websocket.close", "code": int(asked["code"][0]), "reason": asked["reason"][0]})
    await send({"type": "websocket.send", "text": "too late"})
    await receive()


async def root_path(scope: dict[str, Any], receive: Receive, send: Send) -> None:
    await send({"type": "websocket.send", "text": scope["root_path"]})
    await receive()


async def large(scope: dict[str, Any], receive: Receive, send: Send) -> None:
    await send({"type": "websocket.send", "text": "x" * 8_000_000})
    await receive()


async def mixed(scope: dict[str, Any], receive: Receive, send: Send) -> None:
    """2,000 lines at once, more than any socket takes: every third as ASGI has it, the others as ready frames."""
    extension = scope["extensions"]["parlor"]
    for number in range(2000):
        line = f"{number} {'x' * 2000}"
        if number % 3:
            extension.write(frame(line))
        else:
            await send({"type": "websocket.send", "text": line})
    bounded = extension.write(frame("too much"), 1000)
    extension.write(frame(f"bounded: {bounded}"))
    await receive()


async def deaf(scope: dict[str, Any], receive: Receive, send: Send) -> None:
    await asyncio.Event().wait()


PATHS = {"/echo": echo, "/close": close, "/root_path": root_path, "/large": large, "/deaf": deaf, "/mixed": mixed}


async def polite() -> None:
    """Waits for a line, then sends everybody away."""
    say("draining")
    await asyncio.to_thread(sys.stdin.readline)
    for _, send in open_now:
        await send({"type": "websocket.send", "text": "bye"})
        await send({"type": "websocket.close", "code": 4103, "reason": "draining"})


async def broken() -> None:
    raise RuntimeError("a hook that fails")


async def endless() -> None:
    await asyncio.Event().wait()


if __name__ == "__main__":
    if hook := {"polite": polite, "broken": broken, "endless": endless}.get(sys.argv[2]):
        on_drain(hook)
    Server.drain_seconds = 5 if sys.argv[2] == "polite" else 0.05
    Server.finish_seconds = 5 if sys.argv[2] == "polite" else 0.5
    Server(application, [sys.argv[1]], listening=lambda host, port: say("listening", port)).run()
    say("left")
