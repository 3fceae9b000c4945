"""Fetch one page or picture from a public address: bounded in time, bytes and redirects, without cookies or proxies."""

import re
import zlib
from collections.abc import Callable, Iterator
from typing import Final, NamedTuple

import httpcore
import httpx

from previews.network import CheckedBackend, Deadline, Forbidden, Policy

TIMEOUT_S: Final = 3.0
"""The time for name, connections, redirects and body together."""
MAX_BYTES: Final = 512 * 1024
"""The most bytes that are read of a body, and the most that they may be unpacked."""
REDIRECTS: Final = 3
URL_LENGTH: Final = 2048
CHARSET: Final = re.compile(r"charset\s*=\s*[\"']?([\w:.-]{1,40})", re.IGNORECASE)
FAILURES: Final = (Forbidden, httpx.HTTPError, httpx.InvalidURL, httpcore.NetworkError, httpcore.TimeoutException)


class NotFetched(Exception):
    """An address has nothing to show, or may not be fetched. The text says why, for the log."""


class Fetched(NamedTuple):
    """A body, cut at the limit, and the address where it was after redirects."""

    url: str
    kind: str
    charset: str
    body: bytes
    whole: bool


def fetch(url: str, policy: Policy, *, agent: str, kinds: tuple[str, ...]) -> Fetched:
    """Return the body if its type begins with one of `kinds`. Raise `NotFetched`."""
    deadline = Deadline(TIMEOUT_S)
    headers = {"User-Agent": agent, "Accept": ", ".join(kinds), "Accept-Encoding": "gzip, deflate"}
    try:
        for _ in range(REDIRECTS + 1):
            found = _fetch_one(_checked(url), policy, deadline, headers, kinds)
            if isinstance(found, Fetched):
                return found
            url = found
    except (*FAILURES, httpcore.ProtocolError, zlib.error, UnicodeError) as error:
        raise NotFetched(f"{type(error).__name__}: {error}") from error
    raise NotFetched("too many redirects")


def _checked(address: str) -> httpx.URL:
    if len(address) > URL_LENGTH:
        raise Forbidden("the address is too long")
    url = httpx.URL(address).copy_with(fragment=None)
    if url.scheme not in {"http", "https"} or not url.host:
        raise Forbidden("only http and https")
    if url.userinfo:
        raise Forbidden("an address with a password")
    return url


def _fetch_one(
    url: httpx.URL, policy: Policy, deadline: Deadline, headers: dict[str, str], kinds: tuple[str, ...]
) -> Fetched | str:
    """Return the body, or the address of a redirect. A client of its own for each step keeps no cookie."""
    transport = _Transport(policy, deadline)
    with (
        httpx.Client(transport=transport, trust_env=False, timeout=None) as client,  # noqa: S113 - `deadline` ends it
        client.stream("GET", url, headers=headers) as response,
    ):
        if response.has_redirect_location:
            return str(url.join(response.headers["location"]))
        content_type = response.headers.get("content-type", "").lower()
        if response.status_code != 200 or not content_type.startswith(kinds):
            raise Forbidden(f"status {response.status_code}, type {content_type[:60]}")
        body, whole = _body(response)
        charset = CHARSET.search(content_type)
        return Fetched(str(url), content_type.partition(";")[0].strip(), charset[1] if charset else "", body, whole)


def _body(response: httpx.Response) -> tuple[bytes, bool]:
    """Return the unpacked body up to the limit, and whether that is all of it."""
    unpack, received, body = _unpacker(response), 0, bytearray()
    for part in response.iter_raw():
        received += len(part)
        body += unpack(part)
        if received > MAX_BYTES or len(body) > MAX_BYTES:
            return bytes(body[:MAX_BYTES]), False
    return bytes(body), True


def _unpacker(response: httpx.Response) -> Callable[[bytes], bytes]:
    """Return a function that unpacks the next part, at most a little over the limit. httpx's own has no limit."""
    encoding = response.headers.get("content-encoding", "identity").strip().lower()
    if encoding == "identity":
        return bytes
    if encoding not in {"gzip", "x-gzip", "deflate"}:
        raise Forbidden(f"encoding {encoding[:40]}")
    decoder = zlib.decompressobj(zlib.MAX_WBITS | 32)
    return lambda part: decoder.decompress(part, MAX_BYTES + 1)


class _Transport(httpx.BaseTransport):
    """The transport of httpx, over connections that are checked."""

    def __init__(self, policy: Policy, deadline: Deadline) -> None:
        backend = CheckedBackend(policy, deadline)
        self._pool = httpcore.ConnectionPool(policy.tls, network_backend=backend, max_connections=1)

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        url = request.url
        answer = self._pool.handle_request(
            httpcore.Request(
                request.method,
                httpcore.URL(scheme=url.raw_scheme, host=url.raw_host, port=url.port, target=url.raw_path),
                headers=request.headers.raw,
                extensions=request.extensions,
            )
        )
        return httpx.Response(answer.status, headers=answer.headers, stream=_Body(answer))

    def close(self) -> None:
        self._pool.close()


class _Body(httpx.SyncByteStream):
    def __init__(self, answer: httpcore.Response) -> None:
        self._answer = answer

    def __iter__(self) -> Iterator[bytes]:
        return self._answer.iter_stream()

    def close(self) -> None:
        self._answer.close()
