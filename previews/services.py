"""Previews of a message: wanted by each change of it, stored by the task, removed by people."""

from collections.abc import Mapping, Sequence
from typing import Any, Final

import msgspec

from chat.models import Message
from chat.selectors import access, ranks
from chat.services.messages import message_data_replace, message_meant
from chat.text import Preview, Text
from previews import protocol, selectors
from previews.links import key_of, links_of
from previews.models import CachedPage, RemovedPreview
from realtime import Caller, ClientId, LogKey, conflict, encode, method, not_found
from realtime.log import Batch, LogEvent, now_ms

SHOWN_MS: Final = 24 * 60 * 60 * 1000
"""A page that was fetched is kept for so long; one without a preview is asked again after `NOTHING_MS`."""
NOTHING_MS: Final = 60 * 60 * 1000
EXPIRED_AT_ONCE: Final = 200


def pages_store(pages: Mapping[str, Preview | None]) -> None:
    """Keep fetched pages by the hash of their address, and delete some that have expired."""
    now = now_ms()
    rows = [
        CachedPage(
            key=key_of(url),
            data=encode(msgspec.structs.replace(page, url="")).decode() if page else "",
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
    text = _with_previews(text, _shown(text, url, removed=removed))
    return message_data_replace(batch, message=message, room=room, text=text, caller=caller, cid=cid)


def _shown(text: Text, url: str, *, removed: bool) -> tuple[Preview, ...]:
    """Return the previews without that of the address, or with it where its link is in the text."""
    shown = {preview.url: preview for preview in text.previews if preview.url != url}
    page = None if removed else selectors.cached([url]).get(url)
    if page:
        shown[url] = page
    return tuple(shown[link] for link in links_of(text.html) if link in shown)


def _with_previews(text: Text, previews: tuple[Preview, ...]) -> Text:
    return msgspec.structs.replace(text, previews=previews)
