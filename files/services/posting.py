"""Give files to messages, and take them back when the messages are deleted for good."""

from collections.abc import Collection, Sequence
from typing import Any

from django.db import transaction
from django.db.models import Q, QuerySet

from files.limits import ALT_LENGTH, limits
from files.models import File
from files.names import visible_line
from files.protocol import FileRef
from files.selectors import file_as, files_by_key, room_scope
from files.services.deletion import files_mark_gone
from files.services.usage import count, refuse_beyond_room
from realtime import Caller, RealtimeError, conflict, unprocessable
from realtime.log import Batch


def files_post(
    batch: Batch, *, caller: Caller, log: int, offset: int, wanted: Sequence[FileRef]
) -> tuple[dict[str, Any], ...]:
    """Give the caller's own complete, unused files to the message at this offset. Return them as its data has them.

    The log must be locked. Raise 422 `too_many_files`, `no_file`, `too_long` or `files_full`, and 409 `file_used`.
    """
    keys = [each.key for each in wanted]
    if (most := limits().message_files) and len(keys) > most:
        raise RealtimeError(422, "too_many_files", f"at most {most} files", most=most)
    if any(len(each.alt) > ALT_LENGTH for each in wanted):
        raise unprocessable("too_long", f"at most {ALT_LENGTH} characters")
    found = files_by_key(keys)
    for key in keys:
        file = found.get(key)
        if file is None or file.owner_id != caller.pk or file.ready_at is None or file.gone_at is not None:
            raise RealtimeError(422, "no_file", "an upload is missing or not complete", file=key)
    size = sum(file.bytes for file in found.values())
    refuse_beyond_room(log, size)
    _give(keys, log, offset)
    count([room_scope(log)], size)
    return tuple(file_as(found[each.key], visible_line(each.alt)) for each in wanted)


@transaction.atomic
def _give(keys: Sequence[str], log: int, offset: int) -> None:
    """Give all these files to the message, or none: a refused request of the writer rolls back no query itself."""
    unused = File.objects.filter(key__in=keys, use=File.Use.NONE, gone_at=None)
    if unused.update(use=File.Use.MESSAGE, log=log, offset=offset) < len(keys):
        raise conflict("file_used", "a file can be posted once")


def square_take(*, owner: int, key: str, use: File.Use, log: int | None = None) -> None:
    """Give a square upload to its use. Raise 422 `no_file`, or 409 `file_used`.

    A picture of a person may be given again, which changes nothing. An emoji belongs to one name in one room.
    """
    file = File.objects.filter(key=key, owner=owner, gone_at=None, square=True).exclude(ready_at=None).first()
    if file is None:
        raise RealtimeError(422, "no_file", "no complete square upload", file=key)
    free = Q(use=File.Use.NONE) | Q(use=use, log=None)
    unused = File.objects.filter(free, pk=file.pk, gone_at=None)
    if not unused.update(use=use, log=log):
        raise conflict("file_used", "a file is used once")


def files_of_messages_delete(log: int, offsets: Collection[int], now: int) -> None:
    """Delete the files of messages that nobody can restore any more."""
    files_mark_gone(_of_log(log).filter(offset__in=offsets), now)


def files_of_range_delete(log: int, after: int, last: int, now: int) -> None:
    """Delete the files of all messages with offsets above `after`, up to `last`."""
    files_mark_gone(_of_log(log).filter(offset__gt=after, offset__lte=last), now)


def files_of_room_delete(log: int, now: int) -> None:
    """Delete all files of a room, its emoji too."""
    files_mark_gone(_of_log(log), now)


def _of_log(log: int) -> "QuerySet[File]":
    return File.objects.filter(log=log)
