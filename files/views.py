"""The requests under `/files/`. docs/protocol.md has the contract."""

from collections.abc import Callable
from functools import wraps
from typing import Any, Final

import msgspec
from django.http import HttpRequest, HttpResponse, HttpResponseBase, JsonResponse
from django.http.response import HttpResponseNotAllowed

from accounts.login import user_of
from accounts.selectors import caller_of
from files import responses
from files.gate import RELEASE
from files.protocol import UploadCreate
from files.selectors import own_upload, readable
from files.services import uploads
from realtime import INVALID_PARAMS, Caller, RealtimeError, unprocessable

JSON_BYTES: Final = 8_192
View = Callable[..., HttpResponseBase]


def answers_problems(view: View) -> View:
    """Turn a `RealtimeError` into a problem."""

    @wraps(view)
    def answered(request: HttpRequest, **given: Any) -> HttpResponseBase:
        try:
            return view(request, **given)
        except RealtimeError as error:
            return responses.problem(error)

    return answered


@answers_problems
def create(request: HttpRequest) -> HttpResponseBase:
    """Begin an upload, or find the one with the same cid."""
    if request.method != "POST":
        return HttpResponseNotAllowed(["POST"])
    caller = _caller(request)
    try:
        asked = msgspec.json.decode(request.read(JSON_BYTES), type=UploadCreate)
    except (msgspec.ValidationError, msgspec.DecodeError, UnicodeDecodeError) as error:
        raise RealtimeError(INVALID_PARAMS, "invalid_params", str(error)) from None
    state, new = uploads.upload_create(
        caller=caller, cid=asked.cid, name=asked.name, size=asked.size, square=asked.square
    )
    return _state(state, 201 if new else 200)


@answers_problems
def upload(request: HttpRequest, key: str) -> HttpResponseBase:
    """Continue an upload, ask where it stands, or give it up."""
    if request.method not in {"PATCH", "HEAD", "DELETE"}:
        return HttpResponseNotAllowed(["PATCH", "HEAD", "DELETE"])
    caller = _caller(request)
    if request.method == "DELETE":
        uploads.upload_cancel(caller=caller, key=key)
        return HttpResponse(status=204)
    if request.method == "HEAD":
        file = own_upload(caller, key)
        return HttpResponse(
            headers={
                "Upload-Offset": str(uploads.offset_of(file)),
                "Upload-Length": str(file.size),
                "Cache-Control": "no-store",
            }
        )
    length = int(request.META.get("CONTENT_LENGTH") or 0)
    offset = _number(request.headers.get("Upload-Offset", ""))
    scope: dict[str, Any] = getattr(request, "scope", {})  # the test client has none
    state = uploads.upload_append(
        caller=caller,
        key=key,
        offset=offset,
        length=length,
        body=request,
        before_finish=scope.get(RELEASE, lambda: None),
    )
    return _state(state)


@answers_problems
def body(request: HttpRequest, key: str, name: str = "") -> HttpResponseBase:
    """Return the body of a file to a person who may read it now. The name is only for the browser."""
    if request.method not in {"GET", "HEAD"}:
        return HttpResponseNotAllowed(["GET", "HEAD"])
    return responses.body(request, readable(_reader(request), key))


@answers_problems
def thumb(request: HttpRequest, key: str) -> HttpResponseBase:
    """Return the thumbnail of a picture, or the body itself when it has none."""
    if request.method not in {"GET", "HEAD"}:
        return HttpResponseNotAllowed(["GET", "HEAD"])
    file = readable(_reader(request), key)
    return responses.thumbnail(request, file) if file.thumb else responses.body(request, file)


def csrf_refused(request: HttpRequest) -> HttpResponse:
    """Answer a request without a valid CSRF token. The client fetches a new one and repeats the request."""
    return responses.problem(RealtimeError(403, "csrf", "the page is too old: get a new token"))


def _state(state: dict[str, Any], status: int = 200) -> JsonResponse:
    return JsonResponse(state, status=status, headers={"Cache-Control": "no-store"})


def _reader(request: HttpRequest) -> Caller | None:
    user = user_of(request)
    return caller_of(user) if user else None


def _caller(request: HttpRequest) -> Caller:
    if (caller := _reader(request)) is None:
        raise RealtimeError(401, "login", "log in first")
    return caller


def _number(text: str) -> int:
    if not (text.isascii() and text.isdecimal() and len(text) < 16):
        raise unprocessable("bad_offset", "Upload-Offset is a number of bytes")
    return int(text)
