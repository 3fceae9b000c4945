"""Read people from the database: bounded and indexed queries."""

from collections.abc import Collection, Iterator, Sequence
from random import SystemRandom
from typing import Any, Final

from allauth.mfa.models import Authenticator
from allauth.mfa.utils import is_mfa_enabled
from django.conf import settings
from django.contrib.auth.hashers import UNUSABLE_PASSWORD_PREFIX, is_password_usable
from django.contrib.auth.models import AnonymousUser
from django.db.models import Case, Exists, OuterRef, Q, QuerySet, Value, When

from accounts import suggestions
from accounts.models import LoginSession, User
from accounts.names import NAME_LENGTH, cleaned, fold, look
from accounts.protocol import PeopleParams
from realtime import Caller, LogKey, RealtimeError, Signal, UserId, method
from realtime.log import now_ms
from realtime.models import Event
from realtime.security import login_of
from realtime.storage.prepared import prepared

FOREVER: Final = 2**53 - 1
"""A time in ms that is never reached."""
NEW_FOR: Final = 24 * 60 * 60 * 1000
"""An account counts as a guest for so many ms, because raiders make accounts in seconds."""
PERSON: Final = ("name", "face", "colour", "rev", "picture", "badge")
"""The columns that other people see, for `person_of`."""
FACTS: Final = ("password", "is_active", "is_moderator", "is_superuser", "banned_until", "muted_until")
"""Connections notice a change of these columns, also when no service has made it."""
TRIES: Final = 12
LOGINS: Final = 100


def person_of(user: User) -> dict[str, Any]:
    """Return `{name, face, colour, rev, picture, badge}`, which other people see."""
    rank = "admin" if user.is_superuser else "moderator" if user.is_moderator else ""
    badge = rank or ("guest" if user.is_guest else "")
    return {**{name: getattr(user, name) for name in PERSON if name != "badge"}, "badge": badge}


def person_signal(user: User) -> Signal:
    """Return the signal of a changed profile to the person's own connections. Presence carries it to other people."""
    return Signal(LogKey(""), "person", UserId(user.key), person_of(user), to=UserId(user.key))


def person_columns(path: str = "") -> list[Any]:
    """Return the columns of `PERSON` for `values_list`, of the user at this path."""
    badge = Case(
        When(**{f"{path}is_superuser": True}, then=Value("admin")),
        When(**{f"{path}is_moderator": True}, then=Value("moderator")),
        When(**{f"{path}password__startswith": UNUSABLE_PASSWORD_PREFIX}, then=Value("guest")),
        default=Value(""),
    )
    return [*(f"{path}{name}" for name in PERSON if name != "badge"), badge]


def caller_of(user: User | AnonymousUser, login: str = "") -> Caller | None:
    """Return the caller for a user, or None when the user may not enter."""
    if not isinstance(user, User) or not user.is_active or user.banned_until > now_ms():
        return None
    facts = _facts_hash(*(getattr(user, name) for name in FACTS))
    return Caller(id=UserId(user.key), pk=user.pk, login=login, person=person_of(user), facts=facts)


def facts(users: Collection[int]) -> dict[int, int]:
    """Return a number for each of these users that changes with the columns in `FACTS`."""
    return {pk: _facts_hash(*values) for pk, *values in _facts(users)}


def _facts_hash(*values: Any) -> int:
    """Return a hash that is valid in this process only, so that it reveals nothing about the password."""
    return hash(values)


@prepared
def _facts(users: Collection[int]) -> "QuerySet[User, Any]":
    return User.objects.filter(pk__in=users).values_list("pk", *FACTS)


def banned(until: int) -> RealtimeError:
    """Return the error 403 `banned` with the end of the ban; null means forever."""
    return RealtimeError(403, "banned", until=until if until < FOREVER else None)


def refuse_banned(user: User, now: int) -> None:
    """Raise `banned` when the user is banned from the site. A request may outlive its connection."""
    if user.banned_until > now:
        raise banned(user.banned_until)


def muted(until: int, by: str) -> RealtimeError:
    """Return the error 403 `muted` with the end of the mute (null means forever). `by` is `host` or `site`."""
    return RealtimeError(403, "muted", until=until if until < FOREVER else None, by=by)


def refuse_muted(user: User, now: int) -> None:
    """Raise `muted` when the user is muted on the site. Such a person may not rename themselves or create rooms."""
    if user.muted_until > now:
        raise muted(user.muted_until, "site")


def rank_on_site(*, moderator: bool, superuser: bool) -> int:
    """Return 3 for an admin, 2 for a moderator, 0 for everybody else."""
    return 3 if superuser else 2 if moderator else 0


@method("people.read", PeopleParams, lane="read", cost=2)
def people_read(*, ids: Sequence[UserId]) -> dict[str, Any]:
    return {"people": people(ids)}


def people(ids: Collection[UserId]) -> dict[UserId, dict[str, Any]]:
    """Return `{id: person}` for the ids that exist."""
    return {UserId(key): dict(zip(PERSON, person, strict=True)) for key, *person in _people(ids)}


@prepared
def _people(ids: Collection[UserId]) -> "QuerySet[User, Any]":
    return User.objects.filter(key__in=ids).values_list("key", *person_columns())


def login_name(text: str) -> str:
    """Return the folded name for a visible name or for the e-mail of an account.

    A log-in does this before it checks the password, so that attempts for all spellings are counted together.
    """
    if "@" in text and (name := _names_of_email(text.strip().lower())):
        return name
    try:
        return cleaned(text)[1]
    except RealtimeError:
        return fold(text)


def owner_of_email(email: str) -> User | None:
    """Return the account whose owner has proved this address."""
    return User.objects.filter(email=email, email_proved=True).first()


def _names_of_email(email: str) -> str | None:
    return User.objects.filter(email=email).values_list("name_folded", flat=True).first()


def is_known(name: str, people: Collection[str]) -> bool:
    """Return whether the user of this name is one of these. The time does not tell whether the name exists."""
    return bool(people) and User.objects.filter(name_folded=name, key__in=people).exists()


def logins_of(user: User) -> list[LoginSession]:
    """Return the login sessions of an account, the latest first."""
    return list(user.logins.order_by("-seen_at", "-created_at")[:LOGINS])


def logins_besides(user: User, session_key: str) -> list[str]:
    """Return the keys of the other login sessions, for `logins_end`."""
    return list(user.logins.exclude(login=login_of(session_key)).values_list("login", flat=True))


def logins_moved(logins: Collection[str]) -> dict[str, int]:
    """Return the logins among these whose session got another key, with the time of the change in ms UTC."""
    moved = LoginSession.objects.filter(moved_from__in=logins).values_list("moved_from", "created_at")
    return dict(moved)


def has_acted(user: User) -> bool:
    """Tell whether a log has an event from a request of the user. Entering does not count, because it has no `cid`."""
    return Event.objects.filter(actor=user.key, cid__isnull=False).exists()


def superuser_exists() -> bool:
    return User.objects.filter(is_superuser=True).exists()


def counts_as_guest(hashed: str, account_at: int, now: int) -> bool:
    """Tell whether a person counts as a guest: without a password, or with one for less than a day."""
    return not is_password_usable(hashed) or now - account_at < NEW_FOR


def is_new_here(user: User, now: int) -> bool:
    return counts_as_guest(user.password, user.account_at, now) and not user.has_power


def second_step_of(user: str) -> Exists:
    """Return a query condition: the user at this path has set up two-step login."""
    return Exists(Authenticator.objects.filter(user=OuterRef(user), type=Authenticator.Type.TOTP))


SECOND_STEP: Final = second_step_of("pk")
"""An expression for queries of users: two-step login is set up."""


def has_second_step(user: User) -> bool:
    return bool(is_mfa_enabled(user, types=[Authenticator.Type.TOTP]))


def guards_unproven(user: User) -> bool:
    """Tell whether a moderator, staff or admin has no power yet, because two-step login is not set up (`STAFF_MFA`)."""
    return user.has_power and settings.STAFF_MFA and not has_second_step(user)


def usable_rank(*, moderator: bool, superuser: bool, second_step: bool) -> int:
    """Return the site rank that a person may use now. With `STAFF_MFA` it is 0 until two-step login is set up.

    Pages, sockets and the admin all use this. `rank_on_site` is the rank that others must respect.
    """
    proven = second_step or not settings.STAFF_MFA
    return rank_on_site(moderator=moderator, superuser=superuser) if proven else 0


def usable_rank_of(user: User) -> int:
    """Return `usable_rank` of a user, 0 for an inactive one. Two-step login is looked up only for people with power."""
    if not user.is_active or not user.has_power:
        return 0
    return usable_rank(moderator=user.is_moderator, superuser=user.is_superuser, second_step=not guards_unproven(user))


def name_suggestion(language: str) -> tuple[str, str]:
    """Return a random free name in the language, and its face."""
    drawn = dict(suggestions.draw(language, SystemRandom()) for _ in range(TRIES))
    name = _first_free(list(drawn)) or name_variant(next(iter(drawn)))
    return name, drawn.get(name, next(iter(drawn.values())))


def name_variant(name: str) -> str:
    """Return the name with a number after it that makes it free, if one of `2 * TRIES` numbers does."""
    random = SystemRandom()
    numbers = [*range(2, 2 + TRIES), *(random.randrange(100, 10**6) for _ in range(TRIES))]
    candidates = [f"{name[: NAME_LENGTH - 7]} {number}" for number in numbers]
    return _first_free(candidates) or candidates[-1]


def _first_free(names: Collection[str]) -> str | None:
    keys = {name: {fold(name), look(name)} for name in names}
    wanted = set().union(*keys.values())
    holders = User.objects.filter(Q(name_folded__in=wanted) | Q(skeleton__in=wanted))
    taken = {key for pair in holders.values_list("name_folded", "skeleton") for key in pair}
    return next((name for name in names if keys[name].isdisjoint(taken)), None)


def undone_accounts(former: str) -> Iterator[str]:
    """Yield the changes of accounts that the database `former` has and the restored one has not."""
    now = {user.key: user for user in User.objects.all()}
    for was in User.objects.using(former).order_by("pk").iterator():
        user = now.pop(was.key, None)
        if user is None:
            if not was.is_guest:
                yield f"The account {was.name} was made; it is gone."
            continue
        if was.password != user.password and not was.is_guest:
            yield f"{was.name} set a password; the one from before works again."
        if (before := _rank_in_words(was)) != (rank := _rank_in_words(user)):
            yield f"{was.name} was {before}, and is {rank} again."
    for user in now.values():
        if not user.is_guest:
            yield f"The account {user.name} was deleted; it is there again."


def _rank_in_words(user: User) -> str:
    if not user.is_active:
        return "deactivated"
    return "admin" if user.is_superuser else "moderator" if user.is_moderator else "neither moderator nor admin"
