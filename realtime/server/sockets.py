"""Sockets to listen on, opened before any server and kept while servers come and go.

All processes accept from one queue. With SO_REUSEPORT each would have its own, and what waits there for one that dies
or leaves is reset; here whoever is left takes it, and a process that is busy keeps nobody waiting.
"""

import os
import socket
from typing import Final

BACKLOG: Final = 4096
"""connections the kernel may hold ready: a restart brings everybody back at once"""


def listen(host: str, port: int) -> socket.socket:
    """Raises OSError where nobody can listen there."""
    host = host.strip("[]")
    family, _, _, _, address = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM, flags=socket.AI_PASSIVE)[0]
    everywhere = family == socket.AF_INET6 and host == "::"
    return socket.create_server(address[:2], family=family, backlog=BACKLOG, dualstack_ipv6=everywhere)


def why_not(host: str, port: int, error: OSError) -> str:
    """Say in one sentence why nobody can listen there, and what to change."""
    where = f"{host}:{port}" if ":" not in host else f"[{host.strip('[]')}]:{port}"
    if isinstance(error, socket.gaierror):
        return (
            f"HOST={host} is not an address of this machine. Conda and some shells set HOST for themselves: "
            "say HOST=127.0.0.1, or --bind."
        )
    reason = os.strerror(error.errno) if error.errno else str(error)
    return f"Cannot listen on {where}: {reason}."


def inherited(descriptor: int) -> socket.socket:
    """A listening TCP socket from who started this process. Raises OSError where there is none."""
    found = socket.socket(fileno=descriptor)
    listens = found.getsockopt(socket.SOL_SOCKET, socket.SO_ACCEPTCONN)
    if not listens or found.family not in (socket.AF_INET, socket.AF_INET6):
        found.detach()
        raise OSError("that is no TCP socket that listens")
    return found


def place(listening: socket.socket) -> tuple[str, int]:
    host, port = listening.getsockname()[:2]
    return str(host), int(port)


def spoken(listening: socket.socket) -> str:
    host, port = place(listening)
    return f"[{host}]:{port}" if ":" in host else f"{host}:{port}"
