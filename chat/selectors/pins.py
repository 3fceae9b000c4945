"""Read the pinned messages of a room."""

from collections.abc import Collection
from typing import Any, Final

from django.db.models import QuerySet

from chat.models import Message
from chat.selectors import access, messages
from realtime import Caller, LogKey, RoomParams, method
from realtime.storage.prepared import prepared

LISTED: Final = 50


@method("pins.read", RoomParams, lane="read", cost=4)
def pins_read(*, caller: Caller, room: LogKey) -> dict[str, Any]:
    """Return `{lines, people, quotes?, more}`: the pinned messages that the caller may see, the newest pin first."""
    room_access = access.readable(caller, room)
    scopes = access.scopes_of(caller.id, room_access)
    page = messages.page_of(_pinned(room_access.log, messages.words(scopes)), LISTED, scopes)
    return {name: page[name] for name in ("lines", "people", "quotes", "more") if name in page}


def pins_count(log: int, limit: int) -> int:
    """Return the number of pinned messages of a log, at most `limit`."""
    return Message.objects.filter(log=log, removed_at=None).exclude(pinned_at=None)[:limit].count()


@prepared
def _pinned(log: int, words: Collection[str]) -> "QuerySet[Message, Any]":
    pinned = Message.objects.filter(messages.heard_by(words), log=log, removed_at=None, pinned_at__isnull=False)
    return pinned.order_by("-pinned_at", "-offset").values_list(*messages.COLUMNS, named=True)[: LISTED + 1]
