"""Create and delete users, and record when they were last seen."""

from collections.abc import Collection
from datetime import UTC, datetime
from typing import Any, Final

from allauth.mfa.models import Authenticator
from django.contrib.auth.hashers import make_password
from django.contrib.sessions.models import Session
from django.db import transaction
from django.db.models import F

from accounts import names
from accounts.models import LoginSession, QuotaUse, User
from accounts.plugin import PLUGINS
from accounts.quotas import DAY_MS, NOWHERE, Place
from accounts.selectors import (
    refuse_banned,
)
from accounts.services.profiles import profile_set
from accounts.services.quotas import check_newcomer_quota, record_use
from accounts.sessions import upgrade
from realtime import UserId
from realtime.log import SITE, batch, key_new
from realtime.security import login_of

MAX_DELETED_ROWS: Final = 500
"""A clean-up deletes at most so many rows of each table."""


class LastAdmin(Exception):
    """The last admin cannot leave, because the site would have no admin."""


@transaction.atomic
def guest_create(*, name: str, face: str, colour: int, device: str, now: int, place: Place = NOWHERE) -> User:
    """Create a user without a password. `device` is the hash of the device cookie.

    Raise 422 for a bad name, 409 `name_taken` with a free suggestion, or 429 `quota`.
    """
    user = User(device=device, created_at=now, seen_at=now, password=make_password(None))
    hashed = check_newcomer_quota(place, now)
    profile_set(user, name=name, face=face, colour=colour, now=now)
    record_use("guests", user.pk, hashed, now)
    return user


def user_seen(*, user: User, now: int, session_key: str | None = None) -> None:
    """Store that the user was here in this login session. The time after which a guest's name is free starts again."""
    user.seen_at = now
    user.save(update_fields=["seen_at"])
    if session_key:
        LoginSession.objects.filter(login=login_of(session_key)).update(seen_at=now)


def person_forget(*, user: User, now: int) -> None:
    """Delete the data of a person: name, face, e-mail, browser, password and log-ins. Plugins leave the rooms first.

    Messages stay, under an anonymous name. Raise `LastAdmin` for the last admin, and 403 for a banned person.
    """
    refuse_banned(user, now)
    if user.is_superuser and not User.objects.filter(is_superuser=True, is_active=True).exclude(pk=user.pk).exists():
        raise LastAdmin
    for plugin in PLUGINS:
        if plugin.on_delete:
            plugin.on_delete(user)
    with batch([SITE]) as staged:
        Session.objects.filter(loginsession__user=user).delete()
        Authenticator.objects.filter(user=user).delete()
        User.objects.filter(pk=user.pk).update(rev=F("rev") + 1, **_anonymous_values())
        staged.revoke(UserId(user.key))


def _anonymous_values() -> dict[str, Any]:
    name, folded = names.cleaned(f"Deleted user {key_new(8)}")
    none: dict[str, Any] = dict.fromkeys(["is_active", "is_staff", "is_superuser", "is_moderator"], False)
    forgotten = {
        "face": "",
        "picture": "",
        "colour": 0,
        "email": "",
        "email_asked": "",
        "device": "",
        "account_at": 0,
        "password": make_password(None),
    }
    return {"name": name, "name_folded": folded, "skeleton": names.look(name), **forgotten, **none}


def users_seen(pks: Collection[int], now: int) -> None:
    """Store that connected people were here, at most once a day for each. Also run the regular clean-up."""
    upgrade.finish()
    User.objects.filter(pk__in=pks, seen_at__lte=now - DAY_MS).update(seen_at=now)
    expired_delete(now)


def expired_delete(now: int) -> None:
    """Delete expired login sessions and old uses of quotas, at most `MAX_DELETED_ROWS` of each."""
    at = datetime.fromtimestamp(now / 1000, UTC)
    over = Session.objects.filter(expire_date__lt=at).order_by("expire_date").values_list("pk", flat=True)
    Session.objects.filter(pk__in=list(over[:MAX_DELETED_ROWS])).delete()
    uses = QuotaUse.objects.filter(at__lte=now - DAY_MS).order_by("at").values_list("pk", flat=True)
    QuotaUse.objects.filter(pk__in=list(uses[:MAX_DELETED_ROWS])).delete()
