"""Create accounts and the first admin, and change passwords and e-mail addresses.

Passwords are passed `hashed`: hashing takes half a second, which is too long inside a transaction.
"""

from django.contrib.sessions.models import Session
from django.db import IntegrityError, transaction

from accounts.models import User
from accounts.plugin import PLUGINS
from accounts.quotas import NOWHERE, Place
from accounts.selectors import (
    person_signal,
    superuser_exists,
)
from accounts.services.profiles import profile_set
from accounts.services.quotas import check_newcomer_quota, record_use
from realtime import UserId, conflict
from realtime.log import SITE, batch


class EmailTaken(Exception):
    """The address belongs to another person."""


class SetUpAlready(Exception):
    """The site has an admin already."""


def account_create(
    *, name: str, hashed: str, email: str, colour: int, device: str, now: int, place: Place = NOWHERE
) -> User:
    """Create a user with a password. Raise 422, 409 `name_taken` or 429 `quota`. The e-mail must be proved later."""
    with transaction.atomic():
        came_from = check_newcomer_quota(place, now)
        user = _create_account(name=name, hashed=hashed, email=email, colour=colour, device=device, now=now)
        record_use("guests", user.pk, came_from, now)
        _notify_signup(user)
    return user


def name_keep(*, user: User, hashed: str, email: str, now: int) -> None:
    """Turn a guest into an account. The user keeps the id, and connections stay open. Raise 409 for an account."""
    with batch([SITE]) as staged:
        if User.objects.select_for_update().get(pk=user.pk).has_usable_password():
            raise conflict("conflict", "has a password already")
        user.password, user.email_asked, user.account_at = hashed, email, now
        user.rev += 1
        user.save(update_fields=["password", "email_asked", "account_at", "rev"])
        staged.signal(person_signal(user))


def admin_create(*, guest: User | None, name: str, hashed: str, email: str, colour: int, device: str, now: int) -> User:
    """Create the first superuser: a new account, or the guest who opened the link. Raise `SetUpAlready` otherwise."""
    with batch([SITE]) as staged:  # all processes share this lock
        if superuser_exists():
            raise SetUpAlready
        user = guest or _create_account(
            name=name, hashed=hashed, email="", colour=colour, device=device, now=now, may_speak=True
        )
        user.is_staff = user.is_superuser = True
        user.password, user.email_asked, user.account_at = hashed, email, now
        user.rev += 1
        user.save(update_fields=["password", "email_asked", "account_at", "rev", "is_staff", "is_superuser"])
        staged.signal(person_signal(user))
        staged.revoke(UserId(user.key), reason="role")
    if guest is None:
        _notify_signup(user)
    return user


def password_set(*, user: User, hashed: str) -> None:
    """Change the password, and end all login sessions with their connections."""
    with batch([SITE]) as staged:
        user.password = hashed
        user.save(update_fields=["password"])
        Session.objects.filter(loginsession__user=user).delete()
        staged.revoke(UserId(user.key))


def power_changed(*, user: User) -> None:
    """Recheck the connections of a person whose two-step login was set up or removed."""
    with batch([SITE]) as staged:
        staged.revoke(UserId(user.key), reason="role")


def email_ask(*, user: User, email: str) -> None:
    """Store an address that takes effect when its owner follows a link. An empty one deletes the address at once."""
    user.email_asked = "" if email == user.email and user.email_proved else email
    if not email:
        user.email, user.email_proved = "", False
    user.save(update_fields=["email", "email_proved", "email_asked"])


def email_prove(*, key: str, email: str) -> User:
    """Set the proved address of a user. Raise `EmailTaken` when it is another's, or the user no longer asks for it.

    Another user who has the address without a proof, from release 0.1, loses it.
    """
    with transaction.atomic():
        user = User.objects.select_for_update().filter(key=key, email_asked=email, is_active=True).first()
        if user is None:
            raise EmailTaken
        User.objects.filter(email=email, email_proved=False).exclude(pk=user.pk).update(email="")
        user.email, user.email_proved, user.email_asked = email, True, ""
        _save_email(user, "email", "email_proved", "email_asked")
    return user


def _create_account(
    *, name: str, hashed: str, email: str, colour: int, device: str, now: int, may_speak: bool = False
) -> User:
    user = User(device=device, created_at=now, seen_at=now, account_at=now, password=hashed)
    profile_set(user, name=name, face="", colour=colour, now=now, may_speak=may_speak)
    user.email_asked = email
    user.save(update_fields=["email_asked"])
    return user


def _notify_signup(user: User) -> None:
    for plugin in PLUGINS:
        if plugin.on_signup:
            plugin.on_signup(user)


def _save_email(user: User, *fields: str) -> None:
    try:
        with transaction.atomic():
            user.save(update_fields=fields)
    except IntegrityError:
        raise EmailTaken from None
