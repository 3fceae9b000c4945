"""Which logs a method appends to, where it is not the room of its params alone."""

from typing import Any

from realtime.log import SITE
from realtime.types import LogKey


def room_and_site(params: Any) -> list[LogKey]:
    """For acts that change what somebody may read or do."""
    return [params.room, SITE]


def site_alone(params: Any) -> list[LogKey]:
    """Return the log of acts that tell no room, and change what somebody may read or are counted by a quota.

    The lock lets processes count one after the other.
    """
    return [SITE]
