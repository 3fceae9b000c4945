"""The accept throttle: take a few new connections in a turn of the loop, and none while the application is behind.

Connections that are not accepted wait in the kernel's queue, or go to another process. The module imports no server.
"""

import asyncio
from typing import Any, Final

ACCEPTS_PER_TURN: Final = 8
"""Each new connection is two milliseconds of work."""

MAX_PAUSE_S: Final = 1.0
"""A pause ends by itself after this time, so that `/healthz` and pages are answered when everything else is stuck."""

_ports: set[Any] = set()
_timers: list[asyncio.TimerHandle] = []


class ThrottledPort:
    """A port with a fixed number of accepts in a turn. Twisted raises the number while connections are waiting."""

    numberAccepts = property(lambda self: ACCEPTS_PER_TURN, lambda self, raised: None)


def add_port(port: Any) -> None:
    """Throttle a listening port of Twisted, TCP or UNIX."""
    port.__class__ = type("ThrottledPort", (ThrottledPort, type(port)), {})
    _ports.add(port)


def remove_port(port: Any) -> None:
    """Forget a port that stops listening."""
    _ports.discard(port)


def pause() -> None:
    """Accept no connections until `resume`, or for `MAX_PAUSE_S`."""
    for port in _ports:
        port.stopReading()
    _timers.append(asyncio.get_running_loop().call_later(MAX_PAUSE_S, resume))


def resume() -> None:
    while _timers:
        _timers.pop().cancel()
    for port in _ports:
        port.startReading()
