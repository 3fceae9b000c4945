"""Views of a person's own account: name, password, e-mail and login sessions."""

import contextlib
from collections.abc import Callable
from functools import wraps
from http import HTTPStatus
from typing import Any

from allauth.account.internal.flows.login import record_authentication
from allauth.mfa.models import Authenticator
from allauth.mfa.utils import is_mfa_enabled
from django import forms
from django.contrib import auth, messages
from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.middleware.csrf import get_token
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from accounts import expired_forms
from accounts import login as session
from accounts.avatars import initials
from accounts.expired_forms import shows_again
from accounts.mails import proof_of, send_proof
from accounts.models import User
from accounts.password_forms import EmailForm, FarewellForm, NewPasswordForm, PasswordForm
from accounts.selectors import guards_unproven, logins_besides, logins_of
from accounts.services.accounts import EmailTaken, email_ask, email_prove
from accounts.services.logins import logins_end
from accounts.services.people import LastAdmin, person_forget
from accounts.views.entrance import next_of, too_many, with_next
from realtime import RealtimeError
from realtime.log import now_ms
from realtime.security import login_of

Page = Callable[..., HttpResponse]


def by_account(view: Page) -> Page:
    """Call `view(request, user)` for an account. Redirect a guest to set a password, and a visitor to log in."""

    @wraps(view)
    def asked(request: HttpRequest, **given: Any) -> HttpResponse:
        user = request.user
        if not isinstance(user, User):
            return redirect(with_next("account_login", request.get_full_path()))
        return redirect("keep_name") if user.is_guest else view(request, user, **given)

    return never_cache(sensitive_post_parameters("old", "password")(asked))


@require_safe
@by_account
def account(request: HttpRequest, user: User) -> HttpResponse:
    logins = logins_of(user)
    context = {
        "initials": initials(user.name),
        "logins": [(each, each.login == login_of(str(request.session.session_key))) for each in logins],
        "mfa": is_mfa_enabled(user, types=[Authenticator.Type.TOTP]),
        "unproven": guards_unproven(user),
    }
    return render(request, "account/account.html", context)


@shows_again
@never_cache
@sensitive_post_parameters("password")
def keep_name(request: HttpRequest) -> HttpResponse:
    """Set the password of a guest, from its page or by a JSON request from a room."""
    user, next = request.user, next_of(request)
    if not isinstance(user, User):
        return redirect(with_next("account_signup", next))
    if not user.is_guest:
        return redirect(next or "account")
    form = NewPasswordForm(user, request.POST if request.method == "POST" else None)
    if expired_forms.is_expired(request):
        expired_forms.refused(form, request)
        if wants_json(request):
            again = {"errors": form.errors, "csrf": get_token(request)}
            return JsonResponse(again, status=HTTPStatus.UNPROCESSABLE_ENTITY)
        return page(request, "account/keep_name.html", form, next=next)
    if form.is_bound and (response := too_many(request, "change_password", user)):
        return response
    if form.is_valid() and kept(request, user, form):
        return JsonResponse({}) if wants_json(request) else redirect(next or "account")
    if wants_json(request):
        return JsonResponse({"errors": form.errors}, status=HTTPStatus.UNPROCESSABLE_ENTITY)
    return page(request, "account/keep_name.html", form, next=next)


def kept(request: HttpRequest, user: User, form: NewPasswordForm) -> bool:
    try:
        session.keep(request, user, **form.given)
        send_proof(request, user)
    except RealtimeError:  # another tab has already set the password
        return True
    return not form.errors


@by_account
def password(request: HttpRequest, user: User) -> HttpResponse:
    form = PasswordForm(user, request.POST if request.method == "POST" else None)
    if form.is_bound and (response := too_many(request, "change_password", user)):
        return response
    if form.is_valid():
        session.password_change(request, user, form.cleaned_data["password"])
        return done(request, _("Password changed. You're logged out on other devices."))
    return page(request, "account/password_change.html", form)


@by_account
def email(request: HttpRequest, user: User) -> HttpResponse:
    given = request.POST if request.method == "POST" else None
    form = EmailForm(user, given, initial={"email": user.email_asked or user.email})
    if form.is_bound and (response := too_many(request, "change_password", user)):
        return response
    if form.is_valid():
        email_ask(user=user, email=form.cleaned_data["email"])
        send_proof(request, user)
        return done(request, _("Check your inbox to confirm the email.") if user.email_asked else _("Email saved."))
    return page(request, "account/email.html", form)


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def prove_email(request: HttpRequest, token: str) -> HttpResponse:
    """Show the page of a link in a mail. It needs a click on a button, because mail programs open links too."""
    proof, user = proof_of(token), None
    if proof and request.method == "POST":
        with contextlib.suppress(EmailTaken):
            user = email_prove(key=proof[0], email=proof[1])
    failed = proof is None or (request.method == "POST" and user is None)
    status = HTTPStatus.GONE if failed else HTTPStatus.OK
    context = {"email": proof and proof[1], "proved": user, "failed": failed}
    return render(request, "account/email_prove.html", context, status=status)


@never_cache
@sensitive_post_parameters("old")
def forget(request: HttpRequest) -> HttpResponse:
    """Delete the account, or a guest, after a confirmation."""
    user = request.user
    if not isinstance(user, User):
        return redirect("home")
    form = FarewellForm(user, request.POST if request.method == "POST" else None)
    if form.is_bound and (response := too_many(request, "change_password", user)):
        return response
    if form.is_valid() and forget_person(user, form):
        session.browser_met(request, user)
        auth.logout(request)
        return redirect("forgotten")
    return page(request, "account/forget.html", form)


@require_safe
def forgotten(request: HttpRequest) -> HttpResponse:
    """Confirm the deletion. The account is logged out by now."""
    return render(request, "account/forgotten.html")


def forget_person(user: User, form: FarewellForm) -> bool:
    try:
        person_forget(user=user, now=now_ms())
    except LastAdmin:
        form.add_error(None, _("You're the only admin. Make someone else admin first."))
    except RealtimeError:
        form.add_error(None, _("You can't delete your account while banned."))
    return not form.errors


@require_POST
@by_account
def login_end(request: HttpRequest, user: User, login: str) -> HttpResponse:
    """Log out another browser. For this one it is 404: the button "Log out" does that."""
    if login == login_of(str(request.session.session_key)) or not logins_end(user=user, logins=[login]):
        raise Http404
    return done(request, _("Device logged out."))


@require_POST
@by_account
def logins_end_others(request: HttpRequest, user: User) -> HttpResponse:
    logins_end(user=user, logins=logins_besides(user, str(request.session.session_key)))
    return done(request, _("Logged out on all other devices."))


def page(request: HttpRequest, template: str, form: forms.Form, **more: Any) -> HttpResponse:
    status = HTTPStatus.UNPROCESSABLE_ENTITY if form.errors else HTTPStatus.OK
    return render(request, template, {"form": form, **more}, status=status)


def done(request: HttpRequest, words: str) -> HttpResponse:
    messages.success(request, words)
    return redirect("account")


def wants_json(request: HttpRequest) -> bool:
    return request.headers.get("Accept", "") == "application/json"


def password_typed(request: HttpRequest, user: User) -> None:
    """Record that the password was just entered, so that setting up two-step login does not ask for it again."""
    record_authentication(request, user, method="password", reauthenticated=True)
