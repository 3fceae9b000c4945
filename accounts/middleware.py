"""Doors that open only for some: Django admin for staff with both steps, the second step for accounts."""

from collections.abc import Callable
from typing import Any, Final

from django.contrib.auth.models import AnonymousUser
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.cache import add_never_cache_headers
from django.utils.http import urlencode

from accounts.models import User
from accounts.selectors import guards_unproven

PRIVATE: Final = ("/account/", "/setup/")
"""Browsers must not cache these pages, which contain secrets. Some are django-allauth's, which would allow it."""


class AccountGuards:
    """Looks at which view is meant. Admin's own log-in, which knows one step only, is never reached."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        response = self.get_response(request)
        if request.path_info.startswith(PRIVATE):
            add_never_cache_headers(response)
        return response

    def process_view(self, request: HttpRequest, view: Any, *given: Any) -> HttpResponse | None:
        match = request.resolver_match
        if match and "admin" in match.app_names:
            return to_admin(request)
        if match and (match.url_name or "").startswith("mfa_") and is_guest(request):
            return to_second_step(request, str(match.url_name))
        return None


def to_admin(request: HttpRequest) -> HttpResponse | None:
    """Redirect a person who may not use the admin yet, or return None."""
    user = request.user
    if not isinstance(user, User) or user.is_guest:
        return redirect(f"{reverse('account_login')}?{urlencode({'next': request.get_full_path()})}")
    if not (user.is_active and user.has_module_perms("")):
        raise Http404
    return redirect("mfa_activate_totp") if guards_unproven(user) else None


def to_second_step(request: HttpRequest, page: str) -> HttpResponse | None:
    """Redirect to two-step login, or return None. A guest has none, and a pending log-in must complete it first."""
    if page != "mfa_authenticate":
        return redirect("keep_name")
    request.user = AnonymousUser()
    return None


def is_guest(request: HttpRequest) -> bool:
    return isinstance(request.user, User) and request.user.is_guest
