"""Follow the logs: put new messages into the index, and what has changed since.

The place reached in each log is stored in the transaction that writes the index. So a killed process misses nothing,
and processes of an older release, which know no index, are followed too. Each process does a step a second, or several
when there is more. Of two processes that do the same step, the second finds the place changed and writes nothing.
"""

from collections import Counter
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, field
from functools import partial
from itertools import accumulate
from typing import Any, Final, NamedTuple

import msgspec
from django.db.models import F, Q
from django.db.models.functions import Length

from chat.models import Message
from chat.plugin import installed
from chat.text import Text
from realtime.log import Batch
from realtime.models import Event, Log
from search.document import document
from search.models import Building, IndexedLog
from search.services.erase import removed_note
from search.storage import index

EVENTS_PER_STEP: Final = 400
CHARACTERS_PER_STEP: Final = 200_000
"""A step ends after the message that reaches so many characters of data, which bounds its memory and its time."""
LOGS_PER_STEP: Final = 200
CHANGED_PER_LOG: Final = 400
"""A step ends in a log with the event at which so many earlier messages have changed: one event can change 200."""
BUILDING_EVENTS: Final = 5_000
"""People are told that results may lack messages while so many events are not in the index."""
CHANGES: Final = ("message.edited", "message.deleted", "message.restored", "messages.removed", "room.purged")
"""The kinds of events that change the data of earlier messages."""
_EVENT: Final = ("log", "offset", "kind", "data", "blanks")
_data: Final = msgspec.json.Decoder(dict[str, Any])


class Behind(NamedTuple):
    """A log with events that are not in the index: its place in the index, and its head."""

    log: int
    offset: int
    head: int


@dataclass(slots=True)
class Step:
    """The work for one transaction. Messages are given by primary key."""

    places: dict[int, tuple[int, int]] = field(default_factory=dict)
    """The former and the new place of each log."""
    new: dict[int, tuple[int, str]] = field(default_factory=dict)
    """The log and the document of new messages."""
    changed: dict[int, tuple[int, str | None]] = field(default_factory=dict)
    """The log and the document of changed messages. None is a deleted message."""
    left: int = 0


def work() -> Callable[[Batch], None] | None:
    """Return the next step, or None when all is in the index."""
    unknown = list(Log.objects.exclude(room=None).filter(indexed=None).values_list("pk", flat=True)[:LOGS_PER_STEP])
    if unknown:
        return partial(_enter, unknown)
    behind = _behind()
    return partial(_write, _step(behind)) if behind else None


def _behind() -> list[Behind]:
    """Return logs that are behind, for one step. The shortest way comes first: a long history holds up no room."""
    logs = Log.objects.filter(indexed__offset__lt=F("head")).order_by(F("head") - F("indexed__offset"))
    behind = [Behind(*row) for row in logs.values_list("pk", "indexed__offset", "head")[:LOGS_PER_STEP]]
    ways = accumulate(each.head - each.offset for each in behind)
    return [each for each, way in zip(behind, ways, strict=True) if way <= EVENTS_PER_STEP] or behind[:1]


def _enter(logs: Collection[int], batch: Batch) -> None:
    IndexedLog.objects.bulk_create([IndexedLog(log_id=log) for log in logs], ignore_conflicts=True)


def _step(behind: Sequence[Behind]) -> Step:
    """Read a bounded number of events after the places of these logs, and make the documents of their messages."""
    ends = {each.log: min(each.head, each.offset + EVENTS_PER_STEP) for each in behind}
    place = F("log__indexed__offset")
    newer = Q(log__in=list(ends), offset__gt=place, offset__lte=place + EVENTS_PER_STEP)
    events = list(Event.objects.filter(newer, kind__in=CHANGES).order_by("log", "offset").values_list(*_EVENT))
    _shorten(ends, events)
    messages = Message.objects.filter(pk__in=_fitting(ends, newer))
    step = Step(left=sum(each.head - each.offset for each in behind))
    step.places = {each.log: (each.offset, ends[each.log]) for each in behind if each.log in ends}
    for log, pk, kind, author, data in messages.values_list("log", "pk", "kind", "author", "data"):
        if text := document_of(log, kind, author, data):
            step.new[pk] = log, text
    _add_changes(step, [event for event in events if event[1] <= ends.get(event[0], 0)])
    return step


def _fitting(ends: dict[int, int], newer: Q) -> list[int]:
    """Return the messages of a step. When their data is too long, end the step in that log and leave out later ones."""
    found: list[int] = []
    left = CHARACTERS_PER_STEP
    rows = Message.objects.filter(newer).order_by("log", "offset")
    for log, offset, pk, size in rows.values_list("log", "offset", "pk", Length("data")):
        if offset > ends.get(log, 0):
            continue
        found.append(pk)
        left -= size or 0
        if left <= 0:
            ends[log] = offset
            for later in [other for other in ends if other > log]:
                del ends[later]
            break
    return found


def _shorten(ends: dict[int, int], events: Sequence[tuple[int, int, str, str | None, str | None]]) -> None:
    """End the step earlier in logs with many changes."""
    changed: Counter[int] = Counter()
    for log, offset, _, data, redacted in events:
        if changed[log] >= CHANGED_PER_LOG:
            ends[log] = min(ends[log], offset - 1)
        changed[log] += 1 + (data or "").count(",") * ("offsets" in (data or "")) + (redacted or "").count(",")


def document_of(log: int, kind: str, author: int | None, data: str | None) -> str | None:
    """Return the document of a message, or None for a deleted message and for one without text."""
    if data is None or kind != installed.kinds[Text]:
        return None
    return document(log, author, _data.decode(data))


def _add_changes(step: Step, events: Sequence[tuple[int, int, str, str | None, str | None]]) -> None:
    offsets: dict[int, set[int]] = {}
    found = Q()
    for log, offset, kind, data, redacted in events:
        if kind == "room.purged":
            found |= _purged(log, offset, redacted)
        elif data is not None:
            offsets.setdefault(log, set()).update(_offsets(_data.decode(data)))
    for log, those in offsets.items():
        found |= Q(log=log, offset__in=those)
    if not found:
        return
    for pk, log, kind, author, text in Message.objects.filter(found).values_list("pk", "log", "kind", "author", "data"):
        step.new.pop(pk, None)
        step.changed[pk] = log, document_of(log, kind, author, text)


def _offsets(data: Mapping[str, Any]) -> list[int]:
    """Return the offsets of the messages that an event changes."""
    line = data.get("line") or data
    return list(data.get("offsets") or [line["o"]])


def _purged(log: int, offset: int, redacted: str | None) -> Q:
    """Return a filter for the messages that were cleared with an event of a purge."""
    before = Event.objects.filter(log=log, kind="room.purged", offset__lt=offset).order_by("-offset")
    first = _last(before.values_list("blanks", flat=True).first())
    return Q(log=log, offset__gt=first, offset__lte=_last(redacted))


def _last(redacted: str | None) -> int:
    return max(msgspec.json.decode(redacted or "[]"), default=0)


def _write(step: Step, batch: Batch) -> None:
    """Write a step, except for logs whose place another process has changed meanwhile or is changing."""
    places = IndexedLog.objects.select_for_update(skip_locked=True).filter(pk__in=list(step.places)).order_by("pk")
    ours = {log for log, offset in places.values_list("pk", "offset") if offset == step.places[log][0]}
    changed = {pk: text for pk, (log, text) in step.changed.items() if log in ours}
    if changed:
        removed_note(batch, list(changed))
        index().remove(list(changed))
    documents = [(pk, text) for pk, (log, text) in step.new.items() if log in ours]
    index().put(documents + [(pk, text) for pk, text in changed.items() if text is not None])
    IndexedLog.objects.bulk_update(
        [IndexedLog(log_id=log, offset=step.places[log][1]) for log in ours], ["offset"], batch_size=LOGS_PER_STEP
    )
    building_note(batch, step.left)


def building_note(batch: Batch, left: int) -> None:
    """Store that the index is being built, while many events are left."""
    if left >= BUILDING_EVENTS:
        Building.objects.update_or_create(pk=1, defaults={"at": batch.now, "left": left})
    elif left < BUILDING_EVENTS and Building.objects.exists():
        Building.objects.all().delete()
