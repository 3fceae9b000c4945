"""Compare ranks. Nobody may act on a person of the same or a higher rank, nor on themselves."""

from accounts.models import User
from accounts.selectors import rank_on_site, usable_rank_of
from chat.models import Membership
from chat.permissions import NEEDED, ON_SITE, Rank
from chat.selectors.access import HOST
from chat.types import RoomAccess
from realtime import LogKey, RealtimeError, forbidden
from realtime.log import now_ms


def rank_of(user: User, room: int | None) -> Rank:
    """Return the rank that others must respect: the higher one of the site and of the room, if one is given."""
    site = Rank(rank_on_site(moderator=user.is_moderator, superuser=user.is_superuser))
    is_host = room is not None and Membership.objects.filter(room=room, user=user, role=HOST, state="member").exists()
    return max(site, Rank.HOST if is_host else Rank.MEMBER)


def on_site(user: int, act: str) -> User:
    """Return the user, read again from the database. Raise 403 when their site rank does not allow the action."""
    found = User.objects.filter(pk=user, is_active=True, banned_until__lte=now_ms()).first()
    if found is None or usable_rank_of(found) < ON_SITE[act]:
        raise forbidden("moderators only")
    return found


def outrank(room_access: RoomAccess, target: User | None, *, room: LogKey, act: str) -> None:
    """Raise 403 when the caller's rank is too low for the action, or not above the rank of the target."""
    if room_access.rank < (NEEDED | ON_SITE)[act]:
        raise forbidden("hosts only")
    if target is not None and rank_of(target, room_access.room) >= room_access.rank:
        raise RealtimeError(403, "rank")
