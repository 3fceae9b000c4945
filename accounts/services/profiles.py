"""Write names, avatars and colours. A name belongs to one user; a guest's name is free after 30 days of absence."""

from typing import Any, Final

from django.db import IntegrityError, transaction
from django.db.models import Q

from accounts import avatars, names
from accounts.models import User
from accounts.protocol import ProfileParams
from accounts.quotas import DAY_MS
from accounts.reserved import is_reserved
from accounts.selectors import (
    has_acted,
    name_variant,
    person_of,
    person_signal,
    refuse_banned,
    refuse_muted,
)
from realtime import Caller, RealtimeError, Signal, conflict, method, unprocessable
from realtime.log import Batch

FREE_AFTER_MS: Final = 30 * DAY_MS
"""A guest's name is free so many ms after the last visit."""


FREE_UNUSED_AFTER_MS: Final = DAY_MS
"""The name of a guest who came once and did nothing is free after so many ms."""


@method("profile.change", ProfileParams)
def profile_change(
    batch: Batch, *, caller: Caller, name: str, face: str, colour: int
) -> tuple[dict[str, Any], list[Signal]]:
    """Change the caller's name, face and colour, and signal it to their connections. Presence tells other people."""
    user = person_change(pk=caller.pk, name=name, face=face, colour=colour, now=batch.now)
    return {"user": {"id": caller.id, **person_of(user)}}, [person_signal(user)]


def person_change(*, pk: int, name: str, face: str, colour: int, now: int) -> User:
    """Change name, face or colour, and increase `rev`."""
    user = User.objects.select_for_update().get(pk=pk)
    refuse_banned(user, now)
    if names.cleaned(name)[0] != user.name:
        refuse_muted(user, now)
    user.rev += 1
    profile_set(user, name=name, face=face, colour=colour, now=now)
    return user


def picture_set(*, pk: int, key: str, now: int) -> User:
    """Set the key of the person's picture, empty for none, and increment `rev`. A muted person may only remove it."""
    user = User.objects.select_for_update().get(pk=pk)
    refuse_banned(user, now)
    if key:
        refuse_muted(user, now)
    user.picture, user.rev = key, user.rev + 1
    user.save(update_fields=["picture", "rev"])
    return user


def profile_set(user: User, *, name: str, face: str, colour: int, now: int, may_speak: bool = False) -> None:
    """Write name, face and colour. A reserved name needs `may_speak`, or a moderator, staff or admin."""
    shown, folded = names.cleaned(name)
    user.face, user.colour = avatars.checked(face, colour)
    is_new = folded != user.name_folded
    if is_new and not (may_speak or user.has_power) and is_reserved(shown):
        raise unprocessable("name_reserved", "this name speaks for the site")
    user.name, user.name_folded = shown, folded
    try:
        with transaction.atomic():
            if is_new:
                _claim_name(user, now=now)
            user.save()
    except IntegrityError:
        raise _name_taken(user.name) from None


def _claim_name(user: User, *, now: int) -> None:
    """Raise `name_taken` for a name that another user has, or one that looks like it. Rename guests long away."""
    user.skeleton = names.look(user.name)
    alike = Q(name_folded=user.name_folded) | Q(skeleton=user.skeleton)
    for holder in User.objects.select_for_update().filter(alike).exclude(pk=user.pk):
        if holder.has_usable_password() or not _is_free(holder, now - holder.seen_at):
            raise _name_taken(user.name)
        holder.name = name_variant("Guest" if is_reserved(holder.name) else holder.name)
        holder.name_folded, holder.skeleton = names.fold(holder.name), names.look(holder.name)
        holder.rev += 1
        holder.save(update_fields=["name", "name_folded", "skeleton", "rev"])


def _is_free(holder: User, away: int) -> bool:
    """Return whether a guest has been away long enough. The log is read only when the result depends on it."""
    if not FREE_UNUSED_AFTER_MS <= away < FREE_AFTER_MS:
        return away >= FREE_AFTER_MS
    return holder.seen_at - holder.created_at < DAY_MS and not has_acted(holder)


def _name_taken(name: str) -> RealtimeError:
    return conflict("name_taken", "somebody has this name or one that looks like it", suggestion=name_variant(name))
