"""Values that chat and the apps above it share."""

from collections.abc import Mapping

import msgspec

from chat.permissions import Rank
from realtime import LogKey
from realtime.log import now_ms


class RoomAccess(msgspec.Struct):
    """The access of one person to one room, as stored in the database.

    Ids are primary keys; `role` is None for a person who is not a member. Times are in ms UTC, 0 for none.
    """

    room: int
    log: int
    public: bool
    lounge: bool
    slow_s: int
    locked: bool
    guests_off: bool
    direct: str
    active_at: int = 0
    archived_at: int | None = None
    made_by: int | None = None
    role: str | None = None
    rank: Rank = Rank.MEMBER
    guest: bool = True
    waiting: bool = False
    asked: bool = False
    banned_until: int = 0
    muted_until: int = 0
    muted_on_site: int = 0
    warned: str = ""
    spoke_at: int = 0
    read: int = 0
    own_from: int = 0

    @property
    def banned(self) -> bool:
        return self.banned_until > now_ms()

    @property
    def may_look(self) -> bool:
        return (self.public or self.role is not None) and not self.banned


AccessTable = Mapping[tuple[LogKey, int], RoomAccess]
