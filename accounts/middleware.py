"""Restrict pages: Django admin to staff with two-step login, and the pages of two-step login to accounts."""

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
"""Browsers must not cache these pages, because they contain secrets. Some views of django-allauth would allow it."""


class AccountGuards:
    """Redirects by the resolved view. The log-in of Django admin is never used, because it has no second step."""

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
    """Redirect a person who must log in or set up two-step login, or return None. Others get 404."""
    user = request.user
    if not isinstance(user, User) or user.is_guest:
        return redirect(f"{reverse('account_login')}?{urlencode({'next': request.get_full_path()})}")
    if not (user.is_active and user.has_module_perms("")):
        raise Http404
    return redirect("mfa_activate_totp") if guards_unproven(user) else None


def to_second_step(request: HttpRequest, page: str) -> HttpResponse | None:
    """Redirect a guest to `keep_name`. On the page of a log-in's second step, hide the guest and return None."""
    if page != "mfa_authenticate":
        return redirect("keep_name")
    request.user = AnonymousUser()
    return None


def is_guest(request: HttpRequest) -> bool:
    return isinstance(request.user, User) and request.user.is_guest
