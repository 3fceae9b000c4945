"""A connection as the hub sees it."""

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Protocol

from realtime.errors import Close
from realtime.server.frames import EncodedFrames
from realtime.types import NOBODY, Caller, LogKey


class Queue(Protocol):
    """The way out to one client: `connection.send_queue.SendQueue`."""

    lagging: bool
    ending: Close | None
    send: Callable[[bytes], int] | None
    """The socket's own `send`, while `push` would do nothing else. Pass what it does not take to `write_remaining`."""

    def push(self, frames: EncodedFrames) -> bool: ...

    def signal(self, frames: EncodedFrames) -> None: ...

    def notify(self, method: str, params: object) -> None: ...

    def write_remaining(self, frames: bytes) -> None: ...


@dataclass(eq=False, slots=True)
class Subscriber:
    """All that the hub knows of a connection."""

    queue: Queue
    end: Callable[[Close], None]
    """Tell the client why, then close the connection."""
    session_key: str | None = None
    caller: Caller = NOBODY
    """The user, known after `session.hello`."""
    rooms: set[LogKey] = field(default_factory=set)
    """Rooms that send counts to this connection, whether or not it has them open."""
    visible: bool = True
    """The page is in the foreground."""
