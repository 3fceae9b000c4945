"""Write people to the database. A name belongs to one person; a guest's is free after 30 days of absence.

Passwords are passed `hashed`: hashing takes half a second, and no writer should wait so long for a transaction.
"""

import logging
from collections.abc import Collection
from datetime import UTC, datetime
from typing import Any, Final

from allauth.mfa.models import Authenticator
from django.conf import settings
from django.contrib.auth.hashers import make_password
from django.contrib.sessions.models import Session
from django.db import IntegrityError, transaction
from django.db.models import F, Q, QuerySet
from django.utils.crypto import salted_hmac

from accounts import faces, names
from accounts.models import LoginSession, QuotaUse, User
from accounts.plugin import PLUGINS
from accounts.protocol import ProfileParams
from accounts.quotas import BURST_MS, DAY_MS, NOWHERE, Kind, Place, is_private, quotas_of
from accounts.reserved import is_reserved
from accounts.selectors import (
    counts_as_guest,
    has_acted,
    name_variant,
    person_of,
    person_signal,
    refuse_banned,
    refuse_muted,
    superuser_exists,
)
from accounts.sessions import upgrade
from realtime import Caller, RealtimeError, Signal, UserId, conflict, method, too_fast, unprocessable
from realtime.log import SITE, Batch, batch, key_new
from realtime.security import login_of

logger = logging.getLogger(__name__)

DAY: Final = 24 * 60 * 60 * 1000
FREE_AFTER: Final = 30 * DAY
"""A guest's name is free so many ms after the last visit."""
FREE_UNUSED_AFTER: Final = DAY
"""The name of a guest who came once and did nothing is free after so many ms."""
CLEANED: Final = 500
"""A clean-up deletes at most so many rows of a kind."""


class EmailTaken(Exception):
    """The address belongs to another person."""


class LastAdmin(Exception):
    """The last admin cannot leave, because the site would have no admin."""


class SetUpAlready(Exception):
    """The site has an admin already."""


@transaction.atomic
def guest_create(*, name: str, face: str, colour: int, device: str, now: int, place: Place = NOWHERE) -> User:
    """Create a user without a password. `device` is the hash of the cookie.

    Raise 422 for a bad name, and 409 `name_taken` with a free suggestion.
    """
    user = User(device=device, created_at=now, seen_at=now, password=make_password(None))
    hashed = _newcomer_refuse(place, now)
    _profile_set(user, name=name, face=face, colour=colour, now=now)
    _use_write("guests", user.pk, hashed, now)
    return user


@method("profile.change", ProfileParams)
def profile_change(
    batch: Batch, *, caller: Caller, name: str, face: str, colour: int
) -> tuple[dict[str, Any], list[Signal]]:
    """Change the caller's name, face and colour, and show it on all their connections; presence tells the others."""
    user = person_change(pk=caller.pk, name=name, face=face, colour=colour, now=batch.now)
    return {"user": {"id": caller.id, **person_of(user)}}, [person_signal(user)]


def person_change(*, pk: int, name: str, face: str, colour: int, now: int) -> User:
    """Change name, face or colour, and increase `rev`."""
    user = User.objects.select_for_update().get(pk=pk)
    refuse_banned(user, now)
    if names.cleaned(name)[0] != user.name:
        refuse_muted(user, now)
    user.rev += 1
    _profile_set(user, name=name, face=face, colour=colour, now=now)
    return user


def user_seen(*, user: User, now: int, session_key: str | None = None) -> None:
    """Store that the user was here in this login session. The 30 days of the name start again."""
    user.seen_at = now
    user.save(update_fields=["seen_at"])
    if session_key:
        LoginSession.objects.filter(login=login_of(session_key)).update(seen_at=now)


# Accounts


def account_create(
    *, name: str, hashed: str, email: str, colour: int, device: str, now: int, place: Place = NOWHERE
) -> User:
    """Create a user with a password. Raise 422, 409 `name_taken` or 429 `quota`. The e-mail must be proved later."""
    with transaction.atomic():
        came_from = _newcomer_refuse(place, now)
        user = _account(name=name, hashed=hashed, email=email, colour=colour, device=device, now=now)
        _use_write("guests", user.pk, came_from, now)
        _welcome(user)
    return user


def name_keep(*, user: User, hashed: str, email: str, now: int) -> None:
    """Turn a guest into an account. The row stays and no log changes, so connections stay open."""
    with batch([SITE]) as staged:
        if User.objects.select_for_update().get(pk=user.pk).has_usable_password():
            raise conflict("conflict", "has a password already")
        user.password, user.email_asked, user.account_at = hashed, email, now
        user.rev += 1
        user.save(update_fields=["password", "email_asked", "account_at", "rev"])
        staged.signal(person_signal(user))


def admin_create(*, guest: User | None, name: str, hashed: str, email: str, colour: int, device: str, now: int) -> User:
    """Create the first superuser: a new account, or the guest who opened the link. Only one caller succeeds."""
    with batch([SITE]) as staged:  # the lock is one that all processes share
        if superuser_exists():
            raise SetUpAlready
        user = guest or _account(
            name=name, hashed=hashed, email="", colour=colour, device=device, now=now, may_speak=True
        )
        user.is_staff = user.is_superuser = True
        user.password, user.email_asked, user.account_at = hashed, email, now
        user.rev += 1
        user.save(update_fields=["password", "email_asked", "account_at", "rev", "is_staff", "is_superuser"])
        staged.signal(person_signal(user))
        staged.revoke(UserId(user.key), reason="role")
    if guest is None:
        _welcome(user)
    return user


def password_set(*, user: User, hashed: str) -> None:
    """Change the password, and end all login sessions with their connections."""
    with batch([SITE]) as staged:
        user.password = hashed
        user.save(update_fields=["password"])
        Session.objects.filter(loginsession__user=user).delete()
        staged.revoke(UserId(user.key))


def power_changed(*, user: User) -> None:
    """Recheck a moderator or admin whose two-step login was set up or removed."""
    with batch([SITE]) as staged:
        staged.revoke(UserId(user.key), reason="role")


def email_ask(*, user: User, email: str) -> None:
    """Ask for another e-mail, which counts once its owner has followed a link; or set none, at once."""
    user.email_asked = "" if email == user.email and user.email_proved else email
    if not email:
        user.email, user.email_proved = "", False
    user.save(update_fields=["email", "email_proved", "email_asked"])


def email_prove(*, key: str, email: str) -> User:
    """Give a proved address to the user, or raise `EmailTaken`.

    A person who has it without a proof, from release 0.1, loses it.
    """
    with transaction.atomic():
        user = User.objects.select_for_update().filter(key=key, email_asked=email, is_active=True).first()
        if user is None:
            raise EmailTaken
        User.objects.filter(email=email, email_proved=False).exclude(pk=user.pk).update(email="")
        user.email, user.email_proved, user.email_asked = email, True, ""
        _email_write(user, "email", "email_proved", "email_asked")
    return user


def person_forget(*, user: User, now: int) -> None:
    """Delete the data of a person: rooms are left, and name, face, e-mail, browser and password are deleted.

    The messages stay, under an anonymous name.
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
        User.objects.filter(pk=user.pk).update(rev=F("rev") + 1, **_nobody())
        staged.revoke(UserId(user.key))


def _nobody() -> dict[str, Any]:
    name, folded = names.cleaned(f"Deleted user {key_new(8)}")
    none: dict[str, Any] = dict.fromkeys(["is_active", "is_staff", "is_superuser", "is_moderator"], False)
    forgotten = {
        "face": "",
        "colour": 0,
        "email": "",
        "email_asked": "",
        "device": "",
        "account_at": 0,
        "password": make_password(None),
    }
    return {"name": name, "name_folded": folded, "skeleton": names.look(name), **forgotten, **none}


# Quotas


def quota_use(kind: Kind, *, pk: int, now: int) -> None:
    """Count one more of what a person makes, or refuse it with 429 `quota` and the time until there is room again.

    The caller's transaction holds the lock of the `site` log, so that processes count one after the other.
    """
    quotas = quotas_of(settings.QUOTAS)
    password, account_at = User.objects.values_list("password", "account_at").get(pk=pk)
    who = "guest" if counts_as_guest(password, account_at, now) else "account"
    came_from = _came_from(pk, now)
    _quota_refuse(kind, getattr(quotas, f"{kind}_{who}"), _uses(kind, now).filter(user=pk), now)
    if came_from.address:
        for scope, hashed in came_from._asdict().items():
            _quota_refuse(kind, getattr(quotas, f"{kind}_{scope}"), _uses(kind, now).filter(**{scope: hashed}), now)
    _use_write(kind, pk, came_from, now)


def _newcomer_refuse(place: Place, now: int) -> Place:
    """Refuse one more new person from this place, or return the place as it is stored."""
    quotas, hashed = quotas_of(settings.QUOTAS), Place(*map(_place_hash, place))
    recent, today = _uses("guests", now, BURST_MS), _uses("guests", now)
    _quota_refuse("guests", quotas.guests_site_burst, recent, now, BURST_MS)
    if not hashed.address:
        return hashed
    try:
        for scope, value in hashed._asdict().items():
            burst = getattr(quotas, f"guests_{scope}_burst")
            _quota_refuse("guests", burst, recent.filter(**{scope: value}), now, BURST_MS)
            _quota_refuse("guests", getattr(quotas, f"guests_{scope}"), today.filter(**{scope: value}), now)
    except RealtimeError:
        if is_private(place):
            logger.warning("%s has used up its quota of new people; for a proxy see TRUSTED_PROXIES", place.address)
        raise
    return hashed


def _place_hash(text: str) -> str:
    """Return a keyed hash of an address, which is deleted after a day. The database contains no address."""
    return salted_hmac("accounts.quotas", text).hexdigest()[:16] if text else ""


def _uses(kind: Kind, now: int, window: int = DAY_MS) -> "QuerySet[QuotaUse]":
    """Return what was made lately. Times ahead of a clock that has jumped back count up to the same distance."""
    return QuotaUse.objects.filter(kind=kind, at__gt=now - window, at__lte=now + window)


def _quota_refuse(kind: Kind, most: int, uses: "QuerySet[QuotaUse]", now: int, window: int = DAY_MS) -> None:
    """Refuse where the window holds `most` already: the oldest of these says when there is room."""
    if not most:
        return
    oldest = uses.order_by("-at").values_list("at", flat=True)[most - 1 : most].first()
    if oldest is not None:
        raise too_fast(max(1000, min(oldest + window - now, window)), "quota", quota=kind, most=most)


def _came_from(pk: int, now: int) -> Place:
    """Return the place of a person who is new since less than a day."""
    came = _uses("guests", now).filter(user=pk).values_list("address", "network").first()
    return Place(*came) if came else NOWHERE


def _use_write(kind: Kind, pk: int, place: Place, now: int) -> None:
    QuotaUse.objects.create(kind=kind, user_id=pk, at=now, **place._asdict())


# Login sessions


def login_begun(
    *, user: User, session_key: str, row: str, agent: str, device: str, now: int, before: str | None = None
) -> None:
    """Record that an account has logged in. The session is stored in `row`; `before` is its former key."""
    facts = {
        "user": user,
        "login": login_of(session_key),
        "agent": agent,
        "device": device,
        "created_at": now,
        "seen_at": now,
        "moved_from": login_of(before) if before else "",
    }
    LoginSession.objects.update_or_create(session_id=row, defaults=facts)
    browser_met(user=user, device=device)


def browser_met(*, user: User, device: str) -> None:
    """Tell other apps that a person logs in, logs out or leaves forever in this browser."""
    for plugin in PLUGINS if device else ():
        if plugin.on_browser:
            plugin.on_browser(user, device)


def devices_of(user: User) -> set[str]:
    """Return the browsers of a person that are known: the one they came in by, and those with a login session."""
    return {user.device, *user.logins.values_list("device", flat=True)} - {""}


def login_leave(batch: Batch, *, user: User, session_key: str) -> None:
    """End the connections of a login session; whoever calls this ends the session, in the same transaction."""
    login = login_of(session_key)
    _end(batch, user, login, *user.logins.filter(login=login).values_list("moved_from", flat=True))


def _end(batch: Batch, user: User, *logins: str) -> None:
    for login in filter(None, logins):
        batch.revoke(UserId(user.key), login=login)


def logins_end(*, user: User, logins: Collection[str]) -> int:
    """End these login sessions of a user; how many there were."""
    with batch([SITE]) as staged:
        ended = list(user.logins.filter(login__in=logins).select_related("session"))
        for each in ended:
            _end(staged, user, each.login, each.moved_from)
            each.session.delete()
    return len(ended)


def _account(
    *, name: str, hashed: str, email: str, colour: int, device: str, now: int, may_speak: bool = False
) -> User:
    user = User(device=device, created_at=now, seen_at=now, account_at=now, password=hashed)
    _profile_set(user, name=name, face="", colour=colour, now=now, may_speak=may_speak)
    user.email_asked = email
    user.save(update_fields=["email_asked"])
    return user


def _welcome(user: User) -> None:
    for plugin in PLUGINS:
        if plugin.on_signup:
            plugin.on_signup(user)


def _email_write(user: User, *fields: str) -> None:
    try:
        with transaction.atomic():
            user.save(update_fields=fields)
    except IntegrityError:
        raise EmailTaken from None


def users_seen(pks: Collection[int], now: int) -> None:
    """Store that connected people were here, at most once a day for each."""
    upgrade.finish()
    User.objects.filter(pk__in=pks, seen_at__lte=now - DAY).update(seen_at=now)
    expired_delete(now)


def expired_delete(now: int) -> None:
    """Delete what is over, a bounded part at a time: login sessions, and what quotas count no longer."""
    at = datetime.fromtimestamp(now / 1000, UTC)
    over = Session.objects.filter(expire_date__lt=at).order_by("expire_date").values_list("pk", flat=True)
    Session.objects.filter(pk__in=list(over[:CLEANED])).delete()
    uses = QuotaUse.objects.filter(at__lte=now - DAY).order_by("at").values_list("pk", flat=True)
    QuotaUse.objects.filter(pk__in=list(uses[:CLEANED])).delete()


def _profile_set(user: User, *, name: str, face: str, colour: int, now: int, may_speak: bool = False) -> None:
    """Write what others see. Only whoever `may_speak` for the site, or has power there, takes a reserved name."""
    shown, folded = names.cleaned(name)
    user.face, user.colour = faces.checked(face, colour)
    is_new = folded != user.name_folded
    if is_new and not (may_speak or user.has_power) and is_reserved(shown):
        raise unprocessable("name_reserved", "this name speaks for the site")
    user.name, user.name_folded = shown, folded
    try:
        with transaction.atomic():
            if is_new:
                _name_claim(user, now=now)
            user.save()
    except IntegrityError:
        raise _taken(user.name) from None


def _name_claim(user: User, *, now: int) -> None:
    """Refuse a name that another holds, or one that looks like it; or take it from guests who have long been away."""
    user.skeleton = names.look(user.name)
    alike = Q(name_folded=user.name_folded) | Q(skeleton=user.skeleton)
    for holder in User.objects.select_for_update().filter(alike).exclude(pk=user.pk):
        if holder.has_usable_password() or not _is_free(holder, now - holder.seen_at):
            raise _taken(user.name)
        holder.name = name_variant("Guest" if is_reserved(holder.name) else holder.name)
        holder.name_folded, holder.skeleton = names.fold(holder.name), names.look(holder.name)
        holder.rev += 1
        holder.save(update_fields=["name", "name_folded", "skeleton", "rev"])


def _is_free(holder: User, away: int) -> bool:
    """Return whether a guest has been away for long enough. The log is searched only where that decides."""
    if not FREE_UNUSED_AFTER <= away < FREE_AFTER:
        return away >= FREE_AFTER
    return holder.seen_at - holder.created_at < DAY and not has_acted(holder)


def _taken(name: str) -> RealtimeError:
    return conflict("name_taken", "somebody has this name or one that looks like it", suggestion=name_variant(name))


def logins_end_all() -> str:
    """End the log-ins of everybody, guests too, and return a sentence about it. No server may be running."""
    count = Session.objects.count()
    LoginSession.objects.all()._raw_delete("default")
    Session.objects.all()._raw_delete("default")
    return (
        f"All {count} log-ins have ended, for some may have been ended since the backup. Accounts log in again; "
        "guests cannot come back to their names. To let all go on, restore again with --keep-logins."
    )
