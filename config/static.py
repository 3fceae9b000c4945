"""Serve static files. Each process compresses a file once."""

import asyncio
import gzip
import mimetypes
from collections.abc import Iterable
from contextlib import suppress
from functools import lru_cache
from pathlib import Path

import rcssmin
import rjsmin
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.utils.cache import patch_vary_headers
from servestatic.middleware import ServeStaticMiddleware
from servestatic.responders import MissingFileError, StaticFile
from servestatic.utils import parse_accept_encoding

MINIFIERS = {".js": rjsmin.jsmin, ".css": rcssmin.cssmin}
TEXT = ("text/", "application/json", "application/javascript", "image/svg+xml")


class StaticFilesMiddleware(ServeStaticMiddleware):
    """Compresses text files that were not collected, and lets Django answer 404 for a missing file."""

    async def __call__(self, request: HttpRequest) -> HttpResponseBase:
        file = None if self.autorefresh else self.files.get(request.path_info)
        if isinstance(file, StaticFile) and _wants_gzip(file, request):
            return await _compressed(file)
        try:
            response: HttpResponseBase = await super().__call__(request)
        except MissingFileError:
            response = await self.get_response(request)
        if file is not None:
            patch_vary_headers(response, ["Accept-Encoding"])
        return response


def _wants_gzip(file: StaticFile, request: HttpRequest) -> bool:
    """Return whether to send a whole text file compressed. The library answers HEAD, ranges and 304."""
    asked = request.META
    whole = request.method == "GET" and "HTTP_RANGE" not in asked and not file.is_not_modified(asked)
    kind = mimetypes.guess_type(_path(file))[0] or ""
    return whole and kind.startswith(TEXT) and "gzip" in parse_accept_encoding(asked.get("HTTP_ACCEPT_ENCODING", ""))


async def _compressed(file: StaticFile) -> HttpResponse:
    response = HttpResponse(await asyncio.to_thread(_gzip, _path(file)))
    for name, value in _headers(file):
        if value is not None:
            response[name] = value
    response["Content-Encoding"] = "gzip"
    response["Content-Length"] = str(len(response.content))
    patch_vary_headers(response, ["Accept-Encoding"])
    return response


def _path(file: StaticFile) -> str:
    return str(file.get_path_and_headers({})[0])


def _headers(file: StaticFile) -> Iterable[tuple[str, str | None]]:
    return dict(file.get_path_and_headers({})[1]).items()


@lru_cache(maxsize=2048)
def _gzip(path: str) -> bytes:
    """Return the minified and compressed content, as `collectstatic` writes it. Files must not change while we run."""
    content = Path(path).read_bytes()
    if minify := MINIFIERS.get(Path(path).suffix):
        with suppress(UnicodeDecodeError):
            content = minify(content.decode()).encode()
    return gzip.compress(content, compresslevel=9, mtime=0)
