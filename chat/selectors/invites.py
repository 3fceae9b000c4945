"""Read invites: one by its code, and the active ones of a room."""

from collections.abc import Collection
from typing import Any, Final

from django.conf import settings
from django.db.models import Exists, F, OuterRef, Q, QuerySet

from accounts.selectors import second_step_of
from chat.models import Invite, Membership, Room
from chat.selectors.access import HOST
from chat.selectors.head_cache import cached_by_head
from realtime import Head, LogKey, Scopes
from realtime.log import now_ms
from realtime.storage.prepared import prepared

LISTED: Final = 50
SHOWN: Final = ("invite", "code", "expires_at", "uses", "by")
"""The members of an invite, as in the event `invite.created`, and the key of its maker."""


def active_now(now: int, *, staff_mfa: bool | None = None) -> Q:
    """Return a filter for active invites: not revoked, expired or used up, and to a room that is open.

    The maker of an invite to a private room must still be a host, moderator or admin there. `staff_mfa` tells whether
    moderators and admins need two-step login; None means as in the settings.
    """
    needed = settings.STAFF_MFA if staff_mfa is None else staff_mfa
    proven = Q(second_step_of("user")) if needed else Q()
    unused = Q(max_uses=None) | Q(uses__lt=F("max_uses"))
    here = Room.objects.filter(pk=OuterRef("room"))
    public, opened = Exists(here.filter(public=True)), Exists(here.filter(archived_at=None, deleted_at=None))
    guard = Q(user__is_moderator=True) | Q(user__is_superuser=True)
    ranked = Q(role=HOST) | (guard & proven)
    makers = Membership.objects.filter(ranked, room=OuterRef("room"), user=OuterRef("created_by"))
    by_host = Exists(makers.filter(state=Membership.State.MEMBER))
    return (
        Q(revoked_at=None)
        & (Q(expires_at=None) | Q(expires_at__gt=now))
        & unused
        & Q(opened)
        & (Q(public) | Q(by_host))
    )


def invite_by_code(code: str) -> Invite | None:
    if "\0" in code:  # PostgreSQL refuses this character
        return None
    return Invite.objects.filter(code=code).select_related("room__log", "created_by").first()


def is_active(invite: Invite, now: int) -> bool:
    return Invite.objects.filter(active_now(now), pk=invite.pk).exists()


def invites(room: LogKey, scopes: Scopes, head: Head) -> list[dict[str, Any]]:
    """Return the newest active invites: all for hosts, and their own for other members, like the events' audience."""
    if "member" not in scopes:
        return []
    rows = _newest(room, head)
    if "host" not in scopes:
        makers = [scope.removeprefix("u:") for scope in scopes]
        few = len(rows) < LISTED
        rows = [row for row in rows if row[-1] in makers] if few else _listed(room, makers)
    return [dict(zip(SHOWN, row, strict=True)) for row in rows]


@cached_by_head
def _newest(room: LogKey) -> list[Any]:
    return _listed(room, None)


def _listed(room: LogKey, makers: Collection[str] | None) -> list[Any]:
    return _active(room, now_ms(), makers, staff_mfa=settings.STAFF_MFA)


@prepared
def _active(
    room: LogKey, now: int, makers: Collection[str] | None, *, staff_mfa: bool = True
) -> "QuerySet[Invite, Any]":
    rows = Invite.objects.filter(active_now(now, staff_mfa=staff_mfa), room__log__key=room)
    if makers is not None:
        rows = rows.filter(created_by__key__in=makers)
    return rows.order_by("-pk").values_list("key", "code", "expires_at", "max_uses", "created_by__key")[:LISTED]
