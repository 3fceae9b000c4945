"""The page of the link that the server prints while there is no admin."""

from http import HTTPStatus
from random import SystemRandom

from django.contrib.auth.hashers import make_password
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters

from accounts import login as session
from accounts import setup
from accounts.avatars import COLOURS
from accounts.mails import send_proof
from accounts.models import User
from accounts.password_forms import NewAccountForm, NewPasswordForm
from accounts.services.accounts import SetUpAlready, admin_create
from accounts.views.account import password_typed
from accounts.views.entrance import too_many
from realtime import RealtimeError
from realtime.log import now_ms


@never_cache
@sensitive_post_parameters("password")
def first_admin(request: HttpRequest, token: str) -> HttpResponse:
    """Create the first admin. A guest becomes admin and keeps the name; others enter one. An unknown token is 404."""
    if not setup.fits(token):
        raise Http404
    guest = request.user if isinstance(request.user, User) and request.user.is_guest else None
    given = request.POST if request.method == "POST" else None
    form = NewPasswordForm(guest, given) if guest else NewAccountForm(User(), given)
    if form.is_bound and (response := too_many(request, "signup")):
        return response
    device = session.device_of(request)
    if form.is_valid() and (admin := admin_made(form, guest, session.device_hash(device))):
        setup.forget()
        session.account_begin(request, admin)
        send_proof(request, admin)
        password_typed(request, admin)
        response = redirect("mfa_activate_totp")
        session.device_keep(response, device)
        return response
    status = HTTPStatus.UNPROCESSABLE_ENTITY if form.errors else HTTPStatus.OK
    return render(request, "account/setup.html", {"form": form, "guest": guest}, status=status)


def admin_made(form: NewPasswordForm, guest: User | None, device: str) -> User | None:
    """Create the admin, or add the error to the form and return None. Raise 404 when there is an admin already."""
    given = form.given
    hashed, colour = make_password(given.pop("password")), SystemRandom().randrange(COLOURS)
    given.setdefault("name", "")
    try:
        return admin_create(**given, guest=guest, hashed=hashed, colour=colour, device=device, now=now_ms())
    except SetUpAlready:
        raise Http404 from None
    except RealtimeError as error:
        if isinstance(form, NewAccountForm):
            form.refuse_name(error)
    return None
