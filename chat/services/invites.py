"""Invites: made, used, revoked. A use is counted where it happens, so that N uses let exactly N people in."""

from django.db.models import F

from accounts.services import quota_use
from chat import plugin, protocol
from chat.models import Invite
from chat.permissions import Rank
from chat.selectors import access
from chat.selectors.invites import standing_now
from chat.types import RoomAccesses
from realtime import Caller, ClientId, LogKey, RealtimeError, conflict, forbidden, method, not_found, room_and_site
from realtime.log import Batch


@method("invite.create", protocol.InviteCreate, logs=room_and_site)
def invite_create(
    batch: Batch, *, caller: Caller, room: LogKey, cid: ClientId, expires_ms: int | None, uses: int | None
) -> None:
    """A link into a room: into a private one from its hosts only. `expires_ms` from now, None for ever."""
    standing = access.member(caller, room)
    if standing.direct:
        raise forbidden("a direct room is its people's")
    if not standing.public and standing.rank < Rank.HOST:
        raise forbidden("hosts only")
    quota_use("invites", pk=caller.pk, now=batch.now)
    invite = Invite.objects.create(
        room_id=standing.room,
        created_by_id=caller.pk,
        created_at=batch.now,
        expires_at=None if expires_ms is None else batch.now + expires_ms,
        max_uses=uses,
    )
    data = {"invite": invite.key, "code": invite.code, "expires_at": invite.expires_at, "uses": uses}
    audience = [f"u:{caller.id}", "host"]
    batch.append(room, kind="invite.created", data=data, actor=caller.id, cid=cid, audience=audience)


@method("invite.revoke", protocol.InviteRevoke)
def invite_revoke(
    batch: Batch,
    *,
    caller: Caller,
    room: LogKey,
    cid: ClientId,
    invite: str,
    reason: str = "",
    found: RoomAccesses | None = None,
) -> None:
    """End an invite of one's own, as a host any."""
    standing = access.member(caller, room, found)
    door = Invite.objects.filter(room=standing.room, key=invite).select_related("created_by").first()
    if door is None or (door.created_by_id != caller.pk and standing.rank < Rank.HOST):
        raise not_found("no such invite")
    if door.revoked_at is not None:
        raise conflict("invite_ended")
    door.revoked_at = batch.now
    door.save(update_fields=["revoked_at"])
    if door.created_by_id != caller.pk:
        plugin.installed.audit(
            batch, standing, caller, "invite.revoke", user=door.created_by, reason=reason, invite=door.key
        )
    audience = [f"u:{door.created_by.key}", "host"]
    data = {"invite": door.key}
    batch.append(room, kind="invite.revoked", data=data, actor=caller.id, cid=cid, audience=audience)


def invite_use(batch: Batch, *, invite: Invite) -> None:
    """Count one use, or 410: it has ended, or others were faster."""
    if not Invite.objects.filter(standing_now(batch.now), pk=invite.pk).update(uses=F("uses") + 1):
        raise RealtimeError(410, "invite_ended")
