"""Let people in: create a guest or an account's memberships, each in one transaction."""

from accounts.models import User
from accounts.quotas import NOWHERE, Place
from accounts.selectors import caller_of
from accounts.services.people import guest_create
from chat.models import Invite
from chat.services.memberships import joined_signal, member_join
from chat.services.rooms import lounge
from realtime import Caller, LogKey, RealtimeError
from realtime.log import SITE, batch


def guest_enter(
    *, name: str, face: str, colour: int, device: str, key: LogKey, invite: Invite | None, place: Place = NOWHERE
) -> User:
    """Create a guest who joins the lounge and the room `key`, which is public or the room of the invite."""
    lounge_key = LogKey(lounge().log.key)
    with batch([lounge_key, key, SITE]) as staged:
        user = guest_create(name=name, face=face, colour=colour, device=device, place=place, now=staged.now)
        caller = caller_of(user)
        if caller is None:
            raise RealtimeError(403, "forbidden")
        for room_key in dict.fromkeys([lounge_key, key]):
            member_join(staged, caller=caller, room=room_key, invite=invite if room_key == key else None)
    return user


def account_enter(user: User) -> None:
    """Let a person who has signed up join the lounge."""
    caller, lounge_key = caller_of(user), LogKey(lounge().log.key)
    if caller:
        with batch([lounge_key, SITE]) as staged:
            member_join(staged, caller=caller, room=lounge_key)


def invite_accept(*, caller: Caller, key: LogKey, invite: Invite) -> None:
    """Let a person join the room of an invite."""
    with batch([key, SITE]) as staged:
        membership = member_join(staged, caller=caller, room=key, invite=invite)
        staged.signal(joined_signal(staged, caller=caller, membership=membership))
