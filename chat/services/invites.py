"""Create, use and revoke invites. A use is counted in the transaction of the join, so N uses admit exactly N people."""

from django.db.models import F

from accounts.services.quotas import quota_use
from chat import plugin, protocol
from chat.models import Invite
from chat.permissions import Rank
from chat.selectors import access
from chat.selectors.invites import active_now
from chat.types import AccessTable
from realtime import Caller, ClientId, LogKey, RealtimeError, conflict, forbidden, method, not_found, room_and_site
from realtime.log import Batch


@method("invite.create", protocol.InviteCreate, logs=room_and_site)
def invite_create(
    batch: Batch, *, caller: Caller, room: LogKey, cid: ClientId, expires_ms: int | None, uses: int | None
) -> None:
    """Create an invite. A private room needs a host. `expires_ms` is a duration from now, or None for no end."""
    room_access = access.member(caller, room)
    if room_access.direct:
        raise forbidden("a direct room is its people's")
    if not room_access.public and room_access.rank < Rank.HOST:
        raise forbidden("hosts only")
    quota_use("invites", pk=caller.pk, now=batch.now)
    invite = Invite.objects.create(
        room_id=room_access.room,
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
    found: AccessTable | None = None,
) -> None:
    """Revoke an invite: the caller's own, or any as a host."""
    room_access = access.member(caller, room, found)
    row = Invite.objects.filter(room=room_access.room, key=invite).select_related("created_by").first()
    if row is None or (row.created_by_id != caller.pk and room_access.rank < Rank.HOST):
        raise not_found("no such invite")
    if row.revoked_at is not None:
        raise conflict("invite_ended")
    row.revoked_at = batch.now
    row.save(update_fields=["revoked_at"])
    if row.created_by_id != caller.pk:
        plugin.installed.audit(
            batch, room_access, caller, "invite.revoke", user=row.created_by, reason=reason, invite=row.key
        )
    audience = [f"u:{row.created_by.key}", "host"]
    data = {"invite": row.key}
    batch.append(room, kind="invite.revoked", data=data, actor=caller.id, cid=cid, audience=audience)


def invite_use(batch: Batch, *, invite: Invite) -> None:
    """Count one use. Raise 410 `invite_ended` when the invite is not active any more."""
    if not Invite.objects.filter(active_now(batch.now), pk=invite.pk).update(uses=F("uses") + 1):
        raise RealtimeError(410, "invite_ended")
