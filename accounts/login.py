"""Log in and log out, and the cookies of login session and device. They last a year and are renewed once a day."""

import hashlib
import secrets
from typing import Final

from django.conf import settings
from django.contrib import auth
from django.contrib.auth.hashers import make_password
from django.contrib.sessions import middleware as sessions
from django.core import signing
from django.db import transaction
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.utils.deprecation import MiddlewareMixin

from accounts import known_devices, user_agents
from accounts.models import User
from accounts.quotas import DAY_MS, Place
from accounts.quotas import place_of as quota_place
from accounts.selectors import logins_moved
from accounts.services import accounts, logins
from accounts.services.people import user_seen
from accounts.sessions import SessionStore
from realtime.log import SITE, Batch, batch, now_ms
from realtime.security import login_of

YEAR: Final = 365 * 24 * 60 * 60
BACKEND: Final = "django.contrib.auth.backends.ModelBackend"
SEEN: Final = "seen"
"""The key in a login session for the time when its cookie was last renewed, in ms UTC. `User.seen_at` may be later."""
RENEWED: Final = "accounts.renewed"
"""The key in a request's META that is set when `user_of` has renewed the login session."""
NEW_DEVICE: Final = "accounts.device"
"""The key in a request's META for the device of a browser where an account has logged in. Its cookie is sent."""
MADE_DEVICE: Final = "accounts.device_made"
"""The key in a request's META for a new device, for a browser that sent none."""
_SALT: Final = "accounts.device"


def user_of(request: HttpRequest) -> User | None:
    """Return the user who is logged in and may enter, or None.

    At most once a day this also stores that the user was here, and renews the cookies for a year.
    """
    user, now = request.user, now_ms()
    if not isinstance(user, User) or not user.is_active:
        return None
    if now - min(user.seen_at, request.session.get(SEEN, 0)) >= DAY_MS:
        user_seen(user=user, now=now, session_key=request.session.session_key)
        request.session[SEEN] = now
        request.META[RENEWED] = True
    return user


def begin(request: HttpRequest, user: User) -> None:
    """Log in a new guest in a browser where nobody is logged in."""
    auth.login(request, user, backend=BACKEND)
    request.session[SEEN] = now_ms()


def account_begin(request: HttpRequest, user: User) -> None:
    """Log in an account. The former user of the browser, usually a guest, is logged out, with all connections."""
    with batch([SITE]) as staged:
        _leave(request, staged)
        auth.login(request, user, backend=BACKEND)
        _stored(request, user)


def leave(request: HttpRequest) -> None:
    """Log out: this login session and its connections."""
    with batch([SITE]) as staged:
        _leave(request, staged)
        auth.logout(request)


def keep(request: HttpRequest, user: User, *, password: str, email: str) -> None:
    """Set the password of a guest. The login session gets another key, so that copies of the old one are useless.

    Open connections of this browser go on for a moment, then fetch a token with the new key (realtime/hub/logins.py).
    """
    hashed = make_password(password)
    with transaction.atomic():
        accounts.name_keep(user=user, hashed=hashed, email=email, now=now_ms())
        before = request.session.session_key
        auth.update_session_auth_hash(request, user)
        _stored(request, user, before=before)


def password_change(request: HttpRequest, user: User, password: str) -> None:
    """Change the password and end all other log-ins of the account. This browser gets a new session key."""
    hashed = make_password(password)
    with transaction.atomic():
        accounts.password_set(user=user, hashed=hashed)
        auth.update_session_auth_hash(request, user)
        _stored(request, user)


def _leave(request: HttpRequest, staged: Batch) -> None:
    user, key = auth.get_user(request), request.session.session_key
    if isinstance(user, User) and key:
        browser_met(request, user)
        logins.login_leave(staged, user=user, session_key=key)


def _stored(request: HttpRequest, user: User, before: str | None = None) -> None:
    """Store the login session in this transaction, and add it to the owner's list."""
    now = now_ms()
    request.session[SEEN] = now
    request.session.save()
    agent = user_agents.summary(request.headers.get("User-Agent", ""))
    device = device_of(request)
    request.META[NEW_DEVICE] = device
    hashed = device_hash(device)
    known_devices.remember(request, user.key, hashed)
    stored: SessionStore = request.session  # type: ignore[assignment]
    place = {"session_key": str(stored.session_key), "row": stored.row, "device": hashed}
    logins.login_begun(user=user, agent=agent, now=now, before=before, **place)


def browser_met(request: HttpRequest, user: User) -> None:
    """Call the browser hooks of other apps, when this browser has sent a device cookie."""
    if device := _device_brought(request):
        logins.browser_met(user=user, device=device_hash(device))


def place_of(request: HttpRequest) -> Place:
    """Return the address and network for quotas. `realtime.server.forwarded` has put the address into REMOTE_ADDR."""
    return quota_place(request.META.get("REMOTE_ADDR", ""))


def device_of(request: HttpRequest) -> str:
    """Return the secret of this browser: the one from its cookie, or a new one."""
    made: str = request.META.setdefault(MADE_DEVICE, secrets.token_urlsafe(24))
    return _device_brought(request) or made


def _device_brought(request: HttpRequest) -> str | None:
    try:
        return str(request.get_signed_cookie(settings.DEVICE_COOKIE_NAME, salt=_SALT))
    except (KeyError, signing.BadSignature):
        return None


def device_hash(device: str) -> str:
    """Return the hash of a device, for the database. It identifies the browser, but cannot be used as its cookie."""
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


class SessionMiddleware(sessions.SessionMiddleware):
    """Keeps the new session cookie when a request still has the key from before the session got another one."""

    def process_response(self, request: HttpRequest, response: HttpResponse) -> HttpResponse:
        answer: HttpResponse = super().process_response(request, response)
        name = settings.SESSION_COOKIE_NAME
        ends = name in request.COOKIES and name in answer.cookies and not answer.cookies[name].value
        if ends and logins_moved([login_of(request.COOKIES[name])]):
            del answer.cookies[name]
        return answer


class DeviceRenewal(MiddlewareMixin):
    """Renews the device cookie together with the cookie of the login session, and sends it after a log-in."""

    def process_response(self, request: HttpRequest, response: HttpResponseBase) -> HttpResponseBase:
        device = request.META.get(NEW_DEVICE) or (_device_brought(request) if RENEWED in request.META else None)
        if device:
            device_keep(response, device)
        return response
