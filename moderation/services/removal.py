"""Many lines of one person at once: taken away with a ban, and brought back when it is lifted.

A batch does a bounded part; a deadline that is due at once does the next.
"""

from collections.abc import Mapping, Sequence
from typing import Any, Final

import msgspec

from accounts.models import User
from accounts.selectors import FOREVER
from chat.models import Message, Revision
from chat.plugin import installed
from chat.selectors.messages import message_as
from chat.services.messages import HOST_UNDO_MS
from moderation.models import Sanction
from realtime import Caller, LogKey, UserId, encode
from realtime.log import Batch

MESSAGES_PER_EVENT: Final = 200


def messages_of(log: int, user: int, since: int) -> Any:
    """Return the messages of a person here since then that are not deleted, newest first."""
    said = Message.objects.filter(author=user, log=log, at__gte=since, removed_at=None, kind__in=installed.cards)
    return said.order_by("-offset")


def messages_remove(batch: Batch, *, room: LogKey, sanction: Sanction, since: int, before: int = FOREVER) -> None:
    """Delete the messages of a person since a time and before an offset, `MESSAGES_PER_EVENT` in one event."""
    log = batch.log(room).pk
    lines = list(messages_of(log, sanction.user_id, since).filter(offset__lt=before)[:MESSAGES_PER_EVENT])
    if not lines:
        return
    offsets = [line.offset for line in lines]
    by = sanction.by
    entry = batch.append(
        room,
        kind="messages.removed",
        data={"offsets": offsets, "by": by.key if by else None, "at": batch.now, "author": sanction.user.key},
        actor=UserId(by.key) if by else None,
        redacts=sorted({line.touched for line in lines}),
    )
    _keep(batch, room, lines, by)
    removal = {"data": None, "removed_at": batch.now, "removed_by": by, "touched": entry.o}
    Message.objects.filter(log=log, offset__in=offsets).update(**removal)
    places = msgspec.json.decode(sanction.removed)
    sanction.removed = encode([*places, *([log, o, entry.o] for o in offsets)]).decode()
    sanction.save(update_fields=["removed"])
    if len(lines) == MESSAGES_PER_EVENT:
        batch.schedule(
            room, "chat.remove", batch.now, {"sanction": sanction.key, "since": since, "before": offsets[-1]}
        )


def remove_due(batch: Batch, room: LogKey, data: Any) -> None:
    """Handle the deadline `chat.remove`: the next part, or another room."""
    sanction = _locked(data["sanction"])
    if sanction and sanction.lifted_at is None:
        before = data.get("before", FOREVER)
        messages_remove(batch, room=room, sanction=sanction, since=data["since"], before=before)


def messages_restore(batch: Batch, *, room: LogKey, sanction: Sanction, caller: Caller | None) -> None:
    """Bring back here what this sanction took; the rest of it by deadlines."""
    log = batch.log(room).pk
    places = msgspec.json.decode(sanction.removed)
    here = [place for place in places if place[0] == log]
    part, rest = here[:MESSAGES_PER_EVENT], here[MESSAGES_PER_EVENT:]
    sanction.removed = encode([*(place for place in places if place[0] != log), *rest]).decode()
    sanction.save(update_fields=["removed"])
    for line in _revived(log, {o: touched for _, o, touched in part}):
        _notify(batch, room, line, caller)
    if rest:
        batch.schedule(room, "chat.bring_back", batch.now, {"sanction": sanction.key})


def restore_due(batch: Batch, room: LogKey, data: Any) -> None:
    """Handle the deadline `chat.bring_back`: the next part, or another room."""
    sanction = _locked(data["sanction"])
    if sanction:
        messages_restore(batch, room=room, sanction=sanction, caller=None)


def _locked(key: str) -> Sanction | None:
    """Return the sanction, locked: batches of several rooms, which have no log in common, add to its `removed`."""
    return Sanction.objects.select_for_update(of=("self",)).select_related("by").filter(key=key).first()


def _keep(batch: Batch, room: LogKey, lines: Sequence[Message], by: User | None) -> None:
    purge_at = batch.now + HOST_UNDO_MS
    for line in lines:
        kept = {"data": line.data or "null", "by_id": by.pk if by else line.author_id, "at": batch.now}
        batch.insert(Revision(log_id=line.log_id, offset=line.offset, purge_at=purge_at, **kept))
    batch.schedule(room, "chat.purge", purge_at, {"offsets": [line.offset for line in lines]})


def _revived(log: int, touched: Mapping[int, int]) -> list[Message]:
    """Lines that this removal still holds, with what they said last: nobody has put them back or taken them since."""
    kept = {row.offset: row for row in Revision.objects.filter(log=log, offset__in=list(touched)).order_by("pk")}
    removed = Message.objects.filter(log=log, offset__in=list(kept)).exclude(removed_at=None)
    found = removed.select_related("author").order_by("offset")
    lines = [line for line in found if line.touched == touched[line.offset]]
    for line in lines:
        line.data, line.removed_at, line.removed_by = kept[line.offset].data, None, None
    Revision.objects.filter(pk__in=[kept[line.offset].pk for line in lines]).delete()
    return lines


def _notify(batch: Batch, room: LogKey, line: Message, caller: Caller | None) -> None:
    """Append one event for each message, because a later change redacts it and must not redact others."""
    line.touched = batch.log(room).head + 1
    line.save()
    batch.append(
        room,
        kind="message.restored",
        data={"line": message_as(line)},
        actor=caller.id if caller else None,
        audience=None if line.audience is None else line.audience.split(),
    )
