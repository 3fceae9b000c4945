"""Known devices: a signed cookie contains the keys of the users who have logged in from this browser.

For these users, wrong passwords of strangers do not block this browser, whose own attempts are counted separately. The
cookie is valid only together with the device cookie of the same browser.

Source: OWASP, "Slow down online guessing attacks with device cookies".
"""

from typing import Final

from django.conf import settings
from django.core import signing
from django.http import HttpRequest, HttpResponseBase
from django.utils.deprecation import MiddlewareMixin

KNOWN: Final = "accounts.known"
"""The key in a request's META for the key of the user who has just logged in, and the hash of the device."""
MAX_USERS: Final = 8
_SALT: Final = "accounts.known"
_AGE_S: Final = 365 * 24 * 60 * 60


def people_known(request: HttpRequest, device: str) -> list[str]:
    """Return the keys of users who have logged in from the browser with this device hash, the latest first."""
    name, salt = settings.KNOWN_COOKIE_NAME, _SALT + device
    try:
        return str(request.get_signed_cookie(name, salt=salt, max_age=_AGE_S)).split(".")
    except (KeyError, signing.BadSignature):
        return []


def remember(request: HttpRequest, user: str, device: str) -> None:
    """Tell the middleware who has logged in, and on which device."""
    request.META[KNOWN] = user, device


class KnownDevicesMiddleware(MiddlewareMixin):
    """Sends the cookie after a log-in. A log-out does not delete it."""

    def process_response(self, request: HttpRequest, response: HttpResponseBase) -> HttpResponseBase:
        if KNOWN in request.META:
            user, device = request.META[KNOWN]
            people = [user, *(each for each in people_known(request, device) if each != user)][:MAX_USERS]
            response.set_signed_cookie(
                settings.KNOWN_COOKIE_NAME,
                ".".join(people),
                salt=_SALT + device,
                max_age=_AGE_S,
                httponly=True,
                samesite="Lax",
                secure=settings.SESSION_COOKIE_SECURE,
            )
        return response
