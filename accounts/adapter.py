"""Adapt django-allauth to Parlor: its texts, its rate limits, and its log-ins and log-outs."""

from typing import Any

from allauth.account.adapter import DefaultAccountAdapter
from allauth.core.internal import ratelimit
from allauth.core.internal.httpkit import get_client_ip
from allauth.core.internal.ratelimit import get_ip
from allauth.mfa.adapter import DefaultMFAAdapter
from django.contrib import messages
from django.contrib.auth.hashers import make_password
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import gettext_lazy as _

from accounts import login
from accounts.known_devices import people_known
from accounts.models import User
from accounts.names import fold
from accounts.selectors import guards_unproven, is_known
from accounts.services import accounts

WORDS = {
    "enter_current_password": _("Wrong password."),
    "incorrect_code": _("Wrong code. Codes change every 30 seconds. Enter the current one."),
    "incorrect_password": _("Wrong password."),
    "invalid_password_reset": _("This link has been used or has expired."),
    "rate_limited": _("Too many attempts. Try again in five minutes."),
    "too_many_login_attempts": _("Too many attempts. Try again in five minutes."),
    "username_password_mismatch": _("Wrong name or password."),
}


class AccountAdapter(DefaultAccountAdapter):
    """Logs people in and out with `accounts.login`, which also ends their connections."""

    error_messages = DefaultAccountAdapter.error_messages | WORDS

    def login(self, request: HttpRequest, user: Any) -> None:
        login.account_begin(request, user)

    def logout(self, request: HttpRequest) -> None:
        login.leave(request)

    def pre_authenticate(self, request: HttpRequest, **credentials: Any) -> None:
        """Count the attempt: for a known browser by its device, else by address and by name. Refuse too many."""
        name, device = fold(str(credentials.get("username", ""))), login.device_hash(login.device_of(request))
        if is_known(name, people_known(request, device)):
            counted = [("login_known", f"{name}|{device}")]
        else:
            counted = [
                ("login_failed", self._get_login_attempts_cache_key(request, **credentials)),
                ("login_name", name),
            ]
        self._tries: list[Any] = []
        for action, key in counted:
            used = ratelimit.consume(request, app="allauth.account", action=action, key=key)
            if not used:
                raise self.validation_error("too_many_login_attempts")
            self._tries.append(used)

    def _get_login_attempts_cache_key(self, request: HttpRequest, **credentials: Any) -> str:
        return f"{fold(str(credentials.get('username', '')))}|{get_ip(request)}"

    def _rollback_login_failed_rl_usage(self) -> None:
        for used in self._tries:
            used.rollback()

    def post_login(self, request: HttpRequest, user: Any, **how: Any) -> HttpResponse:
        response: HttpResponse = super().post_login(request, user, **how)
        return redirect("mfa_activate_totp") if guards_unproven(user) else response

    def set_password(self, user: Any, password: str) -> None:
        """Set a password after a reset, and end all login sessions of the account."""
        accounts.password_set(user=user, hashed=make_password(password))

    def is_safe_url(self, url: str | None) -> bool:
        """Tell whether the URL is a path of this site. Other hosts are refused, also those that may send forms."""
        return bool(url) and str(url).startswith("/") and url_has_allowed_host_and_scheme(url, None)

    def get_client_ip(self, request: HttpRequest) -> str:
        """Return the address for which attempts are counted. Clients without one, on a Unix socket, share a count."""
        return get_client_ip(request) or "nowhere"

    def add_message(self, request: HttpRequest, level: int, *template: Any, message: str = "", **more: Any) -> None:
        """Show only explicit messages. Drop django-allauth's templates, because our pages show the result."""
        if message:
            messages.add_message(request, level, message)


class MFAAdapter(DefaultMFAAdapter):
    error_messages = DefaultMFAAdapter.error_messages | WORDS

    def get_totp_label(self, user: Any) -> str:
        return str(user.name) if isinstance(user, User) else str(user)
