"""Expired forms: the CSRF token is invalid because another tab has logged in or out, or the page is very old.

Such a form has no effect. A view marked with `shows_again` is called nevertheless, to show its page again with the
input, or to redirect a user who is logged in already. It must check `is_expired` before it changes anything.
"""

from collections.abc import Callable
from typing import Any, Final, TypeVar

from django.conf import settings
from django.forms import Form
from django.forms.utils import ErrorDict
from django.http import HttpRequest, HttpResponseBase
from django.utils.translation import gettext, gettext_noop

V = TypeVar("V", bound=Callable[..., HttpResponseBase])
F = TypeVar("F", bound=Form)
STATUS: Final = 403
EXPIRED: Final = gettext_noop("This form has expired. Please send it again.")
NO_COOKIES: Final = gettext_noop("Your browser keeps no cookies for this site. Turn them on, then send this again.")


def shows_again(view: V) -> V:
    """Mark a view that may be called with an expired form."""
    view.shows_again = True  # type: ignore[attr-defined]
    return view


def may_show_again(view: Any) -> bool:
    return bool(getattr(view, "shows_again", False))


def mark_expired(request: HttpRequest) -> None:
    request.csrf_processing_done = True  # type: ignore[attr-defined]
    request.is_expired = True  # type: ignore[attr-defined]


def is_expired(request: HttpRequest) -> bool:
    return bool(getattr(request, "is_expired", False))


def problem(request: HttpRequest) -> str:
    """Return the explanation for the reader: the form has expired, or the browser stores no cookies."""
    return gettext(EXPIRED if settings.CSRF_COOKIE_NAME in request.COOKIES else NO_COOKIES)


def refused(form: F, request: HttpRequest) -> F:
    """Return the form with that explanation, without validation: no database query runs and no password is checked."""
    form._errors = ErrorDict()  # type: ignore[attr-defined]
    form.cleaned_data = {}
    form.add_error(None, problem(request))
    return form
