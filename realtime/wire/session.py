"""The protocol state of one connection, sans I/O: text in, effects out. Times are seconds, monotonic, and arguments.

It never awaits, never queries, and never decides what a method means.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from random import Random
from typing import Any, Final

import msgspec

from realtime import errors, types
from realtime.errors import Close, RealtimeError
from realtime.limits import Limits, TokenBucket
from realtime.methods import Method
from realtime.types import LogKey, RequestId
from realtime.wire import messages
from realtime.wire.messages import Hello, Incoming, OpenParams, Pong, RoomParams, SeenParams
from realtime.wire.rate_limits import VIOLATIONS_S, Violations


@dataclass(frozen=True, slots=True)
class Send:
    """Send this text."""

    text: str


@dataclass(frozen=True, slots=True)
class Ping:
    """A request to the client, and its number."""

    number: int
    text: str


@dataclass(frozen=True, slots=True)
class End:
    """Say `session.bye`, then close."""

    close: Close


@dataclass(frozen=True, slots=True)
class Authenticate:
    """Authenticate, open the rooms, then call `Session.greeted` or `Session.refused`."""

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
    """One of the hub's own requests: `room.open`, `room.close`, `presence.read`."""

    id: RequestId
    name: str
    params: Any


@dataclass(frozen=True, slots=True)
class PongReceived:
    """The client answered a ping: the offsets that it has applied."""

    ping: RequestId
    rooms: Mapping[LogKey, int]


@dataclass(frozen=True, slots=True)
class VisibilityChanged:
    """Whether the page is before somebody's eyes."""

    visible: bool


Effect = Send | End | Authenticate | CallMethod | HubRequest | PongReceived | VisibilityChanged

HELLO: Final = "session.hello"
PING: Final = "session.ping"
SEEN: Final = "session.seen"
LOOKS: Final[dict[str, "msgspec.json.Decoder[Any]"]] = {
    "room.open": msgspec.json.Decoder(OpenParams),
    "room.close": msgspec.json.Decoder(RoomParams),
    "presence.read": msgspec.json.Decoder(RoomParams),
}
COSTS: Final = {"room.open": 4, "presence.read": 2}
"""requests that one of the hub's own counts as; hello counts as one, and one for each room"""
_hello: "msgspec.json.Decoder[Hello]" = msgspec.json.Decoder(Hello)
_seen: "msgspec.json.Decoder[SeenParams]" = msgspec.json.Decoder(SeenParams)
_pong: "msgspec.json.Decoder[Pong]" = msgspec.json.Decoder(Pong)


class Session:
    """`parlor.v1` from the server's side: new → greeting → ready → closed."""

    def __init__(
        self,
        methods: Mapping[str, Method],
        limits: Limits,
        now: float,
        random: Random,
        address: TokenBucket | None = None,
    ) -> None:
        """`address` is the bucket of all connections of the client's address."""
        self._methods, self._limits, self._random = methods, limits, random
        self.state = "new"
        self._requests = TokenBucket(limits.rate, limits.burst, now)
        self._signals = TokenBucket(limits.signal_rate, limits.signal_rate * 2, now)
        self._shared: list[TokenBucket] = [address] if address else []
        self._errors, self._refusals = Violations(60), Violations(60)
        self._strikes: Violations = Violations(VIOLATIONS_S)
        self._opened_at = self._heard_at = now
        self._next_ping = now + limits.hello_s
        self._pings = 0

    def receive(self, text: str, now: float) -> list[Effect]:
        """What one text frame asks for. Never raises."""
        if self.state == "closed":
            return []
        self._heard_at = now
        if _longer(text, self._limits.frame_bytes):
            return self._strike(errors.TOO_LARGE, now)
        request: RequestId | None = None
        try:
            frame = messages.decode(text)
            if isinstance(frame.method, msgspec.UnsetType):
                return self._answered(frame, now)
            request = None if isinstance(frame.id, msgspec.UnsetType) else frame.id
            return self._asked(frame, request, now)
        except RealtimeError as error:
            return self._refused(request, error, now)

    def receive_binary(self, now: float) -> list[Effect]:
        """No method takes binary frames yet."""
        return [] if self.state == "closed" else self._strike(errors.BINARY, now)

    def greeted(self, now: float, shared: TokenBucket, strikes: Violations) -> None:
        """Hello was accepted. `shared` and `strikes` are the user's, over all connections."""
        if self.state != "greeting":
            return
        self.state, self._strikes = "ready", strikes
        self._shared.append(shared)
        self._next_ping = now + self._limits.ping_s * self._random.uniform(0.9, 1.1)

    def close(self) -> None:
        self.state = "closed"

    def tick(self, now: float) -> list[Effect]:
        """What time alone asks for: the ping, the end of patience."""
        if self.state == "closed":
            return []
        if self.state != "ready" and now - self._opened_at >= self._limits.hello_s:
            return self._end(errors.HELLO_TIMEOUT)
        if now - self._heard_at >= self._limits.silent_s:
            return self._end(errors.SILENT)
        if self.state == "ready" and now >= self._next_ping:
            self._next_ping = now + self._limits.ping_s * self._random.uniform(0.9, 1.1)
            return [Send(self.ping().text)]
        return []

    def ping(self) -> Ping:
        """A `session.ping` in the stream; its number comes back in `Heard`."""
        self._pings += 1
        return Ping(self._pings, messages.ping(self._pings))

    def _answered(self, frame: Incoming, now: float) -> list[Effect]:
        """A response to one of our pings; one that fits none is ignored. Its `id` is ours: no error bears it."""
        self._gate(True, now)
        if not isinstance(frame.result, msgspec.Raw) or not isinstance(frame.id, int):
            if isinstance(frame.error, msgspec.Raw) and not isinstance(frame.id, msgspec.UnsetType):
                return []
            raise RealtimeError(errors.INVALID_REQUEST, "invalid_request", "neither a method nor a response")
        try:
            rooms = _pong.decode(frame.result).rooms
            return [PongReceived(frame.id, rooms)] if 1 <= frame.id <= self._pings else []
        except (msgspec.DecodeError, RecursionError):
            raise RealtimeError(errors.INVALID_REQUEST, "invalid_request", "not an answer to session.ping") from None

    def _asked(self, frame: Incoming, request: RequestId | None, now: float) -> list[Effect]:
        name = str(frame.method)
        if name == HELLO:
            return self._hello(frame, request, now)
        if self.state != "ready":
            raise RealtimeError(401, "hello_first", "session.hello comes first")
        method = self._methods.get(name)
        cost = method.cost if method else COSTS.get(name, 1)
        self._gate(request is None and (method is None or method.lane == "now"), now, cost)
        if method:
            return self._invoke(method, frame, request)
        if name == SEEN:
            return self._seen(frame, request)
        if request is None:
            return []
        if name == PING:
            return [Send(messages.response(request, {}))]
        if name in LOOKS:
            return [HubRequest(request, name, messages.params_of(frame, LOOKS[name]))]
        raise RealtimeError(errors.UNKNOWN_METHOD, "unknown_method", name[:60])

    def _invoke(self, method: Method, frame: Incoming, request: RequestId | None) -> list[Effect]:
        if request is None and method.durable:
            raise RealtimeError(errors.INVALID_REQUEST, "invalid_request", "a durable request needs an id")
        return [CallMethod(request, method, messages.params_of(frame, method.decoder))]

    def _seen(self, frame: Incoming, request: RequestId | None) -> list[Effect]:
        seen = VisibilityChanged(messages.params_of(frame, _seen).visible)
        return [seen] if request is None else [seen, Send(messages.response(request, {}))]

    def _hello(self, frame: Incoming, request: RequestId | None, now: float) -> list[Effect]:
        if self.state != "new":
            raise RealtimeError(409, "hello_again", "one hello a connection")
        if request is None:
            raise RealtimeError(errors.INVALID_REQUEST, "invalid_request", "hello needs an id")
        self._gate(False, now)
        hello = messages.params_of(frame, _hello)
        self._gate(False, now, hello_cost(hello) - 1)
        if hello.v != types.VERSION:
            return self._end(errors.UNSUPPORTED_VERSION)
        self.state = "greeting"
        return [Authenticate(request, hello)]

    def _gate(self, signal: bool, now: float, cost: int = 1) -> None:
        """The rate of this connection, then those of the address's and of the user's connections together."""
        for bucket in [self._signals] if signal else [self._requests, *self._shared]:
            if wait := bucket.take(now, cost):
                raise errors.too_fast(wait)

    def _refused(self, request: RequestId | None, error: RealtimeError, now: float) -> list[Effect]:
        """The error response; with too many of a kind, the end of the connection."""
        answer = [] if request is None and error.code == 429 else [Send(messages.error_response(request, error))]
        if error.code == 429 and self._refusals.add(now) > self._limits.refusals:
            return [*answer, *self._end(errors.TOO_FAST)]
        if error.type in PROTOCOL_ERRORS and self._errors.add(now) >= 3:
            return [*answer, *self._strike(errors.PROTOCOL, now)]
        return [*answer]

    def _strike(self, close: Close, now: float) -> list[Effect]:
        """The third such close within ten minutes says not to come back."""
        final = self._strikes.add(now) >= 3
        return self._end(Close(close.code + 500, close.reason) if final else close)

    def _end(self, close: Close) -> list[Effect]:
        self.close()
        return [End(close)]


PROTOCOL_ERRORS: Final = {"parse", "invalid_request", "hello_first", "hello_again"}


def hello_cost(hello: Hello) -> int:
    """Requests that a hello counts as."""
    return 1 + len(hello.rooms)


def _longer(text: str, most: int) -> bool:
    """Whether it has more than `most` bytes in UTF-8; counted only where that can matter."""
    return len(text) > most or (len(text) * 4 > most and len(text.encode(errors="replace")) > most)
