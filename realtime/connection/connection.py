"""A connection carries out the effects of its session, and runs its requests in order."""

import asyncio
import logging
from collections.abc import Awaitable, Iterable, Sequence
from functools import partial
from typing import Any, Final

from realtime import errors
from realtime.background import BackgroundTasks
from realtime.connection.hello import answer_hello
from realtime.connection.send_queue import Check, SendQueue
from realtime.connection.transports import Transport
from realtime.errors import Close, Closed, RealtimeError, not_found
from realtime.hub.subscriber import Subscriber
from realtime.methods import Call
from realtime.process import Process
from realtime.types import LogKey, RequestId
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

logger = logging.getLogger(__name__)

READS_AT_ONCE: Final = 2
"""Requests of the lane `read` that one connection has under way. The others wait."""


class Connection:
    """Connects one transport to the process, in the event loop. It does not know what methods mean."""

    def __init__(
        self, process: Process, transport: Transport, session_key: str | None, network: str | None = None
    ) -> None:
        """`network` is the client's address as `network_of` gives it."""
        self._process, self._limits, self._transport = process, process.limits, transport
        requests_of_address = process.shared.of_address(network)
        self.session = Session(
            process.backend.methods, process.limits, process.now(), process.random, requests_of_address
        )
        self.queue = SendQueue(transport, process.limits, process.now, self.session.ping)
        self.subscriber = Subscriber(self.queue, self.end, session_key)
        self._writes: list[tuple[CallMethod, Call]] = []
        """Requests that wait to be preprocessed."""
        self._hub_requests: list[HubRequest] = []
        self._reads: list[CallMethod] = []
        self._reading = 0
        self._unanswered = 0
        """Reads and writes. The hub's requests have a bound of their own."""
        self._tasks = BackgroundTasks("a connection")

    def start(self) -> None:
        self._process.enter(self)
        self._tasks.start(self._run_transport())

    def stop(self) -> None:
        """Forget a connection whose transport is gone. What the writer has is still written."""
        self.session.close()
        self._process.leave(self)
        self._tasks.cancel()

    def receive(self, text: str) -> None:
        self._carry_out(self.session.receive(text, self._process.now()))

    def receive_binary(self) -> None:
        self._carry_out(self.session.receive_binary(self._process.now()))

    def heartbeat(self, now: float) -> None:
        """Send a ping when it is time, and check whether the client reads. Called four times a second."""
        self._carry_out(self.session.tick(now))
        match self.queue.check(now):
            case Check.DRAINED:
                self._process.hub.subscriptions.resume(self.subscriber)
            case Check.TIMED_OUT:
                self.end(errors.SLOW)

    def end(self, close: Close) -> None:
        """Tell the client why, then close."""
        self.session.close()
        self.queue.end(close)

    async def _run_transport(self) -> None:
        try:
            await self._transport.run()
        except Exception as error:
            logger.info("a transport failed: %r", error)
            self.stop()

    def _carry_out(self, effects: Sequence[Effect]) -> None:
        for effect in effects:
            match effect:
                case Send(text):
                    self.queue.write(text)
                case End(close):
                    self.end(close)
                case PongReceived(ping):
                    self.queue.pong(ping)
                case VisibilityChanged(visible):
                    self._process.hub.signals.set_visible(self.subscriber, visible)
                case Authenticate():
                    self._tasks.start(self._answer_with(effect.id, self._authenticate(effect), effect.hello.rooms))
                case HubRequest():
                    self._call_hub(effect)
                case CallMethod():
                    self._call_method(effect)

    async def _authenticate(self, request: Authenticate) -> dict[str, Any]:
        result = await answer_hello(self._process, self.subscriber, request.hello)
        limits = self._process.shared.of_user(self.subscriber.caller.id)
        self.session.authenticated(self._process.now(), limits.requests, limits.violations)
        return result

    # Answers

    async def _answer_with(
        self, request: RequestId | None, work: Awaitable[Any], opened: Iterable[LogKey] = ()
    ) -> None:
        """Answer with the value or the error of the work. Events of the rooms that it opened come only after it."""
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
            self._process.hub.subscriptions.replay(self.subscriber, room)

    def _answer(self, request: RequestId | None, outcome: Outcome) -> None:
        if request is None or self.queue.ending:
            return
        if isinstance(outcome, Answer):
            self.queue.write(messages.response(request, outcome.result))
        else:
            self.queue.write(messages.error_response(request, outcome))

    # Requests that the hub answers: in order

    def _call_hub(self, request: HubRequest) -> None:
        if len(self._hub_requests) >= self._limits.waiting:
            return self._answer(request.id, errors.too_fast(500, "too_many_waiting"))
        self._hub_requests.append(request)
        if len(self._hub_requests) == 1:
            self._tasks.start(self._call_hub_in_order())
        return None

    async def _call_hub_in_order(self) -> None:
        while self._hub_requests:
            request = self._hub_requests[0]
            await self.queue.drained()
            await self._answer_with(request.id, self._hub_answer(request), [request.params.room])
            self._hub_requests.pop(0)

    async def _hub_answer(self, request: HubRequest) -> Any:
        """Return the hub's answer. When it is late, the requests behind it get the same error at once."""
        try:
            async with asyncio.timeout(self._limits.answer_s):
                return await self._process.hub.answer(self.subscriber, request)
        except TimeoutError:
            late = errors.unavailable("the database did not answer in time")
            for behind in self._hub_requests[1:]:
                self._answer(behind.id, late)
            del self._hub_requests[1:]
            raise late from None

    # Methods of the apps

    def _call_method(self, request: CallMethod) -> None:
        if self._unanswered >= self._limits.waiting:
            return self._answer(request.id, errors.too_fast(500, "too_many_waiting"))
        if request.method.lane == "now":
            return self._call_now(request)
        self._unanswered += 1
        if request.method.lane == "write":
            return self._write(request)
        self._reads.append(request)
        if self._reading < READS_AT_ONCE:
            self._reading += 1
            self._tasks.start(self._read_in_turn())
        return None

    def _call(self, request: CallMethod) -> Call:
        process = self._process
        here, absent_ms, live = process.hub.rooms.here, process.hub.rooms.absent_ms, process.status
        return Call(request.method, self.subscriber.caller, request.params, here=here, absent_ms=absent_ms, live=live)

    def _call_now(self, request: CallMethod) -> None:
        """Answer from memory, at once."""
        call = self._call(request)
        room = getattr(request.params, "room", LogKey(""))
        call.scopes = self._process.hub.rooms.scopes(self.subscriber, room)
        try:
            if call.scopes is None:
                raise not_found("open the room first")
            for signal in call.run():
                self._process.hub.signals.send(signal)
            self._answer(request.id, Answer({}))
        except RealtimeError as error:
            self._answer(request.id, error)

    async def _read_in_turn(self) -> None:
        """Read while requests wait, each after the client has taken the answers before it."""
        while self._reads:
            request = self._reads.pop(0)
            await self.queue.drained()
            await self._answer_with(request.id, self._read(request))
        self._reading -= 1

    async def _read(self, request: CallMethod) -> Any:
        try:
            call = self._call(request)
            call.preprocessed = await self._preprocess(request)
            return await self._process.readers.run(call.run)
        finally:
            self._unanswered -= 1

    def _write(self, request: CallMethod) -> None:
        """Pass a request to the writer, in the order received, preprocessing included."""
        call = self._call(request)
        call.arrived = self._process.now()
        if request.method.runs_at_once(request.params) and not (self._writes or self.queue.lagging):
            return self._write_at_once(request, call)
        self._writes.append((request, call))
        if len(self._writes) == 1:
            self._tasks.start(self._write_in_order())
        return None

    def _write_at_once(self, request: CallMethod, call: Call) -> None:
        """Preprocess here what takes less time than passing it to a thread and back."""
        try:
            call.preprocessed = request.method.preprocessed(request.params)
            self._process.writer.enqueue(call, partial(self._written, request))
        except Exception as error:
            self._not_preprocessed(request, error)

    async def _write_in_order(self) -> None:
        while self._writes:
            request, call = self._writes[0]
            await self.queue.drained()
            try:
                call.preprocessed = await self._preprocess(request)
                self._process.writer.enqueue(call, partial(self._written, request))
            except Exception as error:
                self._not_preprocessed(request, error)
            self._writes.pop(0)

    async def _preprocess(self, request: CallMethod) -> Any:
        method = request.method
        if method.runs_at_once(request.params):
            return method.preprocessed(request.params)
        budget = self._process.shared.of_user(self.subscriber.caller.id).cpu
        return await budget.run(method.preprocessed, request.params)

    def _not_preprocessed(self, request: CallMethod, error: Exception) -> None:
        if not isinstance(error, RealtimeError):
            logger.error("%s could not be preprocessed", request.method.name, exc_info=error)
            error = RealtimeError(500, "internal")
        self._written(request, error)

    def _written(self, request: CallMethod, outcome: Outcome) -> None:
        self._unanswered -= 1
        self._answer(request.id, outcome)
