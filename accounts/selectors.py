"""What is known of people. Reads only, bounded and indexed."""

from collections.abc import Collection
from random import SystemRandom
from typing import Any, Final

from django.contrib.auth.models import AnonymousUser

from accounts import suggestions
from accounts.models import User
from accounts.names import NAME_LENGTH, fold
from realtime.log import now_ms
from realtime.methods import Caller
from realtime.protocol import RealtimeError, UserId

FOREVER: Final = 2**53 - 1
"""ms: a time that does not come"""
TRIES: Final = 12


def person_of(user: User) -> dict[str, Any]:
    """`{name, face, colour, rev}`, as others see them."""
    return {"name": user.name, "face": user.face, "colour": user.colour, "rev": user.rev}


def caller_of(user: User | AnonymousUser, login: str = "") -> Caller | None:
    """Who calls, or None when they may not come in."""
    if not isinstance(user, User) or not user.is_active or user.banned_until > now_ms():
        return None
    return Caller(id=UserId(user.key), pk=user.pk, login=login, person=person_of(user))


def banned(until: int) -> RealtimeError:
    """403: until when, null for ever."""
    return RealtimeError(403, "banned", until=until if until < FOREVER else None)


def refuse_banned(user: User, now: int) -> None:
    """From the site: a request may have waited for longer than its connection lasted."""
    if user.banned_until > now:
        raise banned(user.banned_until)


def rank_on_site(*, moderator: bool, superuser: bool) -> int:
    """3 for an admin, 2 for a moderator, 0 for everybody else."""
    return 3 if superuser else 2 if moderator else 0


def people(ids: Collection[UserId]) -> dict[UserId, dict[str, Any]]:
    """`{id: person}` of those there are."""
    return {UserId(user.key): person_of(user) for user in User.objects.filter(key__in=ids)}


def name_suggestion(language: str) -> tuple[str, str]:
    """A free name in this language and its face."""
    drawn = dict(suggestions.draw(language, SystemRandom()) for _ in range(TRIES))
    name = _first_free(list(drawn)) or name_variant(next(iter(drawn)))
    return name, drawn.get(name, next(iter(drawn.values())))


def name_variant(name: str) -> str:
    """The name with the first number behind it that makes it free."""
    random = SystemRandom()
    numbers = [*range(2, 2 + TRIES), *(random.randrange(100, 10**6) for _ in range(TRIES))]
    candidates = [f"{name[: NAME_LENGTH - 7]} {number}" for number in numbers]
    return _first_free(candidates) or candidates[-1]


def _first_free(names: Collection[str]) -> str | None:
    folded = {name: fold(name) for name in names}
    taken = set(User.objects.filter(name_folded__in=folded.values()).values_list("name_folded", flat=True))
    return next((name for name in names if folded[name] not in taken), None)
