"""What is wrong with a request to open a WebSocket (RFC 6455 4.2.1), and how that is said."""

import base64
import binascii
from collections.abc import Iterable, Sequence
from http import HTTPStatus
from typing import Final, NamedTuple

from twisted.web.http_headers import Headers

Pairs = Iterable[tuple[bytes, bytes]]

VERSION: Final = b"13"
KEY_BYTES: Final = 16
OURS: Final = {b"connection", b"content-length", b"transfer-encoding"}
"""headers about the line and not about the answer"""


class Refusal(NamedTuple):
    status: int
    sentence: str
    headers: tuple[tuple[bytes, bytes], ...] = ()


def refusal(method: bytes, protocol: bytes, headers: Headers) -> Refusal | None:
    """Why this request opens no WebSocket, or None."""
    if method != b"GET":
        return Refusal(405, "A WebSocket is asked for with GET.", ((b"allow", b"GET"),))
    if protocol != b"HTTP/1.1":
        return Refusal(400, "A WebSocket is asked for with HTTP/1.1.")
    if b"upgrade" not in _words(headers, b"connection"):
        return Refusal(400, "The header Connection: Upgrade is missing.")
    if headers.getRawHeaders(b"sec-websocket-version") != [VERSION]:
        sentence = "This server speaks version 13 of the WebSocket protocol, and no other."
        return Refusal(426, sentence, ((b"sec-websocket-version", VERSION), (b"upgrade", b"websocket")))
    return key_refusal(headers.getRawHeaders(b"sec-websocket-key", []))


def key_refusal(keys: Sequence[bytes]) -> Refusal | None:
    if len(keys) != 1:
        return Refusal(400, "There must be one header Sec-WebSocket-Key.")
    try:
        size = len(base64.b64decode(keys[0], validate=True))
    except binascii.Error:
        return Refusal(400, "Sec-WebSocket-Key is not Base64.")
    if size != KEY_BYTES:
        return Refusal(400, f"Sec-WebSocket-Key must be 16 bytes in Base64; these are {size}.")
    return None


def _words(headers: Headers, name: bytes) -> set[bytes]:
    return {word.strip().lower() for line in headers.getRawHeaders(name, []) for word in line.split(b",")}


def response(status: int, body: bytes, headers: Pairs = ()) -> bytes:
    """A whole answer, after which the connection closes; plain text where no other type is given."""
    told = [(name.lower(), value) for name, value in checked(headers) if name.lower() not in OURS]
    if not any(name == b"content-type" for name, _ in told):
        told.append((b"content-type", b"text/plain; charset=utf-8"))
    told += [(b"content-length", b"%d" % len(body)), (b"connection", b"close")]
    phrase = HTTPStatus(status).phrase if status in set(HTTPStatus) else ""
    lines = [b"HTTP/1.1 %d %s" % (status, phrase.encode()), *(name + b": " + value for name, value in told)]
    return b"\r\n".join([*lines, b"", body])


def checked(headers: Pairs) -> Pairs:
    """An application's headers, none of which begins a line of its own."""
    headers = list(headers)
    if any({10, 13} & set(name + value) for name, value in headers):
        raise ValueError("a header holds a line break")
    return headers
