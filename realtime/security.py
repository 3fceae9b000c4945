"""Checks the Origin by Django's CSRF rule, the login session by its cookie, and the page by its token.

Sources: RFC 6455 §10.2 (Origin), Django's CsrfViewMiddleware, docs/channels.md.
"""

import hashlib
import hmac
import logging
from collections.abc import Awaitable, Callable, Collection
from importlib import import_module
from typing import Any, Final

from django.conf import settings
from django.contrib.auth import HASH_SESSION_KEY, SESSION_KEY, get_user_model
from django.core import signing
from django.core.exceptions import DisallowedHost, ValidationError
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.middleware.csrf import CsrfViewMiddleware

from realtime.server.denial import deny
from realtime.storage.prepared import prepared

logger = logging.getLogger(__name__)

Scope = dict[str, Any]
Application = Callable[[Scope, Callable[[], Awaitable[Any]], Callable[[Any], Awaitable[None]]], Awaitable[None]]

TOKEN_MAX_AGE_S: Final = 24 * 3600
DEFAULT_PORTS: Final = {b"http": b":80", b"https": b":443"}
PORTS: Final = tuple(DEFAULT_PORTS.values())
_SALT: Final = "realtime.token"
FOREIGN_ORIGIN: Final = "This page may not open a WebSocket here: its Origin is not ours."
MISSING_ORIGIN: Final = (
    "A WebSocket needs the header Origin, with the address of this site. Browsers send it by themselves."
)
_csrf = CsrfViewMiddleware(lambda _: HttpResponse())


class OriginCheck:
    """ASGI middleware: answers a WebSocket handshake from a foreign, missing or null Origin with 403, and logs it."""

    def __init__(self, application: Application) -> None:
        self._application = application

    async def __call__(
        self, scope: Scope, receive: Callable[[], Awaitable[Any]], send: Callable[[Any], Awaitable[None]]
    ) -> None:
        if origin_verified(scope):
            return await self._application(scope, receive, send)
        logger.warning("refused a WebSocket from origin %r to %r", _header(scope, b"origin"), _header(scope, b"host"))
        await receive()
        return await deny(scope, send, 403, FOREIGN_ORIGIN if _header(scope, b"origin") else MISSING_ORIGIN)


def origin_verified(scope: Scope) -> bool:
    """Tell whether Django would accept a form from this page.

    ALLOWED_HOSTS, CSRF_TRUSTED_ORIGINS and SECURE_PROXY_SSL_HEADER decide.
    """
    if len([name for name, _ in scope["headers"] if name == b"origin"]) != 1:
        return False
    try:
        return bool(_csrf._origin_verified(request_of(scope)))  # type: ignore[attr-defined]
    except (DisallowedHost, ValueError):
        return False


class _Handshake(HttpRequest):
    def __init__(self, secure: bool) -> None:
        super().__init__()
        self._secure = secure

    def _get_scheme(self) -> str:
        return "https" if self._secure else "http"


def request_of(scope: Scope) -> HttpRequest:
    """Return a small request with what the CSRF rule reads: headers, server, and https for wss."""
    request = _Handshake(scope.get("scheme") in {"wss", "https"})
    for name, value in scope["headers"]:
        if b"_" in name:  # no proxy has set `X_Forwarded_Proto`; Django drops it too
            continue
        request.META["HTTP_" + name.decode("latin-1").upper().replace("-", "_")] = value.decode("latin-1")
    server = scope.get("server") or ("", 0)
    request.META["SERVER_NAME"], request.META["SERVER_PORT"] = str(server[0]), str(server[1])
    return request


class DefaultPorts:
    """ASGI middleware: removes the default port of the scheme from `Host` and `Origin`.

    RFC 6454, 4 and 5: the default port is not compared. Browsers omit it, some clients do not.
    """

    def __init__(self, application: Application) -> None:
        self._application = application

    async def __call__(
        self, scope: Scope, receive: Callable[[], Awaitable[Any]], send: Callable[[Any], Awaitable[None]]
    ) -> None:
        if any(value.endswith(PORTS) for name, value in scope.get("headers", ()) if name in {b"host", b"origin"}):
            scheme = str(request_of(scope).scheme).encode()
            scope = {
                **scope,
                "headers": [(name, _without_default_port(name, value, scheme)) for name, value in scope["headers"]],
            }
        return await self._application(scope, receive, send)


def _without_default_port(name: bytes, value: bytes, scheme: bytes) -> bytes:
    """Return a header's value, without the default port in a `Host` or an `Origin`."""
    if name == b"host":
        return value.removesuffix(DEFAULT_PORTS[scheme])
    if name == b"origin" and (port := DEFAULT_PORTS.get(value.partition(b"://")[0].lower())):
        return value.removesuffix(port)
    return value


def _header(scope: Scope, name: bytes) -> str:
    """Return a header, cut to a length that is safe to log."""
    return next((value.decode("latin-1")[:200] for key, value in scope["headers"] if key == name), "")


def login_of(session_key: str) -> str:
    """Return a name of a login session that does not give access to it."""
    return hashlib.sha256(session_key.encode()).hexdigest()[:16]


def token_make(session_key: str) -> str:
    """Return a proof, valid for 24 h, that a page belongs to a login session."""
    return signing.TimestampSigner(salt=_SALT).sign(login_of(session_key))


def token_fits(token: str, session_key: str) -> bool:
    """Tell whether the token was made for this login session within 24 h. SECRET_KEY_FALLBACKS are valid too."""
    try:
        login = signing.TimestampSigner(salt=_SALT).unsign(token, max_age=TOKEN_MAX_AGE_S)
    except signing.BadSignature:
        return False
    return hmac.compare_digest(login, login_of(session_key))


def user_of(session_key: str) -> Any | None:
    """Read the user of a login session: two queries. Unlike Channels' `get_user` it never ends the session."""
    store = import_module(settings.SESSION_ENGINE).SessionStore(session_key)
    try:
        key = get_user_model()._meta.pk.to_python(store[SESSION_KEY])
    except (KeyError, ValidationError):
        return None
    user = _users.first(key)
    return user if user is not None and _hash_fits(user, store.get(HASH_SESSION_KEY, "")) else None


def sessions_alive(keys: Collection[str]) -> set[str]:
    """Return those of the keys that are still login sessions: one query."""
    alive: set[str] = import_module(settings.SESSION_ENGINE).SessionStore.alive(keys)
    return alive


@prepared
def _users(key: Any) -> "QuerySet[Any]":
    return get_user_model()._default_manager.filter(pk=key)


def _hash_fits(user: Any, stored: str) -> bool:
    """Tell whether the session's password is still valid. SECRET_KEY_FALLBACKS count."""
    hashes = (user.get_session_auth_hash(), *user.get_session_auth_fallback_hash())
    return any(hmac.compare_digest(stored, value) for value in hashes)
