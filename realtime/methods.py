"""What an app hands to `realtime`: methods, the signals they send, and who may read which log. Values only."""

from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Literal

import msgspec

from realtime.types import Caller, Head, Labels, LogKey, UserId

if TYPE_CHECKING:
    from realtime.log import Batch, LogEvent

Lane = Literal["write", "read", "now"]


@dataclass(slots=True)
class Call:
    """One request on its way: params in their type, what `prepare` made of them, what `load` fetched for the run."""

    method: "Method"
    caller: Caller
    params: Any
    prepared: Any = None
    loaded: Any = None
    labels: Labels | None = None
    """lane `now` only: the caller's labels in the room of the params; None when this connection has not opened it"""
    here: Callable[[LogKey], int] = lambda room: 0
    """how many are in a room, as far as this process knows"""
    absent_ms: Callable[[LogKey, UserId], int] = lambda room, user: 0
    """how long somebody has not been in a room, as far as this process knows"""
    live: Callable[[], dict[str, Any]] = dict
    """what this process tells of itself; lane `read` only: the loop answers"""
    arrived: float = 0.0
    """when its frame came, on the process's monotonic clock"""


def room_of_params(params: Any) -> Iterable[LogKey]:
    room = getattr(params, "room", None)
    return () if room is None else (room,)


@dataclass(frozen=True, slots=True, kw_only=True)
class Method:
    """One method of the protocol.

    `function` is plain and synchronous.
    Lane `write`: `(batch, call) -> signals or (result, signals) or None`, in the writer's transaction. With a `cid` in
    its params it is durable: the function appends one event with that cid, and the result is that row's
    `{room, o, at}`. Without one the result is what it returns, else `{}`.
    Lane `read`: `(call) -> result` in the reader pool. Lane `now`: `(call) -> Iterable[Signal]`, memory only.
    `prepare(params)` is pure and runs in a pool of its own, on the user's budget of CPU time, unless it is `light`;
    `load(calls)` fetches what a run of requests needs in one query.
    """

    name: str
    params: type
    function: Callable[..., Any]
    lane: Lane
    logs: Callable[[Any], Iterable[LogKey]] = room_of_params
    cost: int = 1
    """how many requests it counts as, for the rate and in a batch"""
    prepare: Callable[[Any], Any] | None = None
    light: Callable[[Any], bool] = lambda params: False
    """(params) -> may `prepare` run in the loop: it takes less than a hop to a thread and back"""
    load: "Callable[[Batch, Sequence[Call]], Any] | None" = None
    decoder: "msgspec.json.Decoder[Any]" = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "decoder", msgspec.json.Decoder(self.params))

    @property
    def durable(self) -> bool:
        return "cid" in getattr(self.params, "__struct_fields__", ())


@dataclass(frozen=True, slots=True, kw_only=True)
class Backend:
    """What `config.asgi` hands in: the methods of all apps, and the answers only they know (in the reader pool)."""

    methods: Mapping[str, Method]
    user: Callable[[Any], Caller | None]
    """(Django user, read afresh) -> caller without login, or None when they may not come in"""
    may_read: Callable[[Caller, LogKey], Labels | None]
    """(caller, log) -> the reader's labels; None, or a refusal of its own, for who may not"""
    may_read_all: Callable[[Sequence[tuple[Caller, LogKey]]], Mapping[tuple[UserId, LogKey], Labels]]
    """the labels of those of these who may read, in one query"""
    welcome: Callable[[Caller], Sequence[dict[str, Any]]]
    """(caller) -> memberships of hello's result, in one query; each has `key` and `head`"""
    snapshot: Callable[[Caller, LogKey, Labels, Head], dict[str, Any]]
    """(caller, log, labels, head read before the rows) -> snapshot; it adds no head"""
    people: Callable[[Collection[UserId]], dict[UserId, dict[str, Any]]]
    changes: "Callable[[Sequence[LogEvent], int], dict[str, Any]]"
    """(the events since the last count, the number of lines before them) -> what the count says of them besides"""
    start: Callable[[], None] = lambda: None
    """run once in a thread of its own when a process starts: what `prepare` of the methods needs"""
    seen: Callable[[Collection[int], int], None]
    """(primary keys of users, now in ms UTC): they are connected. Told every ten minutes, through the writer"""
    facts: Callable[[Collection[int]], Mapping[int, int]] = lambda users: dict.fromkeys(users, 0)
    """(primary keys of users) -> a number each that changes with what they may do; without who is gone"""
    moved: Callable[[Collection[str]], Mapping[str, int]] = lambda logins: {}
    """(logins) -> those whose browser has another session key now, and since when"""
