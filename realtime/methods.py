"""Methods of the protocol, and the other functions that apps hand to `realtime`.

A service becomes a method by its decorator:

    @method("message.delete", MessageDelete)
    def message_delete(batch: Batch, *, caller: Caller, room: LogKey, cid: ClientId, o: int) -> LogEvent: ...

The fields of the params struct are passed by name. Admin and commands call the same function with the same arguments.
"""

from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from inspect import signature
from typing import TYPE_CHECKING, Any, Final, Literal, TypeVar, get_type_hints

import msgspec

from realtime.signatures import accepts, mismatches
from realtime.types import SITE, Caller, ClientId, Head, LogKey, Scopes, Signal, UserId

if TYPE_CHECKING:
    from realtime.log import Batch, LogEvent

Lane = Literal["write", "read", "now"]
CidKey = tuple[ClientId, UserId]
F = TypeVar("F", bound=Callable[..., Any])

CONTEXT: Final = ("caller", "prefetched", "scopes", "here", "absent_ms", "live")
"""Attributes of a call that a function gets when it has a keyword parameter of that name."""
METHODS: Final[dict[str, "Method"]] = {}
"""The methods of all apps, filled by `method` when the services are imported."""


@dataclass(slots=True)
class Call:
    """A request for a method."""

    method: "Method"
    caller: Caller
    params: Any
    preprocessed: Any = None
    """The value that replaces a field of the params."""
    prefetched: Any = None
    """The return value of the method's `prefetch` for the group of this call."""
    scopes: Scopes | None = None
    """Lane `now` only: the caller's scopes in the room of the params; None when this connection has not opened it."""
    here: Callable[[LogKey], int] = lambda room: 0
    """Return how many people are in a room, as far as this process knows."""
    absent_ms: Callable[[LogKey, UserId], int] = lambda room, user: 0
    """Return how long a user has been absent from a room, as far as this process knows."""
    live: Callable[[], dict[str, Any]] = dict
    """Return the status of this process; lane `read` only, because it waits for the event loop."""
    arrived: float = 0.0
    """The time when its frame arrived, on the process's monotonic clock."""

    @property
    def name(self) -> str:
        return self.method.name

    @property
    def cost(self) -> int:
        return self.method.cost

    @property
    def logs(self) -> Iterable[LogKey]:
        """The logs to lock."""
        return self.method.logs(self.params)

    @property
    def room(self) -> LogKey | None:
        return getattr(self.params, "room", None)

    @property
    def cid_key(self) -> CidKey | None:
        """The identity of a durable request: a repeat has the same."""
        return (self.params.cid, self.caller.id) if self.method.durable else None

    def run(self, *batch: "Batch") -> Any:
        """Call the function. A method of the lane `write` gets the batch as well."""
        method, arguments = self.method, msgspec.structs.asdict(self.params)
        if method.preprocess:
            arguments[method.preprocess[0]] = self.preprocessed
        for name in method.context:
            arguments[name] = getattr(self, name)
        return method.function(*batch, **arguments)


def room_of_params(params: Any) -> Iterable[LogKey]:
    room = getattr(params, "room", None)
    return () if room is None else (room,)


def room_and_site(params: Any) -> Iterable[LogKey]:
    """Return the logs of a method that changes permissions in the room."""
    return (params.room, SITE)


def site_only(params: Any) -> Iterable[LogKey]:
    """Return the log of a method that names no room, and changes permissions or is counted by a quota.

    Its lock makes processes count one after the other.
    """
    return (SITE,)


@dataclass(frozen=True, slots=True, kw_only=True)
class Method:
    """A method of the protocol.

    `function` is plain and synchronous, and checks permissions itself. It gets the fields of the params as keyword
    arguments, and the members of `CONTEXT` that it has parameters for.
    Lane `write`: `(batch, …) -> (result, signals), signals, the event or None`, in the writer's transaction. With a
    `cid` in its params it is durable: the function appends one event with that cid, and the result is that event's
    `{room, o, t, at}`. Without one the result is what it returns, else `{}`.
    Lane `read`: `(…) -> result`, in the reader pool. Lane `now`: `(…) -> Iterable[Signal]`, memory only.
    """

    name: str
    params: type
    function: Callable[..., Any]
    lane: Lane = "write"
    logs: Callable[[Any], Iterable[LogKey]] = room_of_params
    """Return the logs to lock, from the params."""
    cost: int = 1
    """The number of requests that it counts as, for the rate limit and in a batch."""
    preprocess: tuple[str, Callable[[Any], Any]] | None = None
    """A field of the params, and the pure function whose result replaces it. It runs in a pool of its own, on the
    user's budget of CPU time."""
    cheap: Callable[[Any], bool] = lambda value: False
    """Return whether preprocessing this value takes less time than a hop to a thread and back."""
    prefetch: "Callable[[Batch, Sequence[Call]], Any] | None" = None
    """Read what a group of calls needs in one query. The function may not write except through the batch."""
    decoder: "msgspec.json.Decoder[Any]" = field(init=False, repr=False, compare=False)
    context: tuple[str, ...] = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "decoder", msgspec.json.Decoder(self.params))
        asked = signature(self.function).parameters
        object.__setattr__(self, "context", tuple(name for name in CONTEXT if name in asked))
        replaced = [self.preprocess[0]] if self.preprocess else []
        found = mismatches(self.function, self.params, CONTEXT, replaced)
        if self.lane == "write" and not accepts(_returned(), get_type_hints(self.function).get("return", Any)):
            found.append("the return value is none of a method")
        if found:
            raise TypeError(f"{self.name}: {'; '.join(found)}")

    @property
    def durable(self) -> bool:
        return "cid" in getattr(self.params, "__struct_fields__", ())

    def preprocessed(self, params: Any) -> Any:
        """Return the value for `Call.preprocessed`."""
        return self.preprocess and self.preprocess[1](getattr(params, self.preprocess[0]))

    def runs_at_once(self, params: Any) -> bool:
        """Return whether nothing has to be preprocessed, or nothing that would hold up the event loop."""
        return self.preprocess is None or self.cheap(getattr(params, self.preprocess[0]))


def _returned() -> Any:
    """Return the type of what a function of the lane `write` may return."""
    from realtime.log import LogEvent  # needs the models, and methods are registered after them

    return tuple[Any, list[Signal]] | list[Signal] | LogEvent | None


def method(name: str, params: type, **options: Any) -> Callable[[F], F]:
    """Register a function as a method of the protocol; `options` are the members of `Method`.

    Raise `TypeError` when the fields of `params` do not fit the function's parameters, and `ValueError` for a second
    method of the same name. The function itself stays as it is.
    """

    def register(function: F) -> F:
        if name in METHODS:
            raise ValueError(f"{name} is registered already, by {METHODS[name].function.__module__}")
        METHODS[name] = Method(name=name, params=params, function=function, **options)
        return function

    return register


Housekeeping = Callable[[], "Callable[[Batch], Any] | None"]
"""Read in a reader's thread what is to be done, and return the function that the writer calls, or None."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Backend:
    """Functions of the apps that `realtime` calls, in the reader pool. `config.asgi` makes the one backend."""

    methods: Mapping[str, Method]
    user: Callable[[Any], Caller | None]
    """Return the caller without login for a Django user that was just read, or None when the user is banned."""
    may_read: Callable[[Caller, LogKey], Scopes | None]
    """Return the scopes of a reader in a log. Return None or raise an error when the caller may not read it."""
    may_read_all: Callable[[Sequence[tuple[Caller, LogKey]]], Mapping[tuple[UserId, LogKey], Scopes]]
    """Return the scopes of those of the pairs that may read, in one query."""
    memberships_of: Callable[[Caller], Sequence[dict[str, Any]]]
    """Return the memberships in the result of hello, in one query. Each has a `key` and a `head`."""
    snapshot: Callable[[Caller, LogKey, Scopes, Head], dict[str, Any]]
    """Return the snapshot of a log. The head was read before, and is not added to the snapshot."""
    people: Callable[[Collection[UserId]], dict[UserId, dict[str, Any]]]
    changes: "Callable[[Sequence[LogEvent], int], dict[str, Any]]"
    """Return further members of a count, from the events since the last one and the number of messages before them."""
    start: Callable[[], None] = lambda: None
    """Load what `preprocess` of the methods needs. It runs once, in a thread of its own, when a process starts."""
    users_seen: Callable[[Collection[int], int], None]
    """Store that these users, by primary key, are connected at this time in ms UTC. It runs in the writer."""
    facts: Callable[[Collection[int]], Mapping[int, int]] = lambda users: dict.fromkeys(users, 0)
    """Return by primary key a number that changes with the user's permissions. Deleted users are left out."""
    moved_logins: Callable[[Collection[str]], Mapping[str, int]] = lambda logins: {}
    """Return the logins whose browser has another session key now, and since when in ms UTC."""
    housekeeping: "Sequence[Housekeeping]" = ()
    """Functions that are called each second, and again at once while they return work."""
