"""Log-in, sign-up and password reset. django-allauth's log-in treats a guest like a visitor."""

from http import HTTPStatus
from math import ceil
from random import SystemRandom
from typing import Any

from allauth.account import views as allauth
from allauth.core.ratelimit import consume_or_429
from django.conf import settings
from django.contrib.auth.hashers import make_password
from django.http import HttpRequest, HttpResponse, HttpResponseBase, HttpResponseRedirect
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.http import urlencode
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods

from accounts import expired_forms
from accounts import login as session
from accounts.adapter import AccountAdapter
from accounts.avatars import COLOURS
from accounts.expired_forms import shows_again
from accounts.mails import send_proof
from accounts.models import User
from accounts.password_forms import NewAccountForm
from accounts.quotas import Place
from accounts.selectors import has_acted
from accounts.services.accounts import account_create
from accounts.views.second_step import Refusing
from realtime import RealtimeError
from realtime.log import now_ms


class LoginView(Refusing, allauth.LoginView):
    """The log-in of visitors and guests. A person with an account is redirected."""

    def dispatch(self, request: HttpRequest, *given: Any, **more: Any) -> HttpResponseBase:
        self.guest = request.user if isinstance(request.user, User) else None
        if self.guest and not self.guest.is_guest:
            return HttpResponseRedirect(self.get_authenticated_redirect_url())
        response: HttpResponseBase = super().dispatch(request, *given, **more)
        return response

    def post(self, request: HttpRequest, *given: Any, **more: Any) -> HttpResponseBase:
        if expired_forms.is_expired(request):
            page = self.form_invalid(expired_forms.refused(self.get_form(), request))
            page.status_code = expired_forms.STATUS
            return page
        response: HttpResponseBase = super().post(request, *given, **more)
        return response

    def get_context_data(self, **more: Any) -> dict[str, Any]:
        context: dict[str, Any] = super().get_context_data(**more)
        next = next_of(self.request)
        return {**context, "guest": self.guest, "acted": self.guest and has_acted(self.guest), "next": next}


@shows_again
@sensitive_post_parameters("password")
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def signup(request: HttpRequest) -> HttpResponse:
    """Create an account for a visitor. A guest is redirected to `keep_name`."""
    next = next_of(request)
    if isinstance(request.user, User):
        return redirect(with_next("keep_name", next) if request.user.is_guest else next or "home")
    if request.method != "POST":
        return signup_page(request, NewAccountForm(User()), next)
    if expired_forms.is_expired(request):
        form = expired_forms.refused(NewAccountForm(User(), request.POST), request)
        return signup_page(request, form, next, status=expired_forms.STATUS)
    if response := too_many(request, "signup"):
        return response
    form, device = NewAccountForm(User(), request.POST), session.device_of(request)
    if user := form.is_valid() and account_made(form, session.device_hash(device), session.place_of(request)):
        session.account_begin(request, user)
        send_proof(request, user)
        response = redirect(next or "home")
        session.device_keep(response, device)
        return response
    if form.retry_after_ms:
        page = signup_page(request, form, next, status=HTTPStatus.TOO_MANY_REQUESTS)
        page["Retry-After"] = str(ceil(form.retry_after_ms / 1000))
        return page
    return signup_page(request, form, next, status=HTTPStatus.UNPROCESSABLE_ENTITY)


def account_made(form: NewAccountForm, device: str, place: Place) -> User | None:
    """Create the account, or add the error to the form and return None."""
    given = form.given
    hashed, colour = make_password(given.pop("password")), SystemRandom().randrange(COLOURS)
    try:
        return account_create(**given, hashed=hashed, colour=colour, device=device, place=place, now=now_ms())
    except RealtimeError as error:
        form.refuse_name(error)
    return None


def signup_page(request: HttpRequest, form: NewAccountForm, next: str, status: int = HTTPStatus.OK) -> HttpResponse:
    return render(request, "account/signup.html", {"form": form, "next": next}, status=status)


class ResetView(Refusing, allauth.PasswordResetView):
    """The request for a password reset. A site without mail has no form: the page says to ask the admin."""

    def dispatch(self, request: HttpRequest, *given: Any, **more: Any) -> HttpResponseBase:
        if not settings.EMAIL_URL:
            return render(request, "account/password_reset_by_admin.html")
        response: HttpResponseBase = super().dispatch(request, *given, **more)
        return response


class ResetFromKeyView(Refusing, allauth.PasswordResetFromKeyView):
    """The password reset by a link. It does not log out the current user, because a guest could never log in again."""

    def logout(self) -> None: ...


def too_many(request: HttpRequest, action: str, user: User | None = None) -> HttpResponse | None:
    """Return a 429 response when this address or user exceeds settings.ACCOUNT_RATE_LIMITS, else None."""
    response: HttpResponse | None = consume_or_429(request, action=action, user=user)
    return response


def next_of(request: HttpRequest) -> str:
    """Return the next page, if it is an address of this site, or an empty text."""
    next = request.POST.get("next") or request.GET.get("next") or ""
    return next if AccountAdapter(request).is_safe_url(next) else ""


def with_next(page: str, next: str) -> str:
    return reverse(page) + (f"?{urlencode({'next': next})}" if next else "")
