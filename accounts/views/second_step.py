"""The second step of the log-in: django-allauth's pages, which ask again for what they are about to give away."""

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
"""The page that asks again for each method."""


class Refusing:
    """A form's view whose refusals say so by their status: 429 with a time after too many tries, else 422."""

    def form_invalid(self, form: Any) -> HttpResponse:
        response: HttpResponse = super().form_invalid(form)  # type: ignore[misc]
        fast = any(error.code in TOO_MANY for errors in form.errors.as_data().values() for error in errors)
        response.status_code = HTTPStatus.TOO_MANY_REQUESTS if fast else HTTPStatus.UNPROCESSABLE_ENTITY
        if fast:
            response["Retry-After"] = str(WAIT_S)
        return response


class Again:
    """A view that opens only a few minutes after its user has shown `method` again."""

    method = "password"

    def dispatch(self, request: HttpRequest, *given: Any, **more: Any) -> HttpResponseBase:
        if request.user.is_authenticated and not shown_lately(request, self.method):
            suspended: HttpResponse = suspend_request(request, reverse(PAGES[self.method]))
            return suspended
        response: HttpResponseBase = super().dispatch(request, *given, **more)  # type: ignore[misc]
        return response


def shown_lately(request: HttpRequest, method: str) -> bool:
    """Return whether this log-in has shown the password (`password`) or a code (`mfa`) again within a few minutes."""
    records = get_authentication_records(request, request.user)
    shown = [each["at"] for each in records if each["method"] == method and each.get("reauthenticated")]
    return bool(shown) and time.time() - max(shown) < app_settings.REAUTHENTICATION_TIMEOUT


class AuthenticateView(Refusing, base.AuthenticateView):
    """The code of the log-in."""


class ReauthenticateView(Refusing, allauth.ReauthenticateView):
    """The password, asked for again."""


class CodeAgainView(Refusing, base.ReauthenticateView):
    """A code, asked for again."""


class ActivateView(Refusing, totp.ActivateTOTPView):
    """The set-up of two-step login. It ends other sessions, and moderators and admins have their power from now on."""

    def form_valid(self, form: Any) -> HttpResponse:
        response: HttpResponse = super().form_valid(form)
        record_authentication(self.request, form.user, "mfa", reauthenticated=True)  # the codes are shown next
        power_changed(user=form.user)
        logins_end(user=form.user, logins=logins_besides(form.user, str(self.request.session.session_key)))
        return response


class CodeForm(mfa_forms.ReauthenticateForm):
    """A code of the app or a recovery code, typed for this very act."""


class DeactivateView(Again, Refusing, totp.DeactivateTOTPView):
    """Password and code take the second step away; who guards the site does so no more, from now on."""

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
    """Password and code make new recovery codes, which are shown next."""

    form_class = CodeForm

    def form_valid(self, form: Any) -> HttpResponse:
        form.save()
        response: HttpResponse = super().form_valid(form)
        return response


class ViewCodesView(Again, codes.ViewRecoveryCodesView):
    method = "mfa"


class DownloadCodesView(Again, codes.DownloadRecoveryCodesView):
    method = "mfa"
