"""Checks a request to open a WebSocket (RFC 6455 4.2.1), and writes HTTP responses to it."""

import base64
import binascii
from collections.abc import Iterable, Sequence
from http import HTTPStatus
from typing import Final, NamedTuple

from twisted.web.http_headers import Headers

Pairs = Iterable[tuple[bytes, bytes]]

VERSION: Final = b"13"
KEY_BYTES: Final = 16
CONNECTION_HEADERS: Final = {b"connection", b"content-length", b"transfer-encoding"}
"""Headers of the connection, which the server sets and an application may not."""


class HandshakeError(NamedTuple):
    status: int
    sentence: str
    headers: tuple[tuple[bytes, bytes], ...] = ()


def check_handshake(method: bytes, protocol: bytes, headers: Headers) -> HandshakeError | None:
    """Return why this request cannot open a WebSocket, or None."""
    if method != b"GET":
        return HandshakeError(405, "A WebSocket is asked for with GET.", ((b"allow", b"GET"),))
    if protocol != b"HTTP/1.1":
        return HandshakeError(400, "A WebSocket is asked for with HTTP/1.1.")
    if b"upgrade" not in _tokens(headers, b"connection"):
        return HandshakeError(400, "The header Connection: Upgrade is missing.")
    if headers.getRawHeaders(b"sec-websocket-version") != [VERSION]:
        sentence = "This server supports only version 13 of the WebSocket protocol."
        return HandshakeError(426, sentence, ((b"sec-websocket-version", VERSION), (b"upgrade", b"websocket")))
    return check_key(headers.getRawHeaders(b"sec-websocket-key", []))


def check_key(keys: Sequence[bytes]) -> HandshakeError | None:
    if len(keys) != 1:
        return HandshakeError(400, "There must be one header Sec-WebSocket-Key.")
    try:
        size = len(base64.b64decode(keys[0], validate=True))
    except binascii.Error:
        return HandshakeError(400, "Sec-WebSocket-Key is not Base64.")
    if size != KEY_BYTES:
        return HandshakeError(400, f"Sec-WebSocket-Key must be 16 bytes in Base64; these are {size}.")
    return None


def _tokens(headers: Headers, name: bytes) -> set[bytes]:
    return {token.strip().lower() for line in headers.getRawHeaders(name, []) for token in line.split(b",")}


def response(status: int, body: bytes, headers: Pairs = ()) -> bytes:
    """Return a complete HTTP response that ends the connection; plain text unless a content type is given."""
    lines = [(name.lower(), value) for name, value in checked(headers) if name.lower() not in CONNECTION_HEADERS]
    if not any(name == b"content-type" for name, _ in lines):
        lines.append((b"content-type", b"text/plain; charset=utf-8"))
    lines += [(b"content-length", b"%d" % len(body)), (b"connection", b"close")]
    phrase = HTTPStatus(status).phrase if status in set(HTTPStatus) else ""
    head = [b"HTTP/1.1 %d %s" % (status, phrase.encode()), *(name + b": " + value for name, value in lines)]
    return b"\r\n".join([*head, b"", body])


def checked(headers: Pairs) -> Pairs:
    """Return the application's headers; raise ValueError where one contains a line break."""
    headers = list(headers)
    if any({10, 13} & set(name + value) for name, value in headers):
        raise ValueError("a header contains a line break")
    return headers
