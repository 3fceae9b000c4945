"""Send mails that prove an e-mail address. An address has no effect until its owner has followed the link."""

import logging
from typing import Any, Final

from allauth.account.adapter import get_adapter
from allauth.core.internal import ratelimit
from django.conf import settings
from django.core import signing
from django.http import HttpRequest
from django.urls import reverse

from accounts.models import User
from accounts.selectors import owner_of_email

logger = logging.getLogger(__name__)

_SALT: Final = "accounts.email"
_AGE_S: Final = 3 * 24 * 60 * 60


def send_proof(request: HttpRequest, user: User) -> None:
    """Send a link to the address that a user has entered, or tell its owner that they have an account already.

    The page is the same in both cases, and when a rate limit stops the mail.
    """
    email = user.email_asked
    if not (email and settings.EMAIL_URL and _allowed(request, email)):
        return
    owner = owner_of_email(email)
    context: dict[str, Any] = {"name": owner.name} if owner else {}  # no stranger's name: it may be spam
    place = {"token": signing.dumps([user.key, email], salt=_SALT)}
    context["url"] = request.build_absolute_uri(
        reverse("account_login") if owner else reverse("email_prove", kwargs=place)
    )
    try:
        get_adapter(request).send_mail(f"account/email/{'email_taken' if owner else 'email_prove'}", email, context)
    except OSError as error:  # the base class of errors of smtplib
        logger.warning("a mail could not be sent: %s", error)


def proof_of(token: str) -> tuple[str, str] | None:
    """Return the key of the user and the address of a link, or None when the token is invalid or too old."""
    try:
        user, email = signing.loads(token, salt=_SALT, max_age=_AGE_S)
    except (signing.BadSignature, ValueError):
        return None
    return str(user), str(email)


def _allowed(request: HttpRequest, email: str) -> bool:
    """Tell whether another mail may be sent. The limit protects mailboxes from being filled."""
    return bool(ratelimit.consume(request, app="allauth.account", action="prove_email", key=email))
