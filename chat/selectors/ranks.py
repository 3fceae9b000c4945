"""Whose rank is above whose. Nobody acts on their own rank or above, nor on themselves."""

from accounts.models import User
from accounts.selectors import rank_on_site
from chat.models import Membership
from chat.permissions import NEEDED, Rank
from chat.selectors.access import HOST, Standing
from realtime.protocol import LogKey, RealtimeError, forbidden


def rank_of(user: User, room: int | None) -> Rank:
    """Of the site, and of a room when it is about one."""
    site = Rank(rank_on_site(moderator=user.is_moderator, superuser=user.is_superuser))
    is_host = room is not None and Membership.objects.filter(room=room, user=user, role=HOST, state="member").exists()
    return max(site, Rank.HOST if is_host else Rank.MEMBER)


def outrank(standing: Standing, target: User | None, *, room: LogKey, act: str) -> None:
    """Refuse an act for which the caller's rank is not enough, by itself or over this person."""
    if standing.rank < NEEDED[act]:
        raise forbidden("hosts only")
    if target is not None and rank_of(target, standing.room) >= standing.rank:
        raise RealtimeError(403, "rank")
