"""What happens to people. A name belongs to one of them, until its guest has not been seen for 30 days."""

from collections.abc import Collection
from typing import Final

from django.contrib.auth.hashers import make_password
from django.db import IntegrityError, transaction

from accounts import faces, names
from accounts.models import User
from accounts.selectors import name_variant, refuse_banned
from realtime.protocol import RealtimeError, conflict

DAY: Final = 24 * 60 * 60 * 1000
FREE_AFTER: Final = 30 * DAY
"""ms since its guest was last seen"""


@transaction.atomic
def guest_create(*, name: str, face: str, colour: int, device: str, now: int) -> User:
    """A user without a password, or 422 / 409 `name_taken` with a free suggestion. `device`: the cookie's hash."""
    user = User(device=device, created_at=now, seen_at=now, password=make_password(None))
    _profile_set(user, name=name, face=face, colour=colour, now=now)
    return user


def profile_change(*, pk: int, name: str, face: str, colour: int, now: int) -> User:
    """Another name, face or colour, and a new `rev`."""
    user = User.objects.select_for_update().get(pk=pk)
    refuse_banned(user, now)
    user.rev += 1
    _profile_set(user, name=name, face=face, colour=colour, now=now)
    return user


def user_seen(*, user: User, now: int) -> None:
    """They were here; the 30 days of their name begin again."""
    user.seen_at = now
    user.save(update_fields=["seen_at"])


def users_seen(pks: Collection[int], now: int) -> None:
    """They are connected, which is being here as much as loading a page. Written of each at most once a day."""
    User.objects.filter(pk__in=pks, seen_at__lte=now - DAY).update(seen_at=now)


def _profile_set(user: User, *, name: str, face: str, colour: int, now: int) -> None:
    user.name, user.name_folded = names.cleaned(name)
    user.face, user.colour = faces.checked(face, colour)
    try:
        with transaction.atomic():
            _name_claim(user, now=now)
            user.save()
    except IntegrityError:
        raise _taken(user.name) from None


def _name_claim(user: User, *, now: int) -> None:
    """Refuse a name that another holds, or take it from a guest who has been away for long."""
    holder = User.objects.select_for_update().filter(name_folded=user.name_folded).exclude(pk=user.pk).first()
    if holder is None:
        return
    if holder.has_usable_password() or now - holder.seen_at < FREE_AFTER:
        raise _taken(user.name)
    holder.name = name_variant(holder.name)
    holder.name_folded = names.fold(holder.name)
    holder.rev += 1
    holder.save(update_fields=["name", "name_folded", "rev"])


def _taken(name: str) -> RealtimeError:
    return conflict("name_taken", "somebody has this name", suggestion=name_variant(name))
