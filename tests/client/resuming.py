"""A client that keeps its side of docs/protocol.md: it reconnects, resumes, and repeats unanswered requests."""

import asyncio
import contextlib
import time
from collections import Counter
from random import Random
from types import TracebackType
from typing import Any, Protocol, Self

from tests.client.client import Ended, ErrorResponse
from tests.client.outbox import Outbox, PendingRequest
from tests.client.sockets import Connection, Frame

LETTERS = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789"
BACKOFF_S = 0.1
BACKOFF_MAX_S = 1.5
TRY_AGAIN_CODES = {429, 500, 503}
CLOSE_TOKEN = 4001
CLOSE_FINAL = 4500
"""Close codes from here on tell the client not to come back."""


class ConnectionLost(Exception):
    """The connection ended before the answer came."""


class LoggedIn(Protocol):
    """The login of a client: see `Guest`."""

    name: str
    url: str

    @property
    def cookie_header(self) -> str: ...
    def token(self) -> str: ...


class Recorder(Protocol):
    """A recorder gets each step of a client, with the type `invoke`, `ok`, `fail` or `info`."""

    def add(
        self, op: str, room: str, type: Any, *, cid: str | None = None, o: int | None = None, body: Any = None
    ) -> None: ...


class NoRecorder:
    def add(self, *args: Any, **more: Any) -> None:
        """Ignore the step."""


class ResumingClient:
    """Run `async with ResumingClient(guest) as client:`, then `send` (durable), `ask` (not durable), `open`, `close`.

    It raises `Ended` when the server tells it not to come back. `doubles` is the share of durable requests that it
    sends twice at once, for tests. Subclasses may override `on_snapshot` and `on_event`.
    """

    def __init__(
        self, guest: LoggedIn, random: Random | None = None, *, doubles: float = 0.0, recorder: Recorder | None = None
    ) -> None:
        random = random or Random()
        self.guest = guest
        self.recorder = recorder or NoRecorder()
        self.positions: dict[str, dict[str, int]] = {}
        self.opened: set[str] = set()
        self.counts: Counter[str] = Counter()
        self.greeted = asyncio.Event()
        self.random = random
        self._doubles = doubles
        self._outbox = Outbox()
        self._connection: Connection | None = None
        self._token: str | None = None
        self._moved = asyncio.Event()
        self._opening: set[str] = set()
        self._not_before = 0.0
        self._leaving = False

    async def __aenter__(self) -> Self:
        self._task = asyncio.create_task(self._run())
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._leaving = True  # a task group that fails while it is cancelled forgets the cancellation
        self._task.cancel()
        await asyncio.gather(self._task, return_exceptions=True)

    async def send(self, method: str, room: str, **params: Any) -> dict[str, Any]:
        """Return the stored answer of a durable request, through any number of reconnects; raise `ErrorResponse`."""
        cid = "".join(self.random.choices(LETTERS, k=20))
        request = PendingRequest(room, method, {**({"room": room} if room else {}), "cid": cid, **params})
        self._outbox.add(request)
        self._post(room)
        return dict(await self._while_alive(request.answer))

    async def ask(self, method: str, **params: Any) -> dict[str, Any]:
        """Return the result of any other request; raise `ConnectionLost` or `ErrorResponse`."""
        await self._while_alive(self.greeted.wait())
        answer: asyncio.Future[dict[str, Any]] = asyncio.get_running_loop().create_future()
        self._request(method, params, lambda frame: settle(answer, frame))
        return dict(await self._while_alive(answer))

    async def open(self, room: str) -> None:
        """Open the room now and after each reconnect. The answer may still be on its way."""
        self.opened.add(room)
        await self._while_alive(self.greeted.wait())
        self._open(room)

    async def close(self, room: str) -> None:
        self.opened.discard(room)
        with contextlib.suppress(ConnectionLost, ErrorResponse):  # a new connection has not opened it
            await self.ask("room.close", room=room)
            if room not in self.opened:
                self.recorder.add("close", room, "info")

    async def until(self, offsets: dict[str, int]) -> None:
        """Wait until these rooms have been read to these offsets."""
        while any(self.offset(room) < o for room, o in offsets.items()):
            self._moved.clear()
            await self._while_alive(self._moved.wait())

    def on_snapshot(self, room: str, snapshot: dict[str, Any]) -> None:
        """Handle a snapshot, which replaces all that was known of the room."""

    def on_event(self, event: dict[str, Any]) -> None:
        """Handle the next event of an open room. Each is given once and in order."""

    def offset(self, room: str) -> int:
        """Return the offset of the last event received, −1 before the first."""
        return self.positions[room]["o"] if room in self.positions else -1

    def cut(self) -> None:
        """End the TCP connection without a close frame. The client reconnects."""
        self.greeted.clear()
        if self._connection:
            self._connection.cut()

    async def _while_alive(self, awaitable: Any) -> Any:
        waiting = asyncio.ensure_future(awaitable)
        await asyncio.wait({waiting, self._task}, return_when=asyncio.FIRST_COMPLETED)
        if not waiting.done():
            waiting.cancel()
            self._task.result()
        return await waiting

    async def _run(self) -> None:
        """Connect, run until the connection is lost, wait with full jitter, and do it again."""
        failures = 0
        while not self._leaving:
            with contextlib.suppress(OSError, ConnectionLost):
                await self._connect()
            failures = 0 if self.greeted.is_set() else failures + 1
            self._lost()
            wait = self.random.uniform(0, min(BACKOFF_MAX_S, BACKOFF_S * 2 ** min(failures, 10)))
            await asyncio.sleep(max(wait, self._not_before - time.monotonic()))

    async def _connect(self) -> None:
        self._token = self._token or await asyncio.to_thread(self.guest.token)
        self._connection = Connection(self.guest.url, self.guest.cookie_header, self._received)
        positions = {room: self.positions[room] for room in self.opened if room in self.positions}
        hello = {"v": 1, "token": self._token, "rooms": positions}
        self._request("session.hello", hello, lambda frame: self._hello_answered(frame, positions))
        await self._connection.run()

    def _lost(self) -> None:
        self.recorder.add("cut", "", "info")
        self.greeted.clear()
        self._connection = None
        self._opening.clear()
        self._outbox.connection_lost()

    def _hello_answered(self, frame: Frame | None, positions: dict[str, dict[str, int]]) -> None:
        if frame is None:
            return
        if error := frame.get("error"):  # refusals that end the connection come as `session.bye`
            self._not_before = time.monotonic() + (error.get("data", {}).get("retry_after_ms") or 0) / 1000
            self.cut()
            return
        self.counts["connected"] += 1
        self._token = frame["result"]["token"]
        self.greeted.set()
        opened = frame["result"]["opened"]
        for room, answer in opened.items():
            self._room_opened(room, answer, positions[room])
        for room in self.opened - set(opened):
            self._open(room)
        for room in self._outbox.rooms():
            self._post(room)

    def _request(self, method: str, params: dict[str, Any], answered: Any) -> None:
        if self._connection:
            self._connection.request(method, params, answered)
        else:
            answered(None)

    def _open(self, room: str) -> None:
        position = self.positions.get(room)

        def answered(frame: Frame | None) -> None:
            self._opening.discard(room)
            if frame:
                self._room_opened(room, frame.get("result", frame), position)

        if room in self._opening:
            return
        self._opening.add(room)
        self._request("room.open", {"room": room, "position": position}, answered)

    def _room_opened(self, room: str, answer: dict[str, Any], asked: dict[str, int] | None) -> None:
        """Record the position that events follow: the one asked for, or that of the snapshot."""
        if "error" in answer:
            self.recorder.add("open", room, "fail", body=answer["error"])
            self.counts["not_opened"] += 1
            asyncio.get_running_loop().call_later(0.2, self._open_again, room)
            return
        self.counts[answer["mode"]] += 1
        if answer["mode"] == "snapshot":
            snapshot = answer["snapshot"]
            self.positions[room] = {"o": snapshot["head"]["o"], "t": snapshot["head"]["t"]}
            self.on_snapshot(room, snapshot)
            self._moved.set()
            asked = self.positions[room]
        self.recorder.add("open", room, "ok", o=asked["o"] if asked else 0, body={"mode": answer["mode"]})

    def _open_again(self, room: str) -> None:
        if room in self.opened and self.greeted.is_set():
            self._open(room)

    def _received(self, frame: Frame) -> None:
        params = frame.get("params", {})
        match frame["method"]:
            case "room.event":
                self._event(params)
            case "session.ping" if self._connection:
                at = {room: position["o"] for room, position in self.positions.items() if room in self.opened}
                self._connection.respond(frame["id"], {"rooms": at})
            case "session.bye":
                self._bye(params)

    def _bye(self, params: dict[str, Any]) -> None:
        self.counts[f"bye_{params['code']}"] += 1
        self._not_before = time.monotonic() + (params.get("retry_after_ms") or 0) / 1000
        if params["code"] == CLOSE_TOKEN:
            self._token = None
        if params["code"] >= CLOSE_FINAL:
            raise Ended(f"{self.guest.name}: {params}")

    def _event(self, event: dict[str, Any]) -> None:
        room, o = event["room"], event["o"]
        body = {"t": event["t"], "kind": event["kind"], "by": event.get("by"), "data": event.get("data")}
        self.recorder.add("receive", room, "ok", cid=event.get("cid"), o=o, body=body)
        if o > self.offset(room) + 1:
            self.counts["gaps"] += 1
            self._open(room)
        elif o == self.offset(room) + 1:
            self.positions[room] = {"o": o, "t": event["t"]}
            self.on_event(event)
            self._moved.set()
            self._seen(event)

    def _seen(self, event: dict[str, Any]) -> None:
        if request := self._outbox.get(event.get("cid")):
            self._stored(request, {"room": event["room"], "o": event["o"], "at": event["at"]})

    def _post(self, room: str) -> None:
        """Send the first pending request of the room, unless one is in flight."""
        request = self._outbox.next_to_send(room)
        if not request or not self.greeted.is_set():
            return
        request.sent = True
        self.recorder.add(request.method, room, "invoke", cid=request.cid, body=request.params)
        for _ in range(2 if self.random.random() < self._doubles else 1):
            self._request(request.method, request.params, lambda frame: self._answered(request, frame))

    def _answered(self, request: PendingRequest, frame: Frame | None) -> None:
        if frame is None:
            self.recorder.add(request.method, request.room, "info", cid=request.cid)
        elif "result" in frame:
            self._stored(request, frame["result"])
        elif frame["error"]["code"] in TRY_AGAIN_CODES:
            self._refused_for_now(request, frame["error"])
        else:
            self.recorder.add(request.method, request.room, "fail", cid=request.cid, body=frame["error"])
            self._done(request)
            if not request.answer.done():
                request.answer.set_exception(ErrorResponse(frame["error"]))

    def _refused_for_now(self, request: PendingRequest, error: dict[str, Any]) -> None:
        self.counts[f"answered_{error['code']}"] += 1
        self.recorder.add(request.method, request.room, "info", cid=request.cid, body=error)
        wait = (error.get("data", {}).get("retry_after_ms") or 200) / 1000
        asyncio.get_running_loop().call_later(wait, self._again, request, self._connection)

    def _again(self, request: PendingRequest, connection: Connection | None) -> None:
        if connection is self._connection:
            request.sent = False
            self._post(request.room)

    def _stored(self, request: PendingRequest, stored: dict[str, Any]) -> None:
        self.recorder.add(request.method, request.room or stored["room"], "ok", cid=request.cid, o=stored["o"])
        if not request.answer.done():
            request.answer.set_result(stored)
        self._done(request)

    def _done(self, request: PendingRequest) -> None:
        self._outbox.done(request)
        self._post(request.room)


def settle(answer: "asyncio.Future[dict[str, Any]]", frame: Frame | None) -> None:
    if answer.done():
        return
    if frame is None:
        answer.set_exception(ConnectionLost())
    elif "error" in frame:
        answer.set_exception(ErrorResponse(frame["error"]))
    else:
        answer.set_result(frame["result"])
