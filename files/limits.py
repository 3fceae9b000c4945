"""Limits of files. A key of `settings.FILE_LIMITS` overrides the default of the same name; 0 means no limit."""

from typing import Any, Final

import msgspec
from django.conf import settings

from realtime.limits import overridden

MIB: Final = 1024 * 1024
CHUNK_BYTES: Final = 512 * 1024
"""A PATCH has at most so many bytes: the server and the proxies accept bodies up to 1 MiB."""
KEPT_MS: Final = 24 * 60 * 60 * 1000
"""An upload that is not posted is deleted after so many ms."""
ALT_LENGTH: Final = 500


class Limits(msgspec.Struct, frozen=True, kw_only=True):
    """All limits and their defaults. `person` is what one account may keep, `guest` the same for a guest."""

    file_bytes: int = 25 * MIB
    message_files: int = 10
    person_bytes: int = 1024 * MIB
    guest_bytes: int = 100 * MIB
    room_bytes: int = 10 * 1024 * MIB
    site_bytes: int = 50 * 1024 * MIB
    person_files: int = 10_000
    unfinished: int = 30
    """Uploads of one person that are not complete."""
    free_bytes: int = 256 * MIB
    """Space on the disk that uploads leave free, so that the database can grow."""
    decodes: int = 1
    """Pictures that a process decodes at once. Each takes up to 256 MiB of memory."""


REQUEST_FILES: Final = 100
"""A request names at most so many files, also on a site without a limit for a message."""


def limits_of(overrides: dict[str, Any]) -> Limits:
    """Return `Limits` with the site's overrides. Raise `msgspec.ValidationError` for an unknown name or wrong type."""
    return overridden(Limits, overrides, "FILE_LIMITS")


def limits() -> Limits:
    return limits_of(settings.FILE_LIMITS)


def for_client() -> dict[str, int]:
    """Return the limits that a client checks before it uploads."""
    current = limits()
    most = min(current.message_files or REQUEST_FILES, REQUEST_FILES)
    return {"file_bytes": current.file_bytes, "message_files": most, "chunk": CHUNK_BYTES}
