"""Answers with the body of a file: ranges, validators, and headers that let nothing in it run."""

import re
from collections.abc import AsyncIterator
from typing import Any, Final, NamedTuple

from asgiref.sync import sync_to_async
from django.http import HttpRequest, HttpResponse, HttpResponseBase, JsonResponse, StreamingHttpResponse

from files.bodies import THUMB, storage
from files.media import OTHER, is_inline
from files.models import File
from files.names import disposition
from realtime import RealtimeError

BLOCK_BYTES: Final = 64 * 1024
RANGE: Final = re.compile(r"bytes=(\d{0,15})-(\d{0,15})", re.ASCII)
HEADERS: Final = {
    "Content-Security-Policy": "sandbox; default-src 'none'",
    "X-Content-Type-Options": "nosniff",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Cache-Control": "private, no-cache",
    "Accept-Ranges": "bytes",
}
"""A browser keeps the body, and asks each time whether it may still show it: the right can end."""


class Span(NamedTuple):
    """A part of a body: its first byte and its length."""

    start: int
    length: int


def problem(error: RealtimeError) -> HttpResponse:
    """Return an error as a problem (RFC 9457), with the same members as on the socket."""
    body = error.as_error()["data"]
    response = JsonResponse(body, status=body["status"], content_type="application/problem+json")
    response["Cache-Control"] = "no-store"
    if wait := error.more.get("retry_after_ms"):
        response["Retry-After"] = str(-(-wait // 1000))
    return response


def thumbnail(request: HttpRequest, file: File) -> HttpResponseBase:
    """Return the thumbnail of a picture. It is small, and asked for in one piece."""
    return _body(request, f"{file.body}{THUMB}", "image/webp", f'"{file.key}.thumb"', "inline")


def body(request: HttpRequest, file: File) -> HttpResponseBase:
    """Return the body, or a range of it. Only types that were checked are shown inline."""
    inline = is_inline(file.type) and "download" not in request.GET
    shown = disposition("inline" if inline else "attachment", file.name)
    response = _body(request, file.body, file.type or OTHER, f'"{file.key}"', shown)
    if file.use in {File.Use.AVATAR, File.Use.EMOJI}:
        response["Cache-Control"] = "private, max-age=86400"  # another picture has another key
    return response


def _body(request: HttpRequest, name: str, type: str, tag: str, shown: str) -> HttpResponseBase:
    if tag in request.headers.get("If-None-Match", ""):
        return _with_headers(HttpResponse(status=304), tag)
    size = storage().size(name)
    ranges = request.headers.get("Range", "") if request.headers.get("If-Range", tag) == tag else ""
    span = span_of(ranges, size)
    if span is None:
        response = HttpResponse(status=416, headers={"Content-Range": f"bytes */{size}"})
        return _with_headers(response, tag)
    partial = span != Span(0, size) or bool(RANGE.fullmatch(ranges))
    headers = {"Content-Type": type, "Content-Length": str(span.length), "Content-Disposition": shown}
    if partial:
        headers["Content-Range"] = f"bytes {span.start}-{span.start + span.length - 1}/{size}"
    content = _blocks(name, span) if request.method == "GET" else _nothing()
    return _with_headers(StreamingHttpResponse(content, status=206 if partial else 200, headers=headers), tag)


def span_of(header: str, size: int) -> Span | None:
    """Return the part that a `Range` header asks for (RFC 9110, 14): all of it when the header is not understood.

    Return None when the body has none of the bytes that are asked for.
    """
    found = RANGE.fullmatch(header)
    if found is None or found[1] == found[2] == "":
        return Span(0, size)
    if found[1] == "":
        length = min(int(found[2]), size)
        return Span(size - length, length) if length else None
    start, last = int(found[1]), int(found[2]) if found[2] else size - 1
    if last < start and found[2]:
        return Span(0, size)
    return Span(start, min(last, size - 1) - start + 1) if start < size else None


def _with_headers(response: HttpResponseBase, tag: str) -> HttpResponseBase:
    response["ETag"] = tag
    for name, value in HEADERS.items():
        response[name] = value
    return response


async def _blocks(name: str, span: Span) -> AsyncIterator[bytes]:
    """Yield the bytes of a part, with one block in memory."""
    opened: Any = await sync_to_async(storage().open, thread_sensitive=False)(name)
    try:
        await sync_to_async(opened.seek, thread_sensitive=False)(span.start)
        left = span.length
        while left:
            block = await sync_to_async(opened.read, thread_sensitive=False)(min(left, BLOCK_BYTES))
            if not block:
                raise OSError(f"the body {name} is shorter than it was")
            left -= len(block)
            yield block
    finally:
        opened.close()


async def _nothing() -> AsyncIterator[bytes]:
    return
    yield b""
