"""The login session of a request and the device behind it: two cookies that last a year, renewed at most once a day."""

import hashlib
import secrets
from typing import Final

from django.conf import settings
from django.contrib import auth
from django.core import signing
from django.http import HttpRequest, HttpResponseBase

from accounts.models import User
from accounts.services import DAY, user_seen
from realtime.log import now_ms

YEAR: Final = 365 * 24 * 60 * 60
_SALT: Final = "accounts.device"


def user_of(request: HttpRequest) -> User | None:
    """Who is logged in and may come in. Seen by this, at most once a day, with cookies for another year."""
    user = request.user
    if not isinstance(user, User) or not user.is_active:
        return None
    if now_ms() - user.seen_at >= DAY:
        user_seen(user=user, now=now_ms())
        request.session.modified = True
    return user


def begin(request: HttpRequest, user: User) -> None:
    auth.login(request, user, backend="django.contrib.auth.backends.ModelBackend")


def device_of(request: HttpRequest) -> str:
    """The secret of this browser: the one it has brought, else a new one."""
    try:
        return str(request.get_signed_cookie(settings.DEVICE_COOKIE_NAME, salt=_SALT))
    except (KeyError, signing.BadSignature):
        return secrets.token_urlsafe(24)


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
