"""Invites: by their code, and those that still stand."""

from typing import Any, Final

from django.db.models import Exists, F, OuterRef, Q

from chat import registry
from chat.models import Invite, Membership, Room
from chat.selectors.access import HOST
from realtime.log import now_ms
from realtime.methods import Labels
from realtime.protocol import LogKey

LISTED: Final = 50


def standing_now(now: int) -> Q:
    """Neither revoked nor expired nor used up; and for a private room, made by who has a rank in it still."""
    unused = Q(max_uses=None) | Q(uses__lt=F("max_uses"))
    public = Exists(Room.objects.filter(pk=OuterRef("room"), public=True))
    ranked = Q(role=HOST) | Q(user__is_moderator=True) | Q(user__is_superuser=True)
    makers = Membership.objects.filter(ranked, room=OuterRef("room"), user=OuterRef("created_by"))
    by_host = Exists(makers.filter(state=Membership.State.MEMBER))
    return Q(revoked_at=None) & (Q(expires_at=None) | Q(expires_at__gt=now)) & unused & (Q(public) | Q(by_host))


def invite_by_code(code: str) -> Invite | None:
    if "\0" in code:  # which no database text holds
        return None
    return Invite.objects.filter(code=code).select_related("room__log", "created_by").first()


def stands(invite: Invite, now: int) -> bool:
    return Invite.objects.filter(standing_now(now), pk=invite.pk).exists()


@registry.snapshot_part("invites")
def invites(room: LogKey, labels: Labels) -> list[dict[str, Any]]:
    """Those that stand, for hosts all and for others their own: the audience of their events."""
    if "member" not in labels:
        return []
    rows = Invite.objects.filter(standing_now(now_ms()), room__log__key=room).select_related("created_by")
    if "host" not in labels:
        rows = rows.filter(created_by__key__in=[label.removeprefix("u:") for label in labels])
    return [invite_as(invite) for invite in rows.order_by("-pk")[:LISTED]]


def invite_as(invite: Invite) -> dict[str, Any]:
    """`{invite, code, expires_at, uses}` as in `invite.created`, and `by`."""
    return {
        "invite": invite.key,
        "code": invite.code,
        "expires_at": invite.expires_at,
        "uses": invite.max_uses,
        "by": invite.created_by.key,
    }
