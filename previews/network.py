"""Connections for fetching, which reach only what a `Policy` allows, within one deadline.

The name is resolved here, each address is checked, and the connection goes to the checked address. No later look-up
can lead elsewhere (DNS rebinding). `Host` and TLS still use the name.
"""

import queue
import socket
import ssl
import time
from collections.abc import Callable, Collection, Iterable, Sequence
from dataclasses import dataclass, field
from threading import Thread
from typing import Any, Final

import httpcore
import httpx

from previews.addresses import Network, is_reachable

ADDRESSES_TRIED: Final = 3
CONNECT_TIMEOUT_S: Final = 1.5
"""An address that does not answer must leave time for the next one."""
Resolve = Callable[[str, int], Sequence[str]]


class Forbidden(Exception):
    """The address may not be fetched."""


def addresses_of(host: str, port: int) -> list[str]:
    """Return the addresses of a name, in the order of the system's resolver."""
    found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    return list(dict.fromkeys(str(entry[4][0]) for entry in found))


@dataclass(frozen=True, slots=True)
class Policy:
    """The ports and networks that may be reached besides public addresses, and how names and certificates are read."""

    ports: Collection[int] = (80, 443)
    networks: Collection[Network] = ()
    resolve: Resolve = addresses_of
    tls: ssl.SSLContext = field(default_factory=lambda: httpx.create_ssl_context(trust_env=False))


class Deadline:
    """The end of the time for one fetch, redirects included."""

    def __init__(self, seconds: float) -> None:
        self._at = time.monotonic() + seconds

    def left(self) -> float:
        """Return the seconds left. Raise `ReadTimeout` when there are none."""
        left = self._at - time.monotonic()
        if left <= 0:
            raise httpcore.ReadTimeout("the time for this fetch is over")
        return left


class CheckedBackend(httpcore.NetworkBackend):
    """Opens a connection to a checked address of the name."""

    def __init__(self, policy: Policy, deadline: Deadline) -> None:
        self._policy, self._deadline = policy, deadline
        self._sockets = httpcore.SyncBackend()

    def connect_tcp(
        self,
        host: str,
        port: int,
        timeout: float | None = None,
        local_address: str | None = None,
        socket_options: Iterable[Any] | None = None,
    ) -> httpcore.NetworkStream:
        error: Exception = httpcore.ConnectError(f"{host} has no address")
        for address in self._checked(host, port)[:ADDRESSES_TRIED]:
            wait_s = min(self._deadline.left(), CONNECT_TIMEOUT_S)
            try:
                return _Stream(self._sockets.connect_tcp(address, port, timeout=wait_s), self._deadline)
            except (httpcore.ConnectError, httpcore.ConnectTimeout) as failed:
                error = failed
        raise error

    def _checked(self, host: str, port: int) -> Sequence[str]:
        """Return the addresses of the name. Raise `Forbidden` if the port or any of the addresses is not allowed."""
        if port not in self._policy.ports:
            raise Forbidden(f"port {port} is not allowed")
        addresses = _resolved(self._policy.resolve, host, port, self._deadline.left())
        for address in addresses:
            if not is_reachable(address, self._policy.networks):
                raise Forbidden(f"{host} is {address}, which is not public")
        return addresses


class _Stream(httpcore.NetworkStream):
    """A stream whose operations together end with the deadline: a slow drip does not begin the time anew."""

    def __init__(self, stream: httpcore.NetworkStream, deadline: Deadline) -> None:
        self._stream, self._deadline = stream, deadline

    def read(self, max_bytes: int, timeout: float | None = None) -> bytes:
        return self._stream.read(max_bytes, self._deadline.left())

    def write(self, buffer: bytes, timeout: float | None = None) -> None:
        self._stream.write(buffer, self._deadline.left())

    def start_tls(
        self, ssl_context: ssl.SSLContext, server_hostname: str | None = None, timeout: float | None = None
    ) -> httpcore.NetworkStream:
        return _Stream(self._stream.start_tls(ssl_context, server_hostname, self._deadline.left()), self._deadline)

    def close(self) -> None:
        self._stream.close()

    def get_extra_info(self, info: str) -> Any:
        return self._stream.get_extra_info(info)


def _resolved(resolve: Resolve, host: str, port: int, timeout_s: float) -> Sequence[str]:
    """Resolve in a thread that may be left behind: the system's resolver knows no timeout."""
    answer: queue.Queue[Sequence[str]] = queue.Queue()

    def ask() -> None:
        try:
            answer.put(resolve(host, port))
        except (OSError, UnicodeError):
            answer.put([])

    Thread(target=ask, daemon=True).start()
    try:
        return answer.get(timeout=timeout_s)
    except queue.Empty:
        raise httpcore.ConnectTimeout(f"{host} was not resolved in time") from None
