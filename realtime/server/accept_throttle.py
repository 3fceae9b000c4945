"""How fast new connections are taken: a few in a turn of the loop, and none while the application is behind.

What is not taken waits in the kernel's queue, or goes to another process. Imports no server: any process may tell.
"""

import asyncio
from typing import Any, Final

AT_ONCE: Final = 8
"""connections taken in a turn of the loop; each is good for two milliseconds of work"""

LONGEST_S: Final = 1.0
"""of a pause: where nothing moves at all, `/healthz` and pages are not to wait for it"""

_ports: set[Any] = set()
_ends: list[asyncio.TimerHandle] = []


class ThrottledPort:
    """A port that takes a few at a time. Twisted's own takes more the more there are: nobody else would have a turn."""

    numberAccepts = property(lambda self: AT_ONCE, lambda self, grown: None)


def added(port: Any) -> None:
    """A port of Twisted's, TCP or UNIX, that listens from now on."""
    port.__class__ = type("PatientPort", (ThrottledPort, type(port)), {})
    _ports.add(port)


def closed(port: Any) -> None:
    """It takes nobody any more."""
    _ports.discard(port)


def pause() -> None:
    """The application has enough to do with those who have come."""
    for port in _ports:
        port.stopReading()
    _ends.append(asyncio.get_running_loop().call_later(LONGEST_S, resume))


def resume() -> None:
    while _ends:
        _ends.pop().cancel()
    for port in _ports:
        port.startReading()
