"""Previews of a message: wanted by each change of it, stored by the task, removed by people."""

from collections.abc import Mapping, Sequence
from typing import Any, Final

import msgspec

from accounts.selectors import caller_of
from chat.models import Message
from chat.selectors import access, ranks
from chat.services.changes import message_note
from chat.services.messages import message_data_replace, message_meant
from chat.text import Preview, Text
from files.protocol import FileRef
from files.services.posting import files_post
from previews import protocol, selectors
from previews.links import key_of, links_of
from previews.models import CachedPage, RemovedPreview
from previews.pictures import picture_cid, picture_is_of, picture_kept
from previews.selectors import Found
from realtime import Caller, ClientId, LogKey, RealtimeError, conflict, encode, method, not_found
from realtime.log import Batch, LogEvent, now_ms

SHOWN_MS: Final = 24 * 60 * 60 * 1000
"""A page that was fetched is kept for so long; one without a preview is asked again after `NOTHING_MS`."""
NOTHING_MS: Final = 60 * 60 * 1000
EXPIRED_AT_ONCE: Final = 200


def pages_store(pages: Mapping[str, Found | None]) -> None:
    """Keep fetched pages by the hash of their address, and delete some that have expired."""
    now = now_ms()
    rows = [
        CachedPage(
            key=key_of(url),
            data=_encoded(page) if page else "",
            expires_at=now + (SHOWN_MS if page else NOTHING_MS),
        )
        for url, page in pages.items()
    ]
    CachedPage.objects.bulk_create(
        rows, update_conflicts=True, unique_fields=["key"], update_fields=["data", "expires_at"]
    )
    expired = list(CachedPage.objects.filter(expires_at__lte=now).values_list("pk", flat=True)[:EXPIRED_AT_ONCE])
    CachedPage.objects.filter(pk__in=expired).delete()


def previews_store(batch: Batch, *, room: LogKey, o: int, touched: int, previews: Sequence[Preview]) -> LogEvent | None:
    """Store the previews of a message, unless it was changed or deleted since event `touched`, or has them already."""
    message = Message.objects.filter(log=batch.log(room).pk, offset=o, touched=touched, removed_at=None)
    found = message.select_related("author", "removed_by", "reply_to").first()
    text = selectors.text_of(found) if found else None
    if found is None or text is None:
        return None
    gone = selectors.removed(found)
    kept = tuple(preview for preview in previews if key_of(preview.url) not in gone)
    if kept == text.previews:
        return None
    kept = tuple(_with_file(batch, preview, found, room=room) for preview in kept)
    return message_data_replace(batch, message=found, room=room, text=_with_previews(text, kept))


@method("preview.remove", protocol.PreviewRemove)
def preview_remove(
    batch: Batch,
    *,
    caller: Caller,
    room: LogKey,
    cid: ClientId,
    o: int,
    url: str,
    t: int | None = None,
    removed: bool = True,
) -> LogEvent:
    """Remove the preview of a link, or bring it back: for the author, and for hosts who outrank the author."""
    room_access = access.member(caller, room)
    message = message_meant(caller, room_access, o, t)
    if message.author_id != caller.pk:
        ranks.outrank(room_access, message.author, room=room, act="preview.remove")
    text = selectors.text_of(message)
    if text is None:
        raise conflict("removed")
    if url not in links_of(text.html):
        raise not_found("no such link")
    place: dict[str, Any] = {"log_id": message.log_id, "offset": o, "key": key_of(url)}
    if removed:
        RemovedPreview.objects.get_or_create(**place)
    else:
        RemovedPreview.objects.filter(**place).delete()
    text = _with_previews(text, _shown(text, url, message, room=room, removed=removed))
    if not removed:
        message_note(batch, message, room=room)  # a task fetches the page if the cache has lost it
    return message_data_replace(batch, message=message, room=room, text=text, caller=caller, cid=cid)


def _shown(text: Text, url: str, message: Message, *, room: LogKey, removed: bool) -> tuple[Preview, ...]:
    """Return the previews without that of the address, or with it where its link is in the text."""
    shown = {preview.url: preview for preview in text.previews if preview.url != url}
    page = None if removed else selectors.cached([url]).get(url)
    if page:
        author = caller_of(message.author) if message.author else None
        picture = picture_kept(author, picture_cid(room, message.offset, url)) if author else None
        shown[url] = illustrated(page.preview, picture)
    return tuple(shown[link] for link in links_of(text.html) if link in shown)


def illustrated(preview: Preview, picture: dict[str, Any] | None) -> Preview:
    """Return the preview with a picture, `{key, w, h}`, or without one."""
    if picture is None:
        return preview
    return msgspec.structs.replace(preview, image=picture["key"], w=picture["w"], h=picture["h"])


def _with_file(batch: Batch, preview: Preview, message: Message, *, room: LogKey) -> Preview:
    """Give the picture of a preview to its message, which decides who may read it. Leave it out if it is refused."""
    author = caller_of(message.author) if message.author else None
    if preview.image is None or author is None or picture_is_of(preview.image, message.log_id, message.offset):
        return preview
    try:
        place = {"log": message.log_id, "offset": message.offset}
        files_post(batch, caller=author, wanted=[FileRef(preview.image)], **place)
    except RealtimeError:
        return msgspec.structs.replace(preview, image=None, w=None, h=None)
    return preview


def _encoded(page: Found) -> str:
    """Return a page as the cache has it, without its address."""
    return encode(Found(msgspec.structs.replace(page.preview, url=""), page.picture)).decode()


def _with_previews(text: Text, previews: tuple[Preview, ...]) -> Text:
    return msgspec.structs.replace(text, previews=previews)
