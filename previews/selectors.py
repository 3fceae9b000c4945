"""Read what previews need: the message, its links, and pages that were fetched before."""

from collections.abc import Collection
from typing import NamedTuple

import msgspec

from chat.models import Message
from chat.text import Preview, Text
from previews.links import key_of, links_of
from previews.models import CachedPage, RemovedPreview
from realtime import LogKey
from realtime.log import now_ms


class Wanted(NamedTuple):
    """The links of a message that should have previews, and the event that its text is in."""

    touched: int
    urls: list[str]


def text_of(message: Message) -> Text | None:
    """Return the data of a written message, or None for a deleted or another one."""
    if message.kind != "text" or message.data is None:
        return None
    return msgspec.json.decode(message.data, type=Text)


def wanted(room: LogKey, o: int) -> Wanted | None:
    """Return the links of a message, without those whose preview was removed. None if there is no text any more."""
    message = Message.objects.filter(log__key=room, offset=o, kind="text").first()
    text = text_of(message) if message else None
    if message is None or text is None:
        return None
    keys = removed(message)
    return Wanted(message.touched, [url for url in links_of(text.html) if key_of(url) not in keys])


def removed(message: Message) -> set[str]:
    rows = RemovedPreview.objects.filter(log=message.log_id, offset=message.offset)
    return set(rows.values_list("key", flat=True)[:100])


def cached(urls: Collection[str]) -> dict[str, Preview | None]:
    """Return the previews of those addresses that were fetched lately. None says that a page has nothing to show."""
    keys = {key_of(url): url for url in urls}
    rows = CachedPage.objects.filter(key__in=keys, expires_at__gt=now_ms()).values_list("key", "data")
    return {keys[key]: _preview(keys[key], data) for key, data in rows}


def _preview(url: str, data: str) -> Preview | None:
    return msgspec.structs.replace(msgspec.json.decode(data, type=Preview), url=url) if data else None
