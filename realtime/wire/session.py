"""The protocol state of one connection, sans I/O: text in, effects out. Times are seconds, monotonic, and arguments.

It never awaits, never queries, and never decides what a method means.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from random import Random
from typing import Any, Final

import msgspec

from realtime import errors, types
from realtime.errors import Close, RealtimeError
from realtime.limits import Limits, TokenBucket
from realtime.methods import Method
from realtime.types import LogKey, RequestId, RoomParams
from realtime.wire import messages
from realtime.wire.messages import Hello, Incoming, OpenParams, Pong, SeenParams
from realtime.wire.rate_limits import VIOLATIONS_S, Violations


@dataclass(frozen=True, slots=True)
class Send:
    """Send this text."""

    text: str


@dataclass(frozen=True, slots=True)
class Ping:
    """Request an answer from the client; it comes back as `PongReceived` with this number."""

    number: int
    text: str


@dataclass(frozen=True, slots=True)
class End:
    """Send `session.bye`, then close."""

    close: Close


@dataclass(frozen=True, slots=True)
class Authenticate:
    """Authenticate the user, open the rooms, call `Session.authenticated`, and answer."""

    id: RequestId
    hello: Hello


@dataclass(frozen=True, slots=True)
class CallMethod:
    """Run a method in its lane; answer if there is an id."""

    id: RequestId | None
    method: Method
    params: Any


@dataclass(frozen=True, slots=True)
class HubRequest:
    """Answer a request of the hub's own: `room.open`, `room.close`, `presence.read`."""

    id: RequestId
    name: str
    params: Any


@dataclass(frozen=True, slots=True)
class PongReceived:
    """Note the client's answer to a ping, and the offsets that it has applied."""

    ping: RequestId
    rooms: Mapping[LogKey, int]


@dataclass(frozen=True, slots=True)
class VisibilityChanged:
    """Note whether the page is in the foreground."""

    visible: bool


Effect = Send | End | Authenticate | CallMethod | HubRequest | PongReceived | VisibilityChanged

HELLO: Final = "session.hello"
PING: Final = "session.ping"
SEEN: Final = "session.seen"
HUB_REQUESTS: Final[dict[str, "msgspec.json.Decoder[Any]"]] = {
    "room.open": msgspec.json.Decoder(OpenParams),
    "room.close": msgspec.json.Decoder(RoomParams),
    "presence.read": msgspec.json.Decoder(RoomParams),
}
HUB_REQUEST_COSTS: Final = {"room.open": 4, "presence.read": 2}
"""The number of requests that a hub request counts as, if not one. Hello counts as one, and one for each room."""
PROTOCOL_ERRORS: Final = {"parse", "invalid_request", "hello_first", "hello_again"}
PROTOCOL_ERRORS_A_MINUTE: Final = 3
VIOLATIONS_FOR_FINAL_CLOSE: Final = 3
FINAL_CLOSE: Final = 500
"""Added to a close code, it tells the client not to come back (docs/protocol.md)."""
_hello: "msgspec.json.Decoder[Hello]" = msgspec.json.Decoder(Hello)
_seen: "msgspec.json.Decoder[SeenParams]" = msgspec.json.Decoder(SeenParams)
_pong: "msgspec.json.Decoder[Pong]" = msgspec.json.Decoder(Pong)


class State(StrEnum):
    """A session goes through these in order, and may skip any on its way to CLOSED."""

    NEW = "new"
    AUTHENTICATING = "authenticating"
    READY = "ready"
    CLOSED = "closed"


class Session:
    """The server's side of `parlor.v1`."""

    def __init__(
        self,
        methods: Mapping[str, Method],
        limits: Limits,
        now: float,
        random: Random,
        address: TokenBucket | None = None,
    ) -> None:
        """`address` is shared by all connections of the client's address."""
        self._methods, self._limits, self._random = methods, limits, random
        self.state = State.NEW
        self._requests = TokenBucket(limits.rate, limits.burst, now)
        self._signals = TokenBucket(limits.signal_rate, limits.signal_rate * 2, now)
        self._shared: list[TokenBucket] = [address] if address else []
        self._protocol_errors, self._too_fast = Violations(60), Violations(60)
        self._violations = Violations(VIOLATIONS_S)
        self._opened_at = self._heard_at = now
        self._next_ping = now + limits.hello_s
        self._pings = 0

    def receive(self, text: str, now: float) -> list[Effect]:
        """Return what to do about one text frame. Never raises."""
        if self.state is State.CLOSED:
            return []
        self._heard_at = now
        if _is_longer(text, self._limits.frame_bytes):
            return self._violate(errors.TOO_LARGE, now)
        request: RequestId | None = None
        try:
            frame = messages.decode(text)
            if isinstance(frame.method, msgspec.UnsetType):
                return self._pong_received(frame, now)
            request = None if isinstance(frame.id, msgspec.UnsetType) else frame.id
            return self._request_received(frame, request, now)
        except RealtimeError as error:
            return self._error(request, error, now)

    def receive_binary(self, now: float) -> list[Effect]:
        """Return the close: no method takes binary frames."""
        return [] if self.state is State.CLOSED else self._violate(errors.BINARY, now)

    def authenticated(self, now: float, requests: TokenBucket, violations: Violations) -> None:
        """Accept requests from now on. `requests` and `violations` are shared by all connections of the user."""
        if self.state is not State.AUTHENTICATING:
            return
        self.state, self._violations = State.READY, violations
        self._shared.append(requests)
        self._next_ping = now + self._limits.ping_s * self._random.uniform(0.9, 1.1)

    def close(self) -> None:
        self.state = State.CLOSED

    def tick(self, now: float) -> list[Effect]:
        """Return what is due now: a ping, or the close of a silent connection."""
        if self.state is State.CLOSED:
            return []
        if self.state is not State.READY and now - self._opened_at >= self._limits.hello_s:
            return self._end(errors.HELLO_TIMEOUT)
        if now - self._heard_at >= self._limits.silent_s:
            return self._end(errors.SILENT)
        if self.state is State.READY and now >= self._next_ping:
            self._next_ping = now + self._limits.ping_s * self._random.uniform(0.9, 1.1)
            return [Send(self.ping().text)]
        return []

    def ping(self) -> Ping:
        """Return the next ping, to be sent in the stream."""
        self._pings += 1
        return Ping(self._pings, messages.ping(self._pings))

    def _pong_received(self, frame: Incoming, now: float) -> list[Effect]:
        """Return the pong. One that fits no ping is ignored, and no error response carries its `id`, which is ours."""
        self._take(True, now)
        if not isinstance(frame.result, msgspec.Raw) or not isinstance(frame.id, int):
            if isinstance(frame.error, msgspec.Raw) and not isinstance(frame.id, msgspec.UnsetType):
                return []
            raise RealtimeError(errors.INVALID_REQUEST, "invalid_request", "neither a method nor a response")
        try:
            rooms = _pong.decode(frame.result).rooms
            return [PongReceived(frame.id, rooms)] if 1 <= frame.id <= self._pings else []
        except (msgspec.DecodeError, RecursionError):
            raise RealtimeError(errors.INVALID_REQUEST, "invalid_request", "not an answer to session.ping") from None

    def _request_received(self, frame: Incoming, request: RequestId | None, now: float) -> list[Effect]:
        name = str(frame.method)
        if name == HELLO:
            return self._hello(frame, request, now)
        if self.state is not State.READY:
            raise RealtimeError(401, "hello_first", "session.hello comes first")
        method = self._methods.get(name)
        cost = method.cost if method else HUB_REQUEST_COSTS.get(name, 1)
        self._take(request is None and (method is None or method.lane == "now"), now, cost)
        if method:
            return self._call(method, frame, request)
        if name == SEEN:
            return self._seen(frame, request)
        if request is None:
            return []
        if name == PING:
            return [Send(messages.response(request, {}))]
        if name in HUB_REQUESTS:
            return [HubRequest(request, name, messages.params_of(frame, HUB_REQUESTS[name]))]
        raise RealtimeError(errors.UNKNOWN_METHOD, "unknown_method", name[:60])

    def _call(self, method: Method, frame: Incoming, request: RequestId | None) -> list[Effect]:
        if request is None and method.durable:
            raise RealtimeError(errors.INVALID_REQUEST, "invalid_request", "a durable request needs an id")
        return [CallMethod(request, method, messages.params_of(frame, method.decoder))]

    def _seen(self, frame: Incoming, request: RequestId | None) -> list[Effect]:
        seen = VisibilityChanged(messages.params_of(frame, _seen).visible)
        return [seen] if request is None else [seen, Send(messages.response(request, {}))]

    def _hello(self, frame: Incoming, request: RequestId | None, now: float) -> list[Effect]:
        if self.state is not State.NEW:
            raise RealtimeError(409, "hello_again", "one hello a connection")
        if request is None:
            raise RealtimeError(errors.INVALID_REQUEST, "invalid_request", "hello needs an id")
        self._take(False, now)
        hello = messages.params_of(frame, _hello)
        self._take(False, now, hello_cost(hello) - 1)
        if hello.v != types.VERSION:
            return self._end(errors.UNSUPPORTED_VERSION)
        self.state = State.AUTHENTICATING
        return [Authenticate(request, hello)]

    def _take(self, signal: bool, now: float, cost: int = 1) -> None:
        """Charge this connection, then all of its address and all of its user; raise 429 where a bucket is empty."""
        for bucket in [self._signals] if signal else [self._requests, *self._shared]:
            if wait := bucket.take(now, cost):
                raise errors.too_fast(wait)

    def _error(self, request: RequestId | None, error: RealtimeError, now: float) -> list[Effect]:
        """Return the error response, and a close after too many of a kind."""
        answer = [] if request is None and error.code == 429 else [Send(messages.error_response(request, error))]
        if error.code == 429 and self._too_fast.add(now) > self._limits.refusals:
            return [*answer, *self._end(errors.TOO_FAST)]
        if error.type in PROTOCOL_ERRORS and self._protocol_errors.add(now) >= PROTOCOL_ERRORS_A_MINUTE:
            return [*answer, *self._violate(errors.PROTOCOL, now)]
        return [*answer]

    def _violate(self, close: Close, now: float) -> list[Effect]:
        """Return the close. The third within `VIOLATIONS_S` tells the client not to come back."""
        final = self._violations.add(now) >= VIOLATIONS_FOR_FINAL_CLOSE
        return self._end(Close(close.code + FINAL_CLOSE, close.reason) if final else close)

    def _end(self, close: Close) -> list[Effect]:
        self.close()
        return [End(close)]


def hello_cost(hello: Hello) -> int:
    """Return how many requests a hello counts as."""
    return 1 + len(hello.rooms)


def _is_longer(text: str, max_bytes: int) -> bool:
    """Return whether a text has more than `max_bytes` in UTF-8. Short texts are not encoded for that."""
    return len(text) > max_bytes or (len(text) * 4 > max_bytes and len(text.encode(errors="replace")) > max_bytes)
