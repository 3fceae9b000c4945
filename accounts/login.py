"""The login session of a request and the device behind it: two cookies that last a year, renewed at most once a day."""

import hashlib
import secrets
from typing import Final

from django.conf import settings
from django.contrib import auth
from django.core import signing
from django.http import HttpRequest, HttpResponseBase
from django.utils.deprecation import MiddlewareMixin

from accounts.models import User
from accounts.services import DAY, user_seen
from realtime.log import now_ms

YEAR: Final = 365 * 24 * 60 * 60
SEEN: Final = "seen"
"""ms UTC in the login session: when its cookie was last renewed; `User.seen_at` may be later, by a connection"""
RENEWED: Final = "accounts.renewed"
"""in a request's META once `user_of` has renewed the login session"""
_SALT: Final = "accounts.device"


def user_of(request: HttpRequest) -> User | None:
    """Who is logged in and may come in. Seen by this, at most once a day, with cookies for another year."""
    user, now = request.user, now_ms()
    if not isinstance(user, User) or not user.is_active:
        return None
    if now - min(user.seen_at, request.session.get(SEEN, 0)) >= DAY:
        user_seen(user=user, now=now)
        request.session[SEEN] = now
        request.META[RENEWED] = True
    return user


def begin(request: HttpRequest, user: User) -> None:
    auth.login(request, user, backend="django.contrib.auth.backends.ModelBackend")
    request.session[SEEN] = now_ms()


def device_of(request: HttpRequest) -> str:
    """The secret of this browser: the one it has brought, else a new one."""
    return _device_brought(request) or secrets.token_urlsafe(24)


def _device_brought(request: HttpRequest) -> str | None:
    try:
        return str(request.get_signed_cookie(settings.DEVICE_COOKIE_NAME, salt=_SALT))
    except (KeyError, signing.BadSignature):
        return None


def device_hash(device: str) -> str:
    """What is stored of it: it finds the same browser again and lets nobody be it."""
    return hashlib.sha256(device.encode()).hexdigest()


def device_keep(response: HttpResponseBase, device: str) -> None:
    response.set_signed_cookie(
        settings.DEVICE_COOKIE_NAME,
        device,
        salt=_SALT,
        max_age=YEAR,
        httponly=True,
        samesite="Lax",
        secure=settings.SESSION_COOKIE_SECURE,
    )


class DeviceRenewal(MiddlewareMixin):
    """Middleware: the device's cookie lasts another year wherever the login session's does."""

    def process_response(self, request: HttpRequest, response: HttpResponseBase) -> HttpResponseBase:
        device = _device_brought(request) if RENEWED in request.META else None
        if device:
            device_keep(response, device)
        return response
