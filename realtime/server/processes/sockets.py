"""Opens the listening sockets before any server starts, and keeps them while servers come and go.

All processes accept from one queue: the others take the connections of a process that is busy, stops or dies. With
SO_REUSEPORT each process would have its own queue, and the connections in it would be reset.
"""

import os
import socket
from typing import Final

BACKLOG: Final = 4096
"""Connections that the kernel may hold ready: after a restart every client comes back at once."""


def open_listener(host: str, port: int) -> socket.socket:
    """Return a listening socket. Raise OSError where the address cannot be used."""
    host = host.strip("[]")
    family, _, _, _, address = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM, flags=socket.AI_PASSIVE)[0]
    dual_stack = family == socket.AF_INET6 and host == "::"
    return socket.create_server(address[:2], family=family, backlog=BACKLOG, dualstack_ipv6=dual_stack)


def listen_error_text(host: str, port: int, error: OSError) -> str:
    """Return one sentence that says why the server cannot listen, and what to change."""
    if isinstance(error, socket.gaierror):
        return (
            f"HOST={host} is not an address of this machine. Conda and some shells set HOST for themselves: "
            "say HOST=127.0.0.1, or --bind."
        )
    return f"Cannot listen on {address_text(host.strip('[]'), port)}: {reason_text(error)}."


def reason_text(error: OSError) -> str:
    return os.strerror(error.errno) if error.errno else str(error)


def activated_socket(descriptor: int) -> socket.socket:
    """Return a listening TCP socket that the parent process opened. Raise OSError if the descriptor is something else.

    Socket activation: systemd and the supervisor open the socket.
    """
    opened = socket.socket(fileno=descriptor)
    listens = opened.getsockopt(socket.SOL_SOCKET, socket.SO_ACCEPTCONN)
    if not listens or opened.family not in (socket.AF_INET, socket.AF_INET6):
        opened.detach()
        raise OSError("that is no TCP socket that listens")
    return opened


def address_of(listener: socket.socket) -> tuple[str, int]:
    host, port = listener.getsockname()[:2]
    return str(host), int(port)


def address_text(host: str, port: int) -> str:
    return f"[{host}]:{port}" if ":" in host else f"{host}:{port}"
