"""Reading the log: events, heads and positions. Every query is bounded."""

from collections.abc import Collection
from typing import Any, Final

import msgspec
from django.db.models import QuerySet

from realtime.log.event import LogEvent
from realtime.models import Event, Log
from realtime.storage.prepared import prepared
from realtime.types import ClientId, Head, LogKey, Position, UserId

PAGE: Final = 200
"""The number of events that one read returns at most."""
_EVENT: Final = ("offset", "tag", "lines", "at", "kind", "actor", "cid", "audience", "blanks", "data", "method")


def read(key: LogKey, after: int, upto: int, limit: int = PAGE) -> list[LogEvent]:
    """Return the events with `after < o <= upto`, in order, at most `limit`."""
    return [_event(key, *row) for row in _read(key, after, upto, limit=limit)]


@prepared
def _read(key: LogKey, after: int, upto: int, *, limit: int) -> "QuerySet[Event, Any]":
    rows = Event.objects.filter(log__key=key, offset__gt=after, offset__lte=upto)
    return rows.order_by("offset").values_list(*_EVENT)[:limit]


def tail(key: LogKey, limit: int) -> list[LogEvent]:
    """Return the last events of a log, in order."""
    return [_event(key, *row) for row in reversed(_tail(key, limit=limit))]


@prepared
def _tail(key: LogKey, *, limit: int) -> "QuerySet[Event, Any]":
    return Event.objects.filter(log__key=key).order_by("-offset").values_list(*_EVENT)[:limit]


def redactable(key: LogKey, after: int, limit: int) -> list[int]:
    """Return the offsets after `after` of events that still have data, in order, at most `limit`."""
    rows = Event.objects.filter(log__key=key, offset__gt=after).exclude(data=None).order_by("offset")
    return list(rows.values_list("offset", flat=True)[:limit])


def head_of(key: LogKey) -> Head:
    """Return the head of a log, `Head(0, 0, 0)` when it is empty."""
    last = tail(key, 1)
    return last[0].head if last else Head(0, 0, 0)


def newest_at() -> int:
    """Return when the newest event of any log was written, in ms UTC, or 0."""
    return Event.objects.order_by("-pk").values_list("at", flat=True).first() or 0


def heads(keys: Collection[LogKey]) -> dict[LogKey, int]:
    """Return the offsets of the heads of many logs, in one query."""
    return {LogKey(key): head for key, head in _heads(keys)}


@prepared
def _heads(keys: Collection[LogKey]) -> "QuerySet[Log, tuple[str, int]]":
    return Log.objects.filter(key__in=keys).values_list("key", "head")


def holds(key: LogKey, position: Position) -> bool:
    """Return whether the event at this position has the client's tag. It may differ after a backup was restored."""
    if position.o == 0:
        return position.t == 0
    return _tag(key, position.o) == [position.t]


@prepared
def _tag(key: LogKey, o: int) -> "QuerySet[Event, int]":
    return Event.objects.filter(log__key=key, offset=o).values_list("tag", flat=True)


def _event(
    key: LogKey,
    o: int,
    t: int,
    n: int,
    at: int,
    kind: str,
    actor: UserId | None,
    cid: ClientId | None,
    audience: str | None,
    redacted: str | None,
    data: str | None,
    method: str,
) -> LogEvent:
    """Return the event of a row with the columns `_EVENT`."""
    redacts = tuple(msgspec.json.decode(redacted)) if redacted else ()
    return LogEvent(key, o, t, n, at, kind, actor or None, cid or None, audience, redacts, data, method)
