"""Moderation that a restore has undone: sanctions, their ends, and removed messages."""

from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Final

from chat.models import Message
from moderation.models import Sanction

LOOKED_AT: Final = 500
"""The number of messages that are compared: those that were removed last."""


def undone_moderation(former: str) -> Iterator[str]:
    """Yield the sanctions and removals that the database `former` has and the restored one has not."""
    yield from _sanctions(former)
    yield from _removals(former)


def _sanctions(former: str) -> Iterator[str]:
    now = dict(Sanction.objects.values_list("key", "lifted_at"))
    rows = Sanction.objects.using(former).select_related("user", "room").order_by("-at")
    for was in rows.iterator():
        place = f"in {was.room.name or 'a direct room'}" if was.room else "on the whole site"
        if was.key not in now:
            ended = ", lifted later" if was.lifted_at else ""
            reason = f": {was.reason}" if was.reason else ""
            yield f"{was.get_kind_display()} of {was.user.name} {place}, {_day(was.at)}{ended}{reason}"
        elif was.lifted_at and now[was.key] is None:
            yield f"{was.get_kind_display()} of {was.user.name} {place} had been lifted, and is in force again."


def _removals(former: str) -> Iterator[str]:
    removed = (
        Message.objects.using(former).exclude(removed_at=None).select_related("author", "log").order_by("-removed_at")
    )
    for was in removed[:LOOKED_AT]:
        place = {"log__key": was.log.key, "offset": was.offset, "at": was.at}
        if Message.objects.filter(**place, removed_at=None).exists():
            name = was.author.name if was.author else "the server"
            yield f"A message of {name} had been deleted, and is there again: /r/{was.log.key}/@{was.offset}"


def _day(at: int) -> str:
    return f"{datetime.fromtimestamp(at / 1000, UTC):%Y-%m-%d %H:%M} UTC"
