"""One process's real-time half: hub, writer, readers, clock. One an event loop, started by the first ASGI call.

It owns the tasks; whoever needs a piece is given it.
"""

import asyncio
import contextlib
import logging
import secrets
import time
from collections.abc import Callable, Collection, Sequence
from dataclasses import replace
from functools import partial
from random import SystemRandom
from typing import TYPE_CHECKING, Any, Final, NamedTuple
from weakref import WeakKeyDictionary

from channels.layers import get_channel_layer
from django.conf import settings
from django.db import DatabaseError

from realtime import errors, log, steady_clock, types
from realtime.errors import Close, Closed, RealtimeError
from realtime.hub import login_check
from realtime.hub.hub import Hub
from realtime.limits import TokenBucket, limits_of
from realtime.log.event import LogEvent
from realtime.methods import Backend
from realtime.metrics import Metrics
from realtime.security import login_of, token_fits, token_make, user_of
from realtime.server import accept_throttle, on_drain
from realtime.server.denial import deny
from realtime.status import status_of
from realtime.storage import timeouts
from realtime.types import NOBODY, Caller, Labels, LogKey, Signal, UserId
from realtime.wire.messages import Hello
from realtime.wire.rate_limits import VIOLATIONS_S, AddressLimiter, Violations
from realtime.wire.session import HubRequest, hello_cost
from realtime.workers import deadlines, last_seen
from realtime.workers.preprocessing import CpuBudget, PreprocessPool
from realtime.workers.readers import Readers
from realtime.workers.writer import Writer

if TYPE_CHECKING:
    from realtime.connection.connection import Connection

logger = logging.getLogger(__name__)

HEART_S: Final = 0.25
CLOCK_S: Final = 1.0
HELLOS: Final = 16
"""that wait for their answers at a time; with so many, connections wait in the kernel's queue"""
GREETED: Final = 2
"""hellos at a time: with more of them in the readers' threads the loop and the writer wait for the interpreter"""
LIVE_S: Final = 5.0
TOLD: Final = ("rate", "burst", "frame_bytes", "waiting", "rooms_open")
"""limits that a client keeps to"""


class Gate(NamedTuple):
    """The limits that all connections of one user share: the rate, the strikes, the CPU time of their texts."""

    requests: TokenBucket
    strikes: Violations
    cpu: CpuBudget


class Process:
    """All connections of one event loop, and what they share."""

    running: "WeakKeyDictionary[asyncio.AbstractEventLoop, Process]" = WeakKeyDictionary()

    def __init__(self, backend: Backend, name: str = "") -> None:
        self.backend = backend
        self.limits = limits_of(settings.REALTIME)
        self.now: Callable[[], float] = time.monotonic
        self.random = SystemRandom()
        self.readers = Readers(self.limits.answer_s)
        self.meters = Metrics(self.now())
        self.hub = Hub(
            name or secrets.token_hex(4),
            self.limits,
            backend,
            self.readers,
            get_channel_layer(),
            self.now,
            self.meters,
            self._ended_logins,
        )
        self.writer = Writer(self.limits, self.meters, self.hub.committed)
        self.addresses = AddressLimiter(self.limits.address_connections)
        self._connections: set[Connection] = set()
        self.preparers = PreprocessPool(self.limits.answer_s)
        self._gates: dict[UserId, Gate] = {}
        self._address_gates: dict[str, TokenBucket] = {}
        self._met: set[int] = set()
        """who has said hello since the app was told who is seen"""
        self._tasks: list[asyncio.Task[None]] = []
        self._unlisten: Callable[[], None] = lambda: None
        self._undrain: Callable[[], None] = lambda: None
        self._started: asyncio.Task[None] | None = None
        self.draining = self._stopped = False
        self._emptied = asyncio.Event()
        self._hellos = 0
        self._greeting = asyncio.Semaphore(GREETED)

    @classmethod
    async def of(cls, backend: Backend) -> "Process":
        """The process of the running loop, started once."""
        loop = asyncio.get_running_loop()
        if loop not in cls.running:
            cls.running[loop] = cls(backend)
        process = cls.running[loop]
        await process.start()
        return process

    async def start(self) -> None:
        if self._started is None or (self._started.done() and not self._tasks):  # the last try failed
            self._started = asyncio.create_task(self._start())
        await asyncio.shield(self._started)

    async def _start(self) -> None:
        self._loop = asyncio.get_running_loop()
        timeouts.answer_s = self.limits.answer_s
        await self._continue_time()
        await self.hub.start()
        self._undrain = on_drain(self.drain)
        self._unlisten = log.listen(partial(_from_thread, asyncio.get_running_loop(), self.hub.committed))
        self.writer.start()
        self.preparers.start(self.backend.start)
        work = (
            (self._beat, HEART_S),
            (self._tick, 1.0),
            (self.hub.sweep, self.limits.sweep_s),
            (self._claim, CLOCK_S),
            (self.tell_seen, last_seen.SEEN_EVERY_S),
            (self.check_logins, login_check.LOGINS_S),
        )
        self._tasks = [asyncio.create_task(_every(seconds, task), name=task.__name__) for task, seconds in work]

    async def _continue_time(self) -> None:
        """Begin no earlier than the newest event, if the database tells when that was."""
        try:
            steady_clock.STEADY.continue_after(await self.readers.run(log.newest_at))
        except (RealtimeError, DatabaseError) as error:
            logger.warning("the time of the newest event is not known: %s", error)

    async def drain(self) -> None:
        """Take nobody in, finish the batch, send everybody away with spread times; then stop."""
        self.draining = True
        await self.writer.finish()
        await asyncio.sleep(0)  # the answers go out before the goodbye
        if not self._connections:
            self._emptied.set()
        for connection in list(self._connections):
            connection.end(errors.draining(self.random.randrange(100, 5000)))
        with contextlib.suppress(TimeoutError):
            await asyncio.wait_for(self._emptied.wait(), self.limits.drain_s)
        await self.stop()

    async def stop(self) -> None:
        if self._stopped:
            return
        self._stopped = True
        for connection in list(self._connections):
            connection.stop()
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)
        await self.writer.stop()
        self._unlisten()
        self._undrain()
        await self.hub.stop()
        self.preparers.stop()
        await self.readers.stop()
        timeouts.answer_s = None

    # Connections

    def enter(self, connection: "Connection") -> None:
        self._connections.add(connection)
        if self.draining:
            connection.end(errors.draining(self.random.randrange(100, 5000)))

    def leave(self, connection: "Connection") -> None:
        self._connections.discard(connection)
        self.hub.rooms.leave(connection)
        if self.draining and not self._connections:
            self._emptied.set()

    def gate(self, user: UserId) -> Gate:
        """Return what all connections of a user to this process share."""
        if user not in self._gates:
            now, limits = self.now(), self.limits
            cpu = TokenBucket(limits.cpu_rate, limits.cpu_burst, now)
            budget = CpuBudget(self.preparers, cpu, lambda: self.now())
            self._gates[user] = Gate(TokenBucket(limits.rate, limits.burst, now), Violations(VIOLATIONS_S), budget)
        return self._gates[user]

    def address_gate(self, network: str | None) -> TokenBucket | None:
        """The rate that all connections of a public address to this process share; None where it has no limit."""
        if network is None or not self.limits.address_rate:
            return None
        if network not in self._address_gates:
            self._address_gates[network] = TokenBucket(self.limits.address_rate, self.limits.address_burst, self.now())
        return self._address_gates[network]

    async def caller_of(self, session_key: str) -> Caller | None:
        """Who stands behind a login session now: two queries."""
        return await self.readers.run(self._caller, session_key)

    def _read_for(
        self, session_key: str, rooms: Collection[LogKey]
    ) -> tuple[Caller, Sequence[dict[str, Any]], dict[LogKey, Labels | RealtimeError]]:
        """Who says hello, their memberships, and their labels in the rooms that they open."""
        caller = self._caller(session_key)
        if caller is None:
            raise Closed(errors.BANNED)
        return caller, self.backend.welcome(caller), self.hub.labels(caller, rooms)

    def _caller(self, session_key: str) -> Caller | None:
        user = user_of(session_key)
        login = login_of(session_key)
        if user is None:
            raise Closed(errors.TOKEN if self.backend.moved([login]) else errors.LOGIN_ENDED)
        caller = self.backend.user(user)
        return caller and replace(caller, login=login)

    def _ended_logins(self, session_keys: Collection[str]) -> dict[str, Close]:
        """Which of these login sessions nobody may come in with, and how their connections end."""
        ended: dict[str, Close] = {}
        for key in session_keys:
            try:
                if self._caller(key) is None:
                    ended[key] = errors.BANNED
            except Closed as closed:
                ended[key] = closed.close
        return ended

    async def greet(self, connection: "Connection", session_key: str | None, hello: Hello) -> dict[str, Any]:
        """Hello's result; nobody else is let in while too many wait for theirs."""
        self._hellos += 1
        try:
            if self._hellos == HELLOS:
                accept_throttle.pause()
            return await self._greet(connection, session_key, hello)
        finally:
            self._hellos -= 1
            if self._hellos == HELLOS - 1:
                accept_throttle.resume()

    async def _greet(self, connection: "Connection", session_key: str | None, hello: Hello) -> dict[str, Any]:
        """Hello's result; `Closed` where the connection has to end.

        One way to a reader asks three queries, and for each room it opens one: may it be read? A room that nobody here
        has open yet asks one more for its ring, a position older than the ring one. Another way brings all snapshots.
        """
        if session_key is None or not token_fits(hello.token, session_key):
            raise Closed(errors.TOKEN)
        before = self.hub.revocation.count
        await self._turn_to_greet()
        try:
            found = await self.readers.run(self._read_for, session_key, hello.rooms)
        finally:
            self._greeting.release()
        connection.caller, memberships, labels = found
        caller = connection.caller
        self._met.add(caller.pk)
        if len(self.hub.rooms.of_user(caller.id)) >= self.limits.user_connections:
            raise Closed(errors.Close(4029, "too_fast", 30_000))
        if wait := self.gate(caller.id).requests.take(self.now(), hello_cost(hello)):
            raise Closed(errors.Close(4029, "too_fast", wait))
        self.hub.rooms.enrol(connection, memberships)
        if before != self.hub.revocation.count:
            connection.caller = caller = await self._admitted(session_key)
            await self.hub.revocation.again(connection)
            memberships = [each for each in memberships if each["key"] in connection.rooms]
        opened = await self.hub.open_all(connection, hello.rooms, labels, before)
        return {
            "v": types.VERSION,
            "user": {"id": caller.id, **caller.person},
            "token": token_make(session_key),
            "now": log.now_ms(),
            "ping_ms": round(self.limits.ping_s * 1000),
            "limits": {name: getattr(self.limits, name) for name in TOLD},
            "rooms": [{**membership, "here": self.here(membership["key"])} for membership in memberships],
            "opened": {
                room: {"error": answer.as_error()} if isinstance(answer, RealtimeError) else answer
                for room, answer in opened.items()
            },
        }

    async def _turn_to_greet(self) -> None:
        try:
            await asyncio.wait_for(self._greeting.acquire(), self.limits.answer_s)
        except TimeoutError:
            raise errors.unavailable("others before you have not been answered") from None

    async def _admitted(self, session_key: str) -> Caller:
        caller = await self.caller_of(session_key)
        if caller is None:
            raise Closed(errors.BANNED)
        return caller

    def here(self, key: LogKey) -> int:
        room = self.hub.rooms.get(key)
        return room.here if room else 0

    def absent_ms(self, key: LogKey, user: UserId) -> int:
        """Since when somebody is not in a room; who was never seen, since it was looked at here."""
        room = self.hub.rooms.get(key)
        return room.absent_ms(user, self.now()) if room else 0

    @property
    def connections(self) -> Collection["Connection"]:
        return self._connections

    def live(self) -> dict[str, Any]:
        """What this process tells of itself, asked from a reader's thread: the loop answers within a turn."""
        asked = asyncio.run_coroutine_threadsafe(self._live(), self._loop)
        try:
            return asked.result(LIVE_S)
        except TimeoutError:
            raise errors.unavailable("the server is busy") from None

    async def _live(self) -> dict[str, Any]:
        return status_of(self)

    async def look(self, connection: "Connection", look: HubRequest) -> Any:
        """The requests that the hub answers."""
        room = look.params.room
        if look.name == "room.open":
            return await self.hub.open(connection, room, look.params.position)
        if look.name == "presence.read":
            return self.hub.people(connection, room)
        self.hub.close(connection, room)
        return {}

    # Tasks

    async def _beat(self) -> None:
        now = self.now()
        self.writer.refuse_late()
        for connection in list(self._connections):
            try:
                connection.tick(now)
            except Exception:
                logger.exception("a connection failed")
                connection.end(errors.FAILED)

    async def _tick(self) -> None:
        now = self.now()
        self.hub.signals.tick(now)
        repaired = sum(self.hub.repaired.values())
        self.meters.tick(now, connections=len(self._connections), queued=self.writer.queued, repaired=repaired)
        for user, gate in list(self._gates.items()):
            if gate.requests.idle(now) > VIOLATIONS_S and not self.hub.rooms.of_user(user):
                del self._gates[user]
        for network, bucket in list(self._address_gates.items()):
            if bucket.idle(now) > VIOLATIONS_S and network not in self.addresses:
                del self._address_gates[network]

    async def tell_seen(self) -> None:
        """Tell the app who is connected, and who was since the last time."""
        here = (self._met | {connection.caller.pk for connection in self._connections}) - {NOBODY.pk}
        if here and not isinstance(
            await self.writer.submit(last_seen.users_seen(self.backend.seen, here)), RealtimeError
        ):
            self._met -= here

    async def check_logins(self) -> None:
        await login_check.check(self)

    async def _claim(self) -> None:
        """All that is due, look by look; what failed waits for the next second."""
        full = True
        while full:
            due = await self.readers.run(deadlines.due)
            outcomes = await asyncio.gather(*(self.writer.submit(job) for job in due))
            failed = [outcome for outcome in outcomes if isinstance(outcome, RealtimeError)]
            for job, outcome in zip(due, outcomes, strict=True):
                if isinstance(outcome, RealtimeError) and outcome.code != 503:
                    await self.writer.submit(job.postponement)
            full = len(due) == deadlines.DUE_AT_ONCE and not failed


def _from_thread(
    loop: asyncio.AbstractEventLoop,
    committed: log.Listener,
    entries: Sequence[LogEvent],
    signals: Sequence[Signal],
) -> None:
    """Commits happen in threads; the hub lives in the loop. A loop that has ended takes nothing."""
    if not loop.is_closed():
        loop.call_soon_threadsafe(committed, entries, signals)


async def _every(seconds: float, work: Callable[[], Any]) -> None:
    """Work, wait, work: a failure costs one turn. A row of refusals is logged once."""
    refused = False
    while True:
        try:
            await work()
            refused = False
        except RealtimeError as error:
            if not refused:
                logger.warning("%s: %s", getattr(work, "__name__", work), error.detail)
            refused = True
        except Exception:
            logger.exception("%s failed", getattr(work, "__name__", work))
        await asyncio.sleep(seconds)


class LifespanMiddleware:
    """ASGI middleware: the first call of a loop starts its process, so that deadlines do not wait for a WebSocket."""

    def __init__(self, application: Any, backend: Backend) -> None:
        self._application, self._backend = application, backend

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        try:
            await Process.of(self._backend)
        except RealtimeError as error:
            logger.warning("the process cannot start: %s", error.detail)
            return await _turn_away(scope, receive, send)
        await self._application(scope, receive, send)


async def _turn_away(scope: Any, receive: Any, send: Any) -> None:
    """503 before the first answer of the database: nothing of the application can be had."""
    headers = [(b"content-type", b"text/plain; charset=utf-8"), (b"retry-after", b"5")]
    sentence = "The database does not answer. Try again in a few seconds."
    if scope["type"] == "websocket":
        await receive()
        return await deny(scope, send, 503, sentence, headers[1:])
    await send({"type": "http.response.start", "status": 503, "headers": headers})
    await send({"type": "http.response.body", "body": f"{sentence}\n".encode()})
