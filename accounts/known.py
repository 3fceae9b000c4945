"""Which people have logged in in this browser: a signed cookie, by which strangers' wrong passwords do not count here.

Source: OWASP, "Slow down online guessing attacks with device cookies".
"""

from typing import Final

from django.conf import settings
from django.core import signing
from django.http import HttpRequest, HttpResponseBase
from django.utils.deprecation import MiddlewareMixin

KNOWN: Final = "accounts.known"
"""in a request's META: the key of who has just logged in"""
MOST: Final = 8
_SALT: Final = "accounts.known"
_AGE_S: Final = 365 * 24 * 60 * 60


def people_known(request: HttpRequest) -> list[str]:
    """Return the keys of users who have logged in in this browser, the latest first."""
    try:
        return str(request.get_signed_cookie(settings.KNOWN_COOKIE_NAME, salt=_SALT, max_age=_AGE_S)).split(".")
    except (KeyError, signing.BadSignature):
        return []


def remember(request: HttpRequest, user: str) -> None:
    """Tell the middleware who has logged in."""
    request.META[KNOWN] = user


class KnownPeople(MiddlewareMixin):
    """Middleware: sends the cookie after a log-in. A log-out leaves it."""

    def process_response(self, request: HttpRequest, response: HttpResponseBase) -> HttpResponseBase:
        if user := request.META.get(KNOWN):
            people = [user, *(each for each in people_known(request) if each != user)][:MOST]
            response.set_signed_cookie(
                settings.KNOWN_COOKIE_NAME,
                ".".join(people),
                salt=_SALT,
                max_age=_AGE_S,
                httponly=True,
                samesite="Lax",
                secure=settings.SESSION_COOKIE_SECURE,
            )
        return response
