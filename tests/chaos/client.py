"""A client as docs/protocol.md wants it, and its history: comes back by itself, resumes, repeats what is unanswered."""

import asyncio
import contextlib
import time
from collections import Counter
from random import Random
from types import TracebackType
from typing import Any, Protocol

from tests.chaos.connection import Connection, Frame
from tests.chaos.history import History
from tests.chaos.lines import Lines
from tests.chaos.outbox import LogEvent, Outbox, Refused

LETTERS = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789"
BACK_OFF_S = 0.1
BACK_OFF_CAP_S = 1.5
UNKNOWN_TYPES = {429, 500, 503}
TOKEN_WANTED = 4001
NEVER_AGAIN = 4500


class ConnectionLost(Exception):
    pass


class Ended(Exception):
    """The server told the client not to come back."""


class Door(Protocol):
    """What a client needs of its guest."""

    name: str
    port: int

    @property
    def cookie_header(self) -> str: ...
    async def token(self) -> str: ...


class Client:
    """`async with Client(guest, random) as client:`, then `send` (durable), `ask` (not), `open` and `close`.

    `doubles` is the share of durable requests sent twice at once.
    """

    def __init__(self, guest: Door, random: Random, *, doubles: float = 0.0) -> None:
        self.guest = guest
        self.history = History(guest.name)
        self.positions: dict[str, dict[str, int]] = {}
        self.opened: set[str] = set()
        self.lines: dict[str, Lines] = {}
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

    async def __aenter__(self) -> "Client":
        self._task = asyncio.create_task(self._live())
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._leaving = True  # a task group that fails while it is cancelled forgets the cancellation
        self._task.cancel()
        await asyncio.gather(self._task, return_exceptions=True)

    async def send(self, method: str, room: str, **params: Any) -> dict[str, Any]:
        """The stored answer of a durable request, through any number of cuts; raises `Refused`."""
        cid = "".join(self.random.choices(LETTERS, k=20))
        entry = LogEvent(room, method, {**({"room": room} if room else {}), "cid": cid, **params})
        self._outbox.add(entry)
        self._post(room)
        return dict(await self._while_alive(entry.answer))

    async def ask(self, method: str, **params: Any) -> dict[str, Any]:
        """The result of any other request; raises `ConnectionLost` or `Refused`."""
        await self._while_alive(self.greeted.wait())
        answer: asyncio.Future[dict[str, Any]] = asyncio.get_running_loop().create_future()
        self._request(method, params, lambda frame: settle(answer, frame))
        return dict(await self._while_alive(answer))

    async def open(self, room: str) -> None:
        """Asks once; whatever cuts the answer, hello opens it."""
        self.opened.add(room)
        await self._while_alive(self.greeted.wait())
        self._open(room)

    async def close(self, room: str) -> None:
        self.opened.discard(room)
        with contextlib.suppress(ConnectionLost, Refused):  # a new connection has not opened it
            await self.ask("room.close", room=room)
            if room not in self.opened:
                self.history.add("close", room, "info")

    async def until(self, offsets: dict[str, int]) -> None:
        """Until these rooms have been read to these offsets."""
        while any(self.offset(room) < o for room, o in offsets.items()):
            self._moved.clear()
            await self._while_alive(self._moved.wait())

    def note(self) -> None:
        """How far it has read what it looks at, and what it shows there."""
        for room in sorted(self.opened):
            self.history.add("quiet", room, "info", o=self.offset(room))
            if room in self.lines:
                self.history.add("lines", room, "info", o=self.offset(room), body=self.lines[room].summary())

    def offset(self, room: str) -> int:
        return self.positions[room]["o"] if room in self.positions else -1

    def cut(self) -> None:
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

    async def _live(self) -> None:
        """Connect, talk until the cut, wait with full jitter, again."""
        failures = 0
        while not self._leaving:
            with contextlib.suppress(OSError, ConnectionLost):
                await self._connect()
            failures = 0 if self.greeted.is_set() else failures + 1
            self._lost()
            wait = self.random.uniform(0, min(BACK_OFF_CAP_S, BACK_OFF_S * 2 ** min(failures, 10)))
            await asyncio.sleep(max(wait, self._not_before - time.monotonic()))

    async def _connect(self) -> None:
        self._token = self._token or await self.guest.token()
        self._connection = Connection(self.guest.port, self.guest.cookie_header, self._received)
        positions = {room: self.positions[room] for room in self.opened if room in self.positions}
        hello = {"v": 1, "token": self._token, "rooms": positions}
        self._request("session.hello", hello, lambda frame: self._hello_answered(frame, positions))
        await self._connection.run()

    def _lost(self) -> None:
        self.history.add("cut", "", "info")
        self.greeted.clear()
        self._connection = None
        self._opening.clear()
        self._outbox.cut()

    def _hello_answered(self, frame: Frame | None, positions: dict[str, dict[str, int]]) -> None:
        if frame is None:
            return
        if error := frame.get("error"):  # without one the server says bye
            self._not_before = time.monotonic() + (error.get("data", {}).get("retry_after_ms") or 0) / 1000
            self.cut()
            return
        self.counts["connected"] += 1
        self._token = frame["result"]["token"]
        self.greeted.set()
        opened = frame["result"]["opened"]
        for room, opening in opened.items():
            self._room_opened(room, opening, positions[room])
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

    def _room_opened(self, room: str, opening: dict[str, Any], asked: dict[str, int] | None) -> None:
        """What follows begins after the position asked for, or after the snapshot."""
        if "error" in opening:
            self.history.add("open", room, "fail", body=opening["error"])
            self.counts["not_opened"] += 1
            asyncio.get_running_loop().call_later(0.2, self._open_again, room)
            return
        self.counts[opening["mode"]] += 1
        if opening["mode"] == "snapshot":
            snapshot = opening["snapshot"]
            self.positions[room] = {"o": snapshot["head"]["o"], "t": snapshot["head"]["t"]}
            self.lines.setdefault(room, Lines()).opened(snapshot["lines"])
            self._moved.set()
            asked = self.positions[room]
        self.history.add("open", room, "ok", o=asked["o"] if asked else 0, body={"mode": opening["mode"]})

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
        if params["code"] == TOKEN_WANTED:
            self._token = None
        if params["code"] >= NEVER_AGAIN:
            raise Ended(f"{self.guest.name}: {params}")

    def _event(self, event: dict[str, Any]) -> None:
        room, o = event["room"], event["o"]
        body = {"t": event["t"], "kind": event["kind"], "by": event.get("by"), "data": event.get("data")}
        self.history.add("receive", room, "ok", cid=event.get("cid"), o=o, body=body)
        if o > self.offset(room) + 1:
            self.counts["gaps"] += 1
            self._open(room)
        elif o == self.offset(room) + 1:
            self.positions[room] = {"o": o, "t": event["t"]}
            self.lines.setdefault(room, Lines()).received(event)
            self._moved.set()
            self._seen(event)

    def _seen(self, event: dict[str, Any]) -> None:
        if entry := self._outbox.get(event.get("cid")):
            self._stored(entry, {"room": event["room"], "o": event["o"], "at": event["at"]})

    def _post(self, room: str) -> None:
        """Sends the first of the room's entries, unless one is on its way."""
        entry = self._outbox.to_send(room)
        if not entry or not self.greeted.is_set():
            return
        entry.sent = True
        self.history.add(entry.method, room, "invoke", cid=entry.cid, body=entry.params)
        for _ in range(2 if self.random.random() < self._doubles else 1):
            self._request(entry.method, entry.params, lambda frame: self._answered(entry, frame))

    def _answered(self, entry: LogEvent, frame: Frame | None) -> None:
        if frame is None:
            self.history.add(entry.method, entry.room, "info", cid=entry.cid)
        elif "result" in frame:
            self._stored(entry, frame["result"])
        elif frame["error"]["code"] in UNKNOWN_TYPES:
            self._refused_for_now(entry, frame["error"])
        else:
            self.history.add(entry.method, entry.room, "fail", cid=entry.cid, body=frame["error"])
            self._done(entry)
            if not entry.answer.done():
                entry.answer.set_exception(Refused(frame["error"]))

    def _refused_for_now(self, entry: LogEvent, error: dict[str, Any]) -> None:
        self.counts[f"answered_{error['code']}"] += 1
        self.history.add(entry.method, entry.room, "info", cid=entry.cid, body=error)
        wait = (error.get("data", {}).get("retry_after_ms") or 200) / 1000
        asyncio.get_running_loop().call_later(wait, self._again, entry, self._connection)

    def _again(self, entry: LogEvent, connection: Connection | None) -> None:
        if connection is self._connection:
            entry.sent = False
            self._post(entry.room)

    def _stored(self, entry: LogEvent, stored: dict[str, Any]) -> None:
        self.history.add(entry.method, entry.room or stored["room"], "ok", cid=entry.cid, o=stored["o"])
        if not entry.answer.done():
            entry.answer.set_result(stored)
        self._done(entry)

    def _done(self, entry: LogEvent) -> None:
        self._outbox.done(entry)
        self._post(entry.room)


def settle(answer: "asyncio.Future[dict[str, Any]]", frame: Frame | None) -> None:
    if answer.done():
        return
    if frame is None:
        answer.set_exception(ConnectionLost())
    elif "error" in frame:
        answer.set_exception(Refused(frame["error"]))
    else:
        answer.set_result(frame["result"])
