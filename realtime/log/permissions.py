"""The event that tells every process whose permissions have changed, as a value. Pure."""

import logging
from typing import Final

import msgspec

from realtime.types import LogKey, UserId

logger = logging.getLogger(__name__)


class PermissionsChanged(msgspec.Struct, frozen=True, kw_only=True):
    """The data of an event in the `site` log.

    Members of another release are ignored and missing ones have a default: two releases run side by side while one
    replaces the other. The defaults ask everybody again about everything.
    """

    user: UserId | None = None
    """the user it is about; None for every user"""
    log: LogKey | None = None
    """the log it is about; None for every log"""
    login: str | None = None
    """a login session that has ended: its connections end, and nothing is asked"""
    reason: str = "removed"
    """the `reason` of `room.left`, for those who may no longer read"""
    until: int | None = None
    """ms UTC, for the same"""


EVERYBODY: Final = PermissionsChanged()
_decoder = msgspec.json.Decoder(PermissionsChanged)


def permissions_changed(data: str | None) -> PermissionsChanged:
    """Return what an event says; when it cannot be read, that everybody has to be asked again."""
    try:
        return _decoder.decode(data or "{}")
    except (msgspec.DecodeError, RecursionError) as error:
        logger.error("changed permissions could not be read, so everybody is asked again: %s", error)
        return EVERYBODY
