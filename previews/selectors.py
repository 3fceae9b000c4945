"""Read what previews need: the message, its links, and pages that were fetched before."""

from collections.abc import Collection
from typing import NamedTuple

import msgspec

from accounts.selectors import caller_of
from chat.models import Message
from chat.text import Preview, Text
from previews.links import key_of, links_of
from previews.models import CachedPage, RemovedPreview
from realtime import Caller, LogKey
from realtime.log import now_ms


class Wanted(NamedTuple):
    """The links of a message that should have previews, the event that its text is in, and the previews that it has."""

    touched: int
    urls: list[str]
    shown: dict[str, Preview]
    author: Caller | None


class Found(msgspec.Struct, frozen=True, omit_defaults=True):
    """A page in the cache, without its address: its preview, and where its picture is."""

    preview: Preview
    picture: str = ""


def text_of(message: Message) -> Text | None:
    """Return the data of a written message, or None for a deleted or another one."""
    if message.kind != "text" or message.data is None:
        return None
    return msgspec.json.decode(message.data, type=Text)


def wanted(room: LogKey, o: int) -> Wanted | None:
    """Return the links of a message, without those whose preview was removed. None if there is no text any more."""
    message = Message.objects.filter(log__key=room, offset=o, kind="text").select_related("author").first()
    text = text_of(message) if message else None
    if message is None or text is None:
        return None
    keys = removed(message)
    urls = [url for url in links_of(text.html) if key_of(url) not in keys]
    author = caller_of(message.author) if message.author else None
    return Wanted(message.touched, urls, {preview.url: preview for preview in text.previews}, author)


def removed(message: Message) -> set[str]:
    rows = RemovedPreview.objects.filter(log=message.log_id, offset=message.offset)
    return set(rows.values_list("key", flat=True)[:100])


def cached(urls: Collection[str]) -> dict[str, Found | None]:
    """Return the pages of those addresses that were fetched lately. None says that a page has nothing to show."""
    keys = {key_of(url): url for url in urls}
    rows = CachedPage.objects.filter(key__in=keys, expires_at__gt=now_ms()).values_list("key", "data")
    return {keys[key]: _found(keys[key], data) for key, data in rows}


def _found(url: str, data: str) -> Found | None:
    if not data:
        return None
    found = msgspec.json.decode(data, type=Found)
    return Found(msgspec.structs.replace(found.preview, url=url), found.picture)
