"""A server with an application of its own, in a process: `python -m tests.realtime.server.tiny ENDPOINT HOOK`.

It prints what happens, a line each. The path says what the application does.
"""

import asyncio
import json
import os
import sys
from collections.abc import Awaitable, Callable
from typing import Any
from urllib.parse import parse_qs

from realtime.server import accept_throttle, on_drain
from realtime.server.forwarded import ForwardedMiddleware
from realtime.server.frames import compressed_frame, frame
from realtime.server.http import Channel
from realtime.server.inbox import Inbox
from realtime.server.server import OPTIONS, Server
from realtime.server.websocket import WebSocketProtocol

Receive = Callable[[], Awaitable[dict[str, Any]]]
Send = Callable[[dict[str, Any]], Awaitable[None]]
released = asyncio.Event()
connecting: list[str] = []
open_now: list[tuple[Any, Send]] = []  # the extension and the `send` of each open WebSocket


class Counting(Server):
    """Counts the accepted connections, and the most of one turn of the loop."""

    turn = most = taken = 0

    def _build_protocol(self, build: Callable[[Any], Any], address: Any) -> Any:
        if not self.turn:
            asyncio.get_running_loop().call_soon(self._over)
        self.turn += 1
        Counting.taken += 1
        Counting.most = max(Counting.most, self.turn)
        return super()._build_protocol(build, address)

    def _over(self) -> None:
        self.turn = 0


def say(*words: object) -> None:
    print(*words, flush=True)


async def application(scope: dict[str, Any], receive: Receive, send: Send) -> None:
    await (http if scope["type"] == "http" else websocket)(scope, receive, send)


behind_a_proxy = ForwardedMiddleware(application, ["1"])


async def http(scope: dict[str, Any], receive: Receive, send: Send) -> None:
    if scope["path"] == "/stream":
        return await stream(send)
    if scope["path"] == "/release":
        released.set()
    if change := {"/pause": accept_throttle.pause, "/resume": accept_throttle.resume}.get(scope["path"]):
        change()
    protocols = [extension._protocol for extension, _ in open_now]
    facts = {
        "root_path": scope["root_path"],
        "connecting": len(connecting),
        "unsent": [extension.unsent() for extension, _ in open_now],
        "pinged": sum(protocol.autoPingTimeoutCall is not None for protocol in protocols),
        "behind": sum(protocol.writable is not None for protocol in protocols),
        "crowded": sum(protocol.inbox.full for protocol in protocols),
        "waiting": max((len(protocol.inbox) for protocol in protocols), default=0),
        "process": os.getpid(),
        "taken": Counting.taken,
        "most_taken": Counting.most,
        **facts_of(scope),
    }
    body = json.dumps(facts).encode()
    headers = [(b"content-length", b"%d" % len(body))]
    await send({"type": "http.response.start", "status": 200, "headers": headers})
    await send({"type": "http.response.body", "body": body})


def facts_of(scope: dict[str, Any]) -> dict[str, Any]:
    """Return what the scope says about the client."""
    headers = {name.decode(): value.decode() for name, value in scope["headers"]}
    return {"client": scope["client"], "scheme": scope.get("scheme"), "headers": headers}


async def websocket(scope: dict[str, Any], receive: Receive, send: Send) -> None:
    assert (await receive())["type"] == "websocket.connect"
    if before := BEFORE.get(scope["path"]):
        return await before(scope, receive, send)
    await send({"type": "websocket.accept", "headers": [(b"x-tiny", b"1"), (b"x-tiny", b"2")]})
    here = scope["extensions"]["parlor"], send
    open_now.append(here)
    try:
        await PATHS[scope["path"]](scope, receive, send)
    finally:
        open_now.remove(here)
        say("finished")


async def refuse(scope: dict[str, Any], receive: Receive, send: Send) -> None:
    await send({"type": "websocket.close"})
    say("refused", *(await receive()).values())


async def deny(scope: dict[str, Any], receive: Receive, send: Send) -> None:
    assert "websocket.http.response" in scope["extensions"]
    status, headers = int(scope["query_string"]), [(b"content-type", b"text/plain"), (b"retry-after", b"7")]
    await send({"type": "websocket.http.response.start", "status": status, "headers": headers})
    await send({"type": "websocket.http.response.body", "body": b"not ", "more_body": True})
    await send({"type": "websocket.http.response.body", "body": b"today"})
    say("denied", *(await receive()).values())


async def fail(scope: dict[str, Any], receive: Receive, send: Send) -> None:
    raise RuntimeError("an application that fails")


async def end(scope: dict[str, Any], receive: Receive, send: Send) -> None:
    """Return without a message."""


async def wait(scope: dict[str, Any], receive: Receive, send: Send) -> None:
    connecting.append(scope["path"])
    await asyncio.Event().wait()


async def tell(scope: dict[str, Any], receive: Receive, send: Send) -> None:
    """Print the code and the reason of the close."""
    while (message := await receive())["type"] == "websocket.receive":
        pass
    say("told", scope["query_string"].decode(), message["code"], repr(message["reason"]))


async def slow(scope: dict[str, Any], receive: Receive, send: Send) -> None:
    while (message := await receive())["type"] == "websocket.receive":
        await asyncio.sleep(0.01)
        await send({**message, "type": "websocket.send"})


async def receive_late(scope: dict[str, Any], receive: Receive, send: Send) -> None:
    """Receive nothing until `/release` is requested, then send the sizes of the messages."""
    await released.wait()
    got: list[int] = []
    while (message := await receive()).get("text") != "enough":
        got.append(len(message["bytes"]))
    await send({"type": "websocket.send", "text": json.dumps(got)})
    await receive()


async def flood(scope: dict[str, Any], receive: Receive, send: Send) -> None:
    """Send as long as the client reads."""
    listening = asyncio.ensure_future(receive())
    while not listening.done():
        await send({"type": "websocket.send", "bytes": bytes(64 * 1024)})
        await asyncio.sleep(0)


async def once(scope: dict[str, Any], receive: Receive, send: Send) -> None:
    """Receive one message, and close."""
    await receive()
    await send({"type": "websocket.close", "code": 4000, "reason": "enough"})
    await receive()


async def pings(scope: dict[str, Any], receive: Receive, send: Send) -> None:
    """Check the time limits twice after a long silence."""
    protocol = scope["extensions"]["parlor"]._protocol
    for _ in range(2):
        protocol.heard_at = float("-inf")
        protocol.check_timeouts()
    await send({"type": "websocket.send", "text": "pinged"})
    await receive()


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


async def facts(scope: dict[str, Any], receive: Receive, send: Send) -> None:
    await send({"type": "websocket.send", "text": json.dumps(facts_of(scope))})
    await receive()


async def large(scope: dict[str, Any], receive: Receive, send: Send) -> None:
    await send({"type": "websocket.send", "text": "x" * 8_000_000})
    await receive()


async def mixed(scope: dict[str, Any], receive: Receive, send: Send) -> None:
    """Send 2,000 messages: every third by ASGI, the others as ready frames. Then send more than the socket takes."""
    extension = scope["extensions"]["parlor"]
    for number in range(2000):
        line = f"{number} {'x' * 2000}"
        if number % 3:
            extension.write((compressed_frame if extension.deflates else frame)(line))
        else:
            await send({"type": "websocket.send", "text": line})
    while not extension.unsent():  # the reader empties it meanwhile
        extension.write(frame("x" * 8_000_000))
    bounded = extension.write(frame("too much"), 1000)
    extension.write(frame(f"bounded: {bounded}"))
    await receive()


async def deaf(scope: dict[str, Any], receive: Receive, send: Send) -> None:
    await asyncio.Event().wait()


async def stream(send: Send) -> None:
    """Send 24 MiB in parts."""
    await send({"type": "http.response.start", "status": 200, "headers": [(b"content-length", b"%d" % (24 << 20))]})
    for _ in range(384):
        await send({"type": "http.response.body", "body": bytes(64 << 10), "more_body": True})
    await send({"type": "http.response.body", "body": b""})
    say("streamed")


BEFORE = {"/refuse": refuse, "/deny": deny, "/fail-first": fail, "/end-first": end, "/wait-first": wait}
PATHS = {
    "/echo": echo,
    "/close": close,
    "/root_path": root_path,
    "/facts": facts,
    "/large": large,
    "/deaf": deaf,
    "/mixed": mixed,
    "/fail": fail,
    "/end": end,
    "/tell": tell,
    "/slow": slow,
    "/pings": pings,
    "/once": once,
    "/patient": receive_late,
    "/flood": flood,
}


def hurry() -> None:
    """Set all timeouts to tenths of seconds."""
    hurry_requests()
    Inbox.receive_timeout_s = 0.05
    WebSocketProtocol.progress_timeout_s = 0.3
    OPTIONS.update(ping_interval=0, ping_timeout=0.3, websocket_connect_timeout=0.1)


def hurry_requests() -> None:
    Channel.headers_timeout_s = Channel.body_timeout_s = 0.3


async def polite() -> None:
    """Wait for a line of input, then close all connections."""
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
    if hurried := {"hurried": hurry, "brisk": hurry_requests}.get(sys.argv[2]):
        hurried()
    if hook := {"polite": polite, "broken": broken, "endless": endless}.get(sys.argv[2]):
        on_drain(hook)
    Server.drain_timeout_s = 5 if sys.argv[2] == "polite" else 0.05
    Server.finish_timeout_s = 5 if sys.argv[2] == "polite" else 0.5
    deflate = sys.argv[2] == "deflate"
    Counting(application, [sys.argv[1]], lambda addresses: say("listening", addresses[0][1]), deflate).run()
    say("left")
