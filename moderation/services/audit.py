"""The audit log, which is written in the transaction of the action."""

from typing import Any, Final

from accounts.models import User
from chat.types import RoomAccess
from moderation.models import Audit, Sanction
from realtime import Caller, encode, unprocessable
from realtime.log import Batch

REASON_LENGTH: Final = 500


def audit_write(
    batch: Batch,
    room_access: RoomAccess | None,
    caller: Caller | None,
    act: str,
    *,
    user: User | None = None,
    offset: int | None = None,
    sanction: Sanction | None = None,
    room: int | None = None,
    reason: str = "",
    rule: str = "",
    **detail: Any,
) -> Audit:
    """Write an entry. Without a caller the server acts, without a room on the site. Raise 422 for a long reason."""
    if len(reason) > REASON_LENGTH:
        raise unprocessable("too_long", "the reason")
    return Audit.objects.create(
        at=batch.now,
        by_id=caller.pk if caller else None,
        rank=room_access.rank if room_access else 0,
        act=act,
        room_id=room_access.room if room_access else room,
        user=user,
        offset=offset,
        sanction=sanction,
        reason=reason,
        rule=rule,
        detail=encode(detail).decode(),
    )
