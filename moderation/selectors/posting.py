"""The permission to write in a room now: `may_post` and `may_change` of the plugin for chat."""

from accounts.selectors import muted
from chat.permissions import Rank
from chat.types import RoomAccess
from realtime import RealtimeError, too_fast


def may_post(access: RoomAccess, now: int, slowed: bool) -> None:
    """Raise `RealtimeError` for a mute or an unread warning; for members without a rank, also for the room's rules."""
    may_change(access, now)
    if access.rank > Rank.MEMBER and not access.direct:
        return
    if access.locked:
        raise RealtimeError(403, "locked")
    if access.guests_off and access.guest:
        raise RealtimeError(403, "guests_off")
    if slowed and (wait := access.spoke_at + access.slow_s * 1000 - now) > 0:
        raise too_fast(wait, "slow_mode")


def may_change(access: RoomAccess, now: int) -> None:
    """Raise `RealtimeError` for a mute or a warning that was not acknowledged, whatever the member's rank."""
    if access.warned:
        raise RealtimeError(403, "warned", sanction=access.warned)
    for until, by in ((access.muted_on_site, "site"), (access.muted_until, "host")):
        if until > now:
            raise muted(until, by)
