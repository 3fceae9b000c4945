"""Read files from the database, and decide who may read them."""

from collections.abc import Collection
from typing import Any

from django.db.models import QuerySet

from files import plugin
from files.models import File, Usage
from realtime import Caller, not_found
from realtime.storage.prepared import prepared

SITE = "site"


def user_scope(pk: int) -> str:
    return f"user:{pk}"


def room_scope(log: int) -> str:
    return f"room:{log}"


def usage(scope: str) -> tuple[int, int]:
    """Return the bytes and the number of files of a scope."""
    return Usage.objects.filter(scope=scope).values_list("bytes", "files").first() or (0, 0)


def own_upload(caller: Caller, key: str) -> File:
    """Return the caller's upload, or raise 404."""
    found = _by_key.first(key)
    if found is None or found.owner_id != caller.pk or found.gone_at is not None:
        raise not_found("no such file")
    return found


def own_upload_by_cid(owner: int, cid: str) -> File | None:
    return File.objects.filter(owner=owner, cid=cid).first()


def unfinished(owner: int) -> int:
    """Return the number of a person's uploads that are not complete."""
    return File.objects.filter(owner=owner, ready_at=None, problem="", gone_at=None).count()


def readable(caller: Caller | None, key: str) -> File:
    """Return a complete file that the caller, None for a visitor, may read now, or raise 404.

    The right to a file is the right to its message. Until it is posted, only its uploader may read it. Pictures of
    people are for everybody.
    """
    found = _by_key.first(key)
    if found is None or found.gone_at is not None or found.ready_at is None or not _may_read(caller, found):
        raise not_found("no such file")
    return found


def _may_read(caller: Caller | None, file: File) -> bool:
    if file.use == File.Use.MESSAGE and file.log_id is not None and file.offset is not None:
        return plugin.may_read(caller, file.log_id, file.offset)
    if file.use == File.Use.EMOJI and file.log_id is not None:
        return plugin.may_read(caller, file.log_id, None)
    if file.use == File.Use.AVATAR:
        return True
    return caller is not None and file.owner_id == caller.pk


@prepared
def _by_key(key: str) -> "QuerySet[File]":
    return File.objects.filter(key=key)


def files_by_key(keys: Collection[str]) -> dict[str, File]:
    return {file.key: file for file in File.objects.filter(key__in=keys)}


def file_as(file: File, alt: str = "") -> dict[str, Any]:
    """Return `{key, name, type, size, w?, h?, colour?, alt?, thumb?}`, as in docs/protocol.md."""
    more = {"w": file.width, "h": file.height, "colour": file.colour, "alt": alt, "thumb": file.thumb}
    given = {name: value for name, value in more.items() if value}
    return {"key": file.key, "name": file.name, "type": file.type, "size": file.bytes, **given}
