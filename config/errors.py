"""Error pages. Unlike Django's own they do not read the form, because the form may be the cause."""

import sys

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseBase, HttpResponseRedirect
from django.shortcuts import render

from accounts import expired_forms
from config.logs import AWAY
from files.views import csrf_refused

RELOADED = {
    "account_logout",
    "account_change_password",
    "account_email",
    "account_reauthenticate",
    "account_reset_password",
    "account_reset_password_from_key",
    "forget",
    "mfa_authenticate",
    "mfa_reauthenticate",
    "mfa_activate_totp",
    "mfa_deactivate_totp",
    "mfa_generate_recovery_codes",
    "setup",
}
"""Pages with one form and no input to keep. After an expired form they are reloaded with a message."""


def form_refused(request: HttpRequest, reason: str = "") -> HttpResponseBase:
    """Answer a failed CSRF check. Our own expired forms are shown again: see accounts/expired_forms.py."""
    match = request.resolver_match
    if match is not None and match.app_name == "files":
        return csrf_refused(request)
    if match is None or not reason.startswith("CSRF"):  # from another site, or without a usable Origin
        return render(request, "403.html", status=403)
    if match.url_name in RELOADED:
        messages.warning(request, expired_forms.problem(request))
        return HttpResponseRedirect(request.get_full_path())
    if not expired_forms.may_show_again(match.func):
        return render(request, "403.html", status=403)
    expired_forms.mark_expired(request)
    answer: HttpResponseBase = match.func(request, *match.args, **match.kwargs)
    return answer


def bad_request(request: HttpRequest, exception: Exception) -> HttpResponse:
    return render(request, "400.html", status=400)


def too_many_requests(request: HttpRequest) -> HttpResponse:
    """Answer 429 for django-allauth. The wait of a minute is a guess, because it does not pass the rate."""
    response = render(request, "429.html", status=429)
    response["Retry-After"] = "60"
    return response


def server_error(request: HttpRequest) -> HttpResponse:
    """Answer 503 when the database, Redis or the mail server is away, else 500. Django calls this in its handler."""
    if isinstance(sys.exc_info()[1], AWAY):
        response = render(request, "503.html", status=503)
        response["Retry-After"] = "5"
        return response
    return render(request, "500.html", status=500)
