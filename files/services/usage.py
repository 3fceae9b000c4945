"""Count the space that people, rooms and the site use, and refuse what would be too much."""

from django.db import transaction
from django.db.models import F

from accounts.models import User
from accounts.selectors import counts_as_guest
from files.limits import limits
from files.models import Usage
from files.selectors import SITE, room_scope, usage, user_scope
from realtime import RealtimeError


def refuse_beyond_quota(user: User, size: int, now: int) -> None:
    """Raise 422 `files_full` when the person or the site has no space for so many bytes.

    The caller's transaction must hold the lock of the `site` log, so that requests count one after the other.
    """
    current = limits()
    guest = counts_as_guest(user.password, user.account_at, now)
    used, files = usage(user_scope(user.pk))
    _refuse("guest" if guest else "person", used + size, current.guest_bytes if guest else current.person_bytes)
    _refuse("person", files + 1, current.person_files)
    _refuse("site", usage(SITE)[0] + size, current.site_bytes)


def refuse_beyond_room(log: int, size: int) -> None:
    """Raise 422 `files_full` when the room has no space for so many bytes. Its log must be locked."""
    _refuse("room", usage(room_scope(log))[0] + size, limits().room_bytes)


def count(scopes: list[str], size: int, files: int = 0) -> None:
    """Add to the counters of these scopes, in one order, so that two transactions never wait for each other."""
    for scope in sorted(scopes):
        if not Usage.objects.filter(scope=scope).update(bytes=F("bytes") + size, files=F("files") + files):
            Usage.objects.get_or_create(scope=scope)
            Usage.objects.filter(scope=scope).update(bytes=F("bytes") + size, files=F("files") + files)


def _refuse(scope: str, wanted: int, most: int) -> None:
    if most and wanted > most:
        raise RealtimeError(422, "files_full", f"the space of the {scope} is used up", scope=scope, most=most)


def set_usage(counted: dict[str, tuple[int, int]]) -> None:
    """Set the counters to these bytes and numbers of files, and all others to nothing."""
    with transaction.atomic():
        Usage.objects.exclude(scope__in=counted).delete()
        for scope, (size, files) in sorted(counted.items()):
            Usage.objects.update_or_create(scope=scope, defaults={"bytes": size, "files": files})
