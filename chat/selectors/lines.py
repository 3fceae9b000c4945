"""Lines of the timeline, for one reader. Nothing else reads `Message` for people."""

from collections.abc import Iterable, Sequence
from typing import Any, Final

import msgspec
from django.db.models import F, Q, QuerySet, Value
from django.db.models.functions import StrIndex
from django.db.models.lookups import GreaterThan

from accounts.selectors import person_of
from chat.models import Message
from realtime.methods import Labels

LINES: Final = 40
BYTES: Final = 128 * 1024
Page = dict[str, Any]
"""`{lines, before, after, people}`: are there older, newer ones"""


def visible(labels: Labels) -> Q:
    """Lines whose audience these labels meet. By position in the text: LIKE would not tell A from a on SQLite."""
    seen = Q(audience=None)
    for label in sorted(labels):
        seen |= Q(GreaterThan(StrIndex(F("audience"), Value(f" {label} ")), 0))
    return seen


def line_find(log: int, labels: Labels, o: int) -> Message | None:
    """One line, if this reader may see it."""
    return _lines(log, labels).filter(offset=o).first()


def page_before(log: int, labels: Labels, o: int | None = None, limit: int = LINES) -> Page:
    """The last lines before an offset, or the last of all."""
    lines = _lines(log, labels)
    if o is not None:
        lines = lines.filter(offset__lt=o)
    found, more = _bounded(lines.order_by("-offset"), limit)
    return _page(found[::-1], before=more, after=o is not None)


def page_after(log: int, labels: Labels, o: int, limit: int = LINES) -> Page:
    """The first lines after an offset."""
    found, more = _bounded(_lines(log, labels).filter(offset__gt=o).order_by("offset"), limit)
    return _page(found, before=o > 0, after=more)


def page_around(log: int, labels: Labels, o: int) -> Page:
    """Lines on both sides of an offset, itself among them."""
    older = page_before(log, labels, o + 1, LINES // 2)
    newer = page_after(log, labels, o, LINES // 2)
    return {
        "lines": older["lines"] + newer["lines"],
        "before": older["before"],
        "after": newer["after"],
        "people": older["people"] | newer["people"],
    }


def line_of(message: Message) -> dict[str, Any]:
    """`{o, n, at, by, kind, data, edited, removed, touched}`."""
    removed_by = message.removed_by.key if message.removed_by else None
    return {
        "o": message.offset,
        "n": message.lines,
        "at": message.at,
        "by": message.author.key if message.author else None,
        "kind": message.kind,
        "data": None if message.data is None else msgspec.json.decode(message.data),
        "edited": message.edited_at,
        "removed": None if message.removed_at is None else {"by": removed_by, "at": message.removed_at},
        "touched": message.touched,
    }


def _lines(log: int, labels: Labels) -> "QuerySet[Message]":
    return Message.objects.filter(visible(labels), log=log).select_related("author", "removed_by")


def _bounded(lines: "QuerySet[Message]", limit: int) -> tuple[list[Message], bool]:
    """At most `limit` lines and 128 KiB, one at least; and whether there are more."""
    rows = list(lines[: limit + 1])
    size, kept = 0, 0
    for row in rows[:limit]:
        size += len((row.data or "").encode())
        if kept and size > BYTES:
            break
        kept += 1
    return rows[:kept], len(rows) > kept


def _page(lines: Sequence[Message], *, before: bool, after: bool) -> Page:
    return {"lines": [line_of(line) for line in lines], "before": before, "after": after, "people": _people(lines)}


def _people(lines: Iterable[Message]) -> dict[str, Any]:
    users = [user for line in lines for user in (line.author, line.removed_by) if user]
    return {user.key: person_of(user) for user in users}
