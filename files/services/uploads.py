"""Upload a file in chunks. Every step may be repeated: the `cid` and the offset tell what is done already.

A chunk writes no row. The transactions here are short and outside the writer, so that posts do not wait for uploads.
"""

from collections.abc import Callable
from typing import Any, Final

from django.db import transaction

from accounts.models import User
from accounts.selectors import refuse_banned
from accounts.services.quotas import quota_use
from files import parts
from files.limits import CHUNK_BYTES, KEPT_MS, limits
from files.models import File
from files.names import safe_name
from files.problems import problem_of
from files.selectors import SITE as SITE_SCOPE
from files.selectors import file_as, own_upload, own_upload_by_cid, unfinished, user_scope
from files.services.deletion import files_mark_gone
from files.services.finishing import finish
from files.services.usage import count, refuse_beyond_quota
from realtime import SITE, Caller, ClientId, RealtimeError, too_fast, unprocessable
from realtime.log import batch, now_ms

UNFINISHED_RETRY_MS: Final = 60_000


def upload_create(
    *, caller: Caller, cid: ClientId, name: str, size: int, square: bool = False
) -> tuple[dict[str, Any], bool]:
    """Begin an upload. Return where it stands, and whether it is new: a `cid` is one upload, however often it is sent.

    Raise 413 or 422 for a size that is not accepted, 422 `cid_reused` for the cid of another upload, 422 `files_full`,
    429 `uploads`, and 503 when the disk is full.
    """
    refuse_size(size)
    found = own_upload_by_cid(caller.pk, cid)
    if found is None:
        parts.refuse_full(size)
        found, new = _insert(caller, cid, safe_name(name), size, square)
    else:
        new = False
    if found.size != size or found.square != square or found.gone_at is not None:
        raise unprocessable("cid_reused", "the cid belongs to another upload")
    return state_of(found), new


def upload_append(
    *,
    caller: Caller,
    key: str,
    offset: int,
    length: int,
    body: parts.Readable,
    before_finish: Callable[[], None] = lambda: None,
) -> dict[str, Any]:
    """Append a chunk, and finish the upload when it is complete. Return where it stands.

    The chunk is on disk when this returns. Raise 409 with the right `offset` when the chunk belongs elsewhere, and 422
    when the complete upload is refused. `before_finish` is called before the end, which may take seconds.
    """
    if length > CHUNK_BYTES:
        raise RealtimeError(413, "chunk_too_large", most=CHUNK_BYTES)
    own_upload(caller, key)
    with parts.opened(key) as descriptor:
        file = own_upload(caller, key)  # read under the lock: another request may have finished it
        if file.ready_at is None and not file.problem:
            if parts.append(descriptor, offset, file.size, body) < file.size:
                return state_of(file)
            before_finish()
            file = finish(file)
    parts.remove(key)
    return state_of(file)


def upload_cancel(*, caller: Caller, key: str) -> None:
    """Give up an upload that is not posted, at once. Its bytes no longer count after the next collection."""
    file = own_upload(caller, key)
    if file.use:
        raise RealtimeError(409, "file_used", "the file is posted")
    with transaction.atomic():
        files_mark_gone(File.objects.filter(pk=file.pk, use=File.Use.NONE), now_ms())


def offset_of(file: File) -> int:
    return file.size if file.ready_at is not None or file.problem else parts.offset_of(file.key)


def state_of(file: File) -> dict[str, Any]:
    """Return `{key, offset, size, chunk, file?}`, or raise again why a complete upload was refused."""
    if file.problem:
        raise problem_of(file.problem)
    state = {"key": file.key, "offset": offset_of(file), "size": file.size, "chunk": CHUNK_BYTES}
    return state | ({"file": file_as(file)} if file.ready_at is not None else {})


def refuse_size(size: int) -> None:
    if size < 1:
        raise unprocessable("empty_file", "the file has no bytes")
    if (most := limits().file_bytes) and size > most:
        raise RealtimeError(413, "file_too_large", f"at most {most} bytes", most=most)


def _insert(caller: Caller, cid: ClientId, name: str, size: int, square: bool) -> tuple[File, bool]:
    """Insert the row under the lock of the `site` log, so that two requests with one cid make one upload."""
    with batch([SITE], announce=False) as staged:
        staged.log(SITE)
        if (found := own_upload_by_cid(caller.pk, cid)) is not None:
            return found, False
        user = User.objects.get(pk=caller.pk)
        refuse_banned(user, staged.now)
        if limits().unfinished and unfinished(caller.pk) >= limits().unfinished:
            raise too_fast(UNFINISHED_RETRY_MS, "uploads", most=limits().unfinished)
        refuse_beyond_quota(user, size, staged.now)
        quota_use("uploads", pk=caller.pk, now=staged.now)
        shape = {"size": size, "bytes": size, "square": square}
        file = File.objects.create(owner=user, cid=cid, name=name, at=staged.now, **shape)
        count([SITE_SCOPE, user_scope(caller.pk)], size, 1)
        staged.schedule(SITE, "files.expire", staged.now + KEPT_MS, {"key": file.key})
    return file, True
