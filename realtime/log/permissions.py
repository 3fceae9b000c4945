"""The event that tells every process whose permissions have changed. Pure."""

import logging
from typing import Final

import msgspec

from realtime.types import LogKey, UserId

logger = logging.getLogger(__name__)


class PermissionsChanged(msgspec.Struct, frozen=True, kw_only=True):
    """The data of an event in the `site` log.

    Members of another release are ignored and missing ones have a default: two releases run side by side while one
    replaces the other. The defaults make every process check everybody again.
    """

    user: UserId | None = None
    """The user that it is about, or None for every user."""
    log: LogKey | None = None
    """The log that it is about, or None for every log."""
    login: str | None = None
    """A login session that has ended. Its connections end without a check."""
    reason: str = "removed"
    """The `reason` of `room.left`, for users who may no longer read."""
    until: int | None = None
    """The `until` of `room.left`, in ms UTC."""


EVERYBODY: Final = PermissionsChanged()
_decoder = msgspec.json.Decoder(PermissionsChanged)


def permissions_changed(data: str | None) -> PermissionsChanged:
    """Return the data of an event. When it cannot be read, everybody is checked again."""
    try:
        return _decoder.decode(data or "{}")
    except (msgspec.DecodeError, RecursionError) as error:
        logger.error("changed permissions could not be read, so everybody is checked again: %s", error)
        return EVERYBODY
