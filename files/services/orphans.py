"""Find and delete bodies and parts that belong to no file, and files whose message was deleted for good.

A killed process, a restored backup or a process of an earlier release may leave them.
"""

import time
from collections.abc import Iterator
from datetime import timedelta
from typing import Final, NamedTuple

from django.db import transaction
from django.db.models import Count, Sum
from django.utils import timezone

from files import bodies, parts
from files.backups import bodies_kept, named
from files.models import File
from files.plugin import is_gone
from files.selectors import SITE, room_scope, user_scope
from files.services.deletion import AT_ONCE, collect, files_mark_gone
from files.services.usage import set_usage
from realtime.log import now_ms

MIN_AGE_S: Final = 3600
"""Younger bodies and parts may belong to a request that runs now."""


class Found(NamedTuple):
    """The result of a comparison: what belongs to nothing, and the bodies that are missing."""

    files: int
    size: int
    bodies: list[str]
    parts: list[str]
    removed: int
    missing: list[str]


def orphans_find() -> Found:
    """Compare the database with the storage. Nothing is changed."""
    return _find()[0]


def orphans_delete() -> Found:
    """Delete what belongs to nothing, and count the used space anew."""
    found, removed = _find()
    with transaction.atomic():
        files_mark_gone(File.objects.filter(pk__in=removed), now_ms())
    with bodies_kept():
        for name in found.bodies:
            bodies.storage().delete(name)
        for key in found.parts:
            parts.remove(key)
    while collect() == AT_ONCE:
        pass
    _recount()
    return found


def _find() -> tuple[Found, list[int]]:
    stored, wanted = set(_stored()), set(named())
    old = [name for name in stored - wanted if _is_old(name)]
    keys = {key for key, changed in parts.present() if changed < time.time() - MIN_AGE_S}
    unfinished = set(File.objects.filter(ready_at=None, gone_at=None).values_list("key", flat=True))
    used = File.objects.filter(use=File.Use.MESSAGE, gone_at=None).order_by("pk")
    removed = [file.pk for file in used.iterator() if is_gone(file.log_id or 0, file.offset or 0)]
    total = File.objects.aggregate(files=Count("pk"), size=Sum("bytes"))
    parted = sorted(key for key in keys - unfinished if not key.startswith("."))
    found = Found(total["files"], total["size"] or 0, sorted(old), parted, len(removed), sorted(wanted - stored))
    return found, removed


def _stored() -> Iterator[str]:
    """Yield the names of all bodies in the storage."""
    storage = bodies.storage()
    try:
        folders, _ = storage.listdir("")
    except FileNotFoundError:  # nothing was ever stored
        return
    for folder in folders:
        yield from (f"{folder}/{name}" for name in storage.listdir(folder)[1])


def _is_old(name: str) -> bool:
    try:
        return bodies.storage().get_modified_time(name) < timezone.now() - timedelta(seconds=MIN_AGE_S)
    except FileNotFoundError:
        return False


def _recount() -> None:
    """Set the counters of used space to what the files add up to."""
    people = File.objects.values_list("owner").annotate(size=Sum("bytes"), files=Count("pk"))
    rooms = File.objects.filter(use=File.Use.MESSAGE).values_list("log").annotate(size=Sum("bytes"), files=Count("pk"))
    total = File.objects.aggregate(size=Sum("bytes"), files=Count("pk"))
    counted = {user_scope(pk): (size, files) for pk, size, files in people}
    counted |= {room_scope(pk): (size, 0) for pk, size, _ in rooms}
    set_usage(counted | {SITE: (total["size"] or 0, total["files"])})
