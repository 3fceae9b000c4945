"""Two-step login: django-allauth's pages. Those that show or change secrets ask for the password or a code again."""

import time
from http import HTTPStatus
from typing import Any, Final

from allauth.account import app_settings
from allauth.account import views as allauth
from allauth.account.internal.flows.login import get_authentication_records, record_authentication
from allauth.account.internal.flows.reauthentication import suspend_request
from allauth.mfa.base import forms as mfa_forms
from allauth.mfa.base import views as base
from allauth.mfa.recovery_codes import views as codes
from allauth.mfa.totp import views as totp
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.urls import reverse

from accounts.selectors import logins_besides
from accounts.services.accounts import power_changed
from accounts.services.logins import logins_end

WAIT_S: Final = 300
"""The longest rate limit of settings.ACCOUNT_RATE_LIMITS that a page can reach."""
TOO_MANY: Final = {"rate_limited", "too_many_login_attempts"}
PAGES: Final = {"password": "account_reauthenticate", "mfa": "mfa_reauthenticate"}
"""The page that asks for each method again."""


class Refusing:
    """A form view that answers 429 with `Retry-After` after too many attempts, and 422 for other errors."""

    def form_invalid(self, form: Any) -> HttpResponse:
        response: HttpResponse = super().form_invalid(form)  # type: ignore[misc]
        fast = any(error.code in TOO_MANY for errors in form.errors.as_data().values() for error in errors)
        response.status_code = HTTPStatus.TOO_MANY_REQUESTS if fast else HTTPStatus.UNPROCESSABLE_ENTITY
        if fast:
            response["Retry-After"] = str(WAIT_S)
        return response


class Again:
    """A view that is open only for a few minutes after the user has confirmed `method` again."""

    method = "password"

    def dispatch(self, request: HttpRequest, *given: Any, **more: Any) -> HttpResponseBase:
        if request.user.is_authenticated and not shown_lately(request, self.method):
            suspended: HttpResponse = suspend_request(request, reverse(PAGES[self.method]))
            return suspended
        response: HttpResponseBase = super().dispatch(request, *given, **more)  # type: ignore[misc]
        return response


def shown_lately(request: HttpRequest, method: str) -> bool:
    """Return whether the user has confirmed the password (`password`) or a code (`mfa`) again within a few minutes."""
    records = get_authentication_records(request, request.user)
    shown = [each["at"] for each in records if each["method"] == method and each.get("reauthenticated")]
    return bool(shown) and time.time() - max(shown) < app_settings.REAUTHENTICATION_TIMEOUT


class AuthenticateView(Refusing, base.AuthenticateView):
    """The page for the code at log-in."""


class ReauthenticateView(Refusing, allauth.ReauthenticateView):
    """The page that asks for the password again."""


class CodeAgainView(Refusing, base.ReauthenticateView):
    """The page that asks for a code again."""


class ActivateView(Refusing, totp.ActivateTOTPView):
    """The set-up of two-step login. It ends other sessions, and gives moderators and admins their power."""

    def form_valid(self, form: Any) -> HttpResponse:
        response: HttpResponse = super().form_valid(form)
        record_authentication(self.request, form.user, "mfa", reauthenticated=True)  # the codes are shown next
        power_changed(user=form.user)
        logins_end(user=form.user, logins=logins_besides(form.user, str(self.request.session.session_key)))
        return response


class CodeForm(mfa_forms.ReauthenticateForm):
    """A code of the app or a recovery code, entered for this action."""


class DeactivateView(Again, Refusing, totp.DeactivateTOTPView):
    """The removal of two-step login, with password and code. With `STAFF_MFA`, staff lose their power by it."""

    form_class = CodeForm

    def get_form_kwargs(self) -> dict[str, Any]:
        given: dict[str, Any] = super().get_form_kwargs()
        del given["authenticator"]
        if self.request.method != "POST":
            del given["data"]
        return {**given, "user": self.request.user}

    def form_valid(self, form: Any) -> HttpResponse:
        response: HttpResponse = super().form_valid(form)
        power_changed(user=self.authenticator.user)
        return response


class GenerateCodesView(Again, Refusing, codes.GenerateRecoveryCodesView):
    """The creation of new recovery codes, with password and code. The next page shows them."""

    form_class = CodeForm

    def form_valid(self, form: Any) -> HttpResponse:
        form.save()
        response: HttpResponse = super().form_valid(form)
        return response


class ViewCodesView(Again, codes.ViewRecoveryCodesView):
    method = "mfa"


class DownloadCodesView(Again, codes.DownloadRecoveryCodesView):
    method = "mfa"
