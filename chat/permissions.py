"""The table of permissions. Nobody acts on a person of the same or a higher rank (docs/moderation.md)."""

from enum import IntEnum
from typing import Final


class Rank(IntEnum):
    """The ranks: `MEMBER` and `HOST` belong to a room, the others to the site. They need a membership."""

    MEMBER = 0
    HOST = 1
    MODERATOR = 2
    ADMIN = 3


NEEDED: Final[dict[str, Rank]] = {
    "room.change": Rank.HOST,
    "room.archive": Rank.HOST,
    "room.delete": Rank.HOST,
    "room.restore": Rank.HOST,
    "room.restrict": Rank.HOST,
    "room.panic": Rank.HOST,
    "member.role": Rank.HOST,
    "member.remove": Rank.HOST,
    "member.admit": Rank.HOST,
    "message.delete": Rank.HOST,
    "message.pin": Rank.HOST,
    "message.restore": Rank.HOST,
    "preview.remove": Rank.HOST,
    "sanction.make": Rank.HOST,
    "sanction.make on the site": Rank.MODERATOR,
    "sanction.lift": Rank.HOST,
    "sanction.lift on the site": Rank.MODERATOR,
    "sanction.answer": Rank.HOST,
    "sanction.list": Rank.HOST,
    "sanction.preview": Rank.HOST,
    "report.list": Rank.HOST,
    "report.read": Rank.HOST,
    "report.close": Rank.HOST,
    "audit.list": Rank.HOST,
}
"""The rank that an action on another person or on their messages needs."""

ON_SITE: Final[dict[str, Rank]] = {
    "live.read": Rank.MODERATOR,
    "moderator.set": Rank.ADMIN,
}
"""The rank that an action outside rooms needs."""
