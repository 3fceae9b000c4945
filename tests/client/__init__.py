"""Clients of `parlor.v1` in Python.

`Guest` enters the site over HTTP, like a browser. `Client` is one connection of a person. `ResumingClient` reconnects,
resumes its rooms and repeats requests until they are answered. `BlockingClient` is a `Client` for code without an event
loop.
`tests.client.in_process` has connections to an application in the same process, without a server.
"""

from tests.client.blocking import BlockingClient
from tests.client.client import TIMEOUT_S, Client, Ended, ErrorResponse, Wire, cid
from tests.client.guest import Guest, NotEntered
from tests.client.resuming import ConnectionLost, Recorder, ResumingClient
from tests.client.sockets import SocketWire

__all__ = [
    "TIMEOUT_S",
    "BlockingClient",
    "Client",
    "ConnectionLost",
    "Ended",
    "ErrorResponse",
    "Guest",
    "NotEntered",
    "Recorder",
    "ResumingClient",
    "SocketWire",
    "Wire",
    "cid",
]
