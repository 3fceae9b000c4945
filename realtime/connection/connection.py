"""One connection: carries out the session's effects and keeps durable requests in order.

It knows a `Transport` and the process; it does not know what a message is.
"""

import asyncio
import logging
from collections.abc import Coroutine, Iterable, Sequence
from functools import partial
from typing import TYPE_CHECKING, Any, Final

from realtime import errors
from realtime.connection.send_queue import SendQueue, SlowConsumer
from realtime.connection.transports import Transport
from realtime.errors import Close, Closed, RealtimeError, not_found
from realtime.methods import Call
from realtime.types import NOBODY, Caller, LogKey, RequestId
from realtime.wire import messages
from realtime.wire.session import (
    Authenticate,
    CallMethod,
    Effect,
    End,
    HubRequest,
    PongReceived,
    Send,
    Session,
    VisibilityChanged,
)
from realtime.workers.jobs import Answer, Outcome

if TYPE_CHECKING:
    from realtime.process import Process

logger = logging.getLogger(__name__)

READS: Final = 2
"""requests of the lane `read` that one connection has under way; the others wait for their turn"""


class Connection:
    """Between one transport and the process. All of it runs in the event loop."""

    def __init__(
        self, process: "Process", transport: Transport, session_key: str | None, network: str | None = None
    ) -> None:
        """`network` is what of the client's address is counted as one (see `network_of`)."""
        self._process, self.session_key = process, session_key
        self._limits, self._transport = process.limits, transport
        address = process.address_gate(network)
        self.session = Session(process.backend.methods, process.limits, process.now(), process.random, address)
        self.caller: Caller = NOBODY
        self.out = SendQueue(transport, process.limits, process.now, self.session.ping)
        self.rooms: set[LogKey] = set()
        """rooms it listens to; the hub's"""
        self.visible = True
        """is its page before somebody's eyes; the hub's"""
        self._durable: list[tuple[CallMethod, Call]] = []
        """what waits for its turn to be prepared"""
        self._looks: list[HubRequest] = []
        self._reads: list[CallMethod] = []
        self._reading = 0
        self._waiting = 0
        self._tasks: set[asyncio.Task[None]] = set()

    def start(self) -> None:
        self._process.enter(self)
        self._spawn(self._pump())

    def stop(self) -> None:
        """The transport is gone. What the writer holds is still written; nobody is told."""
        self.session.close()
        self._process.leave(self)
        for task in self._tasks:
            task.cancel()

    def receive(self, text: str) -> None:
        self._do(self.session.receive(text, self._process.now()))

    def receive_binary(self) -> None:
        self._do(self.session.receive_binary(self._process.now()))

    def tick(self, now: float) -> None:
        """Four times a second: heartbeat and the bounds of a slow reader."""
        self._do(self.session.tick(now))
        match self.out.watch(now):
            case SlowConsumer.CAUGHT_UP:
                self._process.hub.resume(self)
            case SlowConsumer.STUCK:
                self.end(errors.SLOW)

    def end(self, close: Close) -> None:
        """Say why, then close."""
        self.session.close()
        self.out.end(close)

    async def _pump(self) -> None:
        try:
            await self._transport.run()
        except Exception as gone:
            logger.info("a transport failed: %r", gone)
            self.stop()

    # In

    def _do(self, effects: Sequence[Effect]) -> None:
        for effect in effects:
            match effect:
                case Send(text):
                    self.out.put(text)
                case End(close):
                    self.end(close)
                case PongReceived(ping):
                    self.out.answered(ping)
                case VisibilityChanged(visible):
                    self._process.hub.signals.seen(self, visible)
                case Authenticate():
                    self._spawn(self._reply(effect.id, self._greet(effect), effect.hello.rooms))
                case HubRequest():
                    self._look(effect)
                case CallMethod():
                    self._invoke(effect)

    async def _greet(self, greet: Authenticate) -> Any:
        result = await self._process.greet(self, self.session_key, greet.hello)
        gate = self._process.gate(self.caller.id)
        self.session.greeted(self._process.now(), gate.requests, gate.strikes)
        return result

    async def _reply(
        self, request: RequestId | None, work: Coroutine[Any, Any, Any], opened: Iterable[LogKey] = ()
    ) -> None:
        """Answer with the work's value or its refusal; only then may events of the rooms it opened follow."""
        try:
            self._answer(request, Answer(await work))
        except Closed as closed:
            self.end(closed.close)
        except RealtimeError as error:
            self._answer(request, error)
        except Exception:
            logger.exception("a request failed")
            self._answer(request, RealtimeError(500, "internal"))
        for room in opened:
            self._process.hub.follow(self, room)

    def _answer(self, request: RequestId | None, outcome: Outcome) -> None:
        if request is None or self.out.ending:
            return
        if isinstance(outcome, Answer):
            self.out.put(messages.response(request, outcome.result))
        else:
            self.out.put(messages.error_response(request, outcome))

    def _look(self, look: HubRequest) -> None:
        """Opening and closing rooms, in the order received; at most `waiting` unanswered."""
        if len(self._looks) >= self._limits.waiting:
            return self._answer(look.id, errors.too_fast(500, "too_many_waiting"))
        self._looks.append(look)
        if len(self._looks) == 1:
            self._spawn(self._look_in_order())
        return None

    async def _look_in_order(self) -> None:
        while self._looks:
            look = self._looks[0]
            await self.out.roomy()
            await self._reply(look.id, self._looked(look), [look.params.room])
            self._looks.pop(0)

    async def _looked(self, look: HubRequest) -> Any:
        """The hub's answer in time. When it is late, what waits behind it is refused too and not kept waiting again."""
        try:
            async with asyncio.timeout(self._limits.answer_s):
                return await self._process.look(self, look)
        except TimeoutError:
            late = errors.unavailable("the database did not answer in time")
            for behind in self._looks[1:]:
                self._answer(behind.id, late)
            del self._looks[1:]
            raise late from None

    def _invoke(self, invoke: CallMethod) -> None:
        if invoke.method.lane == "write":
            return self._write(invoke)
        if self._waiting >= self._limits.waiting:
            return self._answer(invoke.id, errors.too_fast(500, "too_many_waiting"))
        if invoke.method.lane == "now":
            return self._now(invoke)
        self._waiting += 1
        self._reads.append(invoke)
        if self._reading < READS:
            self._reading += 1
            self._spawn(self._read_in_turn())
        return None

    def _call(self, invoke: CallMethod) -> Call:
        process = self._process
        here, absent_ms, live = process.here, process.absent_ms, process.live
        return Call(invoke.method, self.caller, invoke.params, here=here, absent_ms=absent_ms, live=live)

    async def _read_in_turn(self) -> None:
        """Each once there is room for its answer: what a client does not take is not made."""
        while self._reads:
            invoke = self._reads.pop(0)
            await self.out.roomy()
            await self._reply(invoke.id, self._read(invoke))
        self._reading -= 1

    async def _read(self, invoke: CallMethod) -> Any:
        try:
            return await self._process.readers.run(self._call(invoke).run)
        finally:
            self._waiting -= 1

    def _now(self, invoke: CallMethod) -> None:
        """Memory only, so it answers at once."""
        call = self._call(invoke)
        call.labels = self._process.hub.rooms.labels(self, getattr(invoke.params, "room", LogKey("")))
        try:
            if call.labels is None:
                raise not_found("open the room first")
            for signal in call.run():
                self._process.hub.signals.send(signal)
            self._answer(invoke.id, Answer({}))
        except RealtimeError as error:
            self._answer(invoke.id, error)

    def _write(self, invoke: CallMethod) -> None:
        """In the order received, the preparation included; at most `waiting` unanswered."""
        if self._waiting >= self._limits.waiting:
            return self._answer(invoke.id, errors.too_fast(500, "too_many_waiting"))
        self._waiting += 1
        call = self._call(invoke)
        call.arrived = self._process.now()
        if invoke.method.runs_at_once(invoke.params) and not (self._durable or self.out.lagging):
            return self._prepared(invoke, call)
        self._durable.append((invoke, call))
        if len(self._durable) == 1:
            self._spawn(self._write_in_order())
        return None

    def _prepared(self, invoke: CallMethod, call: Call) -> None:
        """Prepare here and now what takes less time than a hop to a thread."""
        try:
            call.preprocessed = invoke.method.preprocessed(invoke.params)
            self._process.writer.enqueue(call, partial(self._written, invoke))
        except Exception as error:
            self._unprepared(invoke, error)

    async def _write_in_order(self) -> None:
        while self._durable:
            invoke, call = self._durable[0]
            await self.out.roomy()
            try:
                call.preprocessed = await self._preparation(invoke)
                self._process.writer.enqueue(call, partial(self._written, invoke))
            except Exception as error:
                self._unprepared(invoke, error)
            self._durable.pop(0)

    async def _preparation(self, invoke: CallMethod) -> Any:
        method = invoke.method
        if method.runs_at_once(invoke.params):
            return method.preprocessed(invoke.params)
        return await self._process.gate(self.caller.id).cpu.run(method.preprocessed, invoke.params)

    def _unprepared(self, invoke: CallMethod, error: Exception) -> None:
        if not isinstance(error, RealtimeError):
            logger.error("%s could not be prepared", invoke.method.name, exc_info=error)
            error = RealtimeError(500, "internal")
        self._written(invoke, error)

    def _written(self, invoke: CallMethod, outcome: Outcome) -> None:
        self._waiting -= 1
        self._answer(invoke.id, outcome)

    def _spawn(self, work: Coroutine[Any, Any, None]) -> None:
        task = asyncio.create_task(work)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)
