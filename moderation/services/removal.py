"""Removes many messages of one person with a ban, and restores them when it is lifted.

A batch does a bounded part. A deadline that is due at once does the next part.
"""

from collections.abc import Mapping, Sequence
from typing import Any, Final

import msgspec

from accounts.models import User
from accounts.selectors import FOREVER
from chat.models import Message, Revision
from chat.plugin import installed
from chat.selectors.messages import message_as
from chat.services.changes import message_note
from chat.services.messages import HOST_UNDO_MS
from moderation.models import Sanction
from realtime import Caller, LogKey, UserId, encode
from realtime.log import Batch

MESSAGES_PER_EVENT: Final = 200


def messages_of(log: int, user: int, since: int) -> Any:
    """Return the messages of a person here since then that are not deleted, newest first."""
    messages = Message.objects.filter(author=user, log=log, at__gte=since, removed_at=None, kind__in=installed.cards)
    return messages.order_by("-offset")


def messages_remove(batch: Batch, *, room: LogKey, sanction: Sanction, since: int, before: int = FOREVER) -> None:
    """Remove the newest messages since a time and before an offset, with one event. A deadline removes the others."""
    log = batch.log(room).pk
    messages = list(messages_of(log, sanction.user_id, since).filter(offset__lt=before)[:MESSAGES_PER_EVENT])
    if not messages:
        return
    offsets = [message.offset for message in messages]
    by = sanction.by
    event = batch.append(
        room,
        kind="messages.removed",
        data={"offsets": offsets, "by": by.key if by else None, "at": batch.now, "author": sanction.user.key},
        actor=UserId(by.key) if by else None,
        redacts=sorted({message.touched for message in messages}),
    )
    _keep(batch, room, messages, by)
    removal = {"data": None, "removed_at": batch.now, "removed_by": by, "touched": event.o}
    Message.objects.filter(log=log, offset__in=offsets).update(**removal)
    for message in messages:
        message.data = None
        message_note(batch, message, room=room)
    places = msgspec.json.decode(sanction.removed)
    sanction.removed = encode([*places, *([log, o, event.o] for o in offsets)]).decode()
    sanction.save(update_fields=["removed"])
    if len(messages) == MESSAGES_PER_EVENT:
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
    """Restore messages of this room that the sanction removed. Deadlines restore the rest."""
    log = batch.log(room).pk
    places = msgspec.json.decode(sanction.removed)
    here = [place for place in places if place[0] == log]
    part, rest = here[:MESSAGES_PER_EVENT], here[MESSAGES_PER_EVENT:]
    sanction.removed = encode([*(place for place in places if place[0] != log), *rest]).decode()
    sanction.save(update_fields=["removed"])
    for message in _revived(log, {o: touched for _, o, touched in part}):
        _notify(batch, room, message, caller)
    if rest:
        batch.schedule(room, "chat.bring_back", batch.now, {"sanction": sanction.key})


def restore_due(batch: Batch, room: LogKey, data: Any) -> None:
    """Handle the deadline `chat.bring_back`: the next part, or another room."""
    sanction = _locked(data["sanction"])
    if sanction:
        messages_restore(batch, room=room, sanction=sanction, caller=None)


def _locked(key: str) -> Sanction | None:
    """Return the sanction, locked: batches of several rooms, which have no log in common, change its `removed`."""
    return Sanction.objects.select_for_update(of=("self",)).select_related("by").filter(key=key).first()


def _keep(batch: Batch, room: LogKey, messages: Sequence[Message], by: User | None) -> None:
    purge_at = batch.now + HOST_UNDO_MS
    for message in messages:
        kept = {"data": message.data or "null", "by_id": by.pk if by else message.author_id, "at": batch.now}
        batch.insert(Revision(log_id=message.log_id, offset=message.offset, purge_at=purge_at, **kept))
    batch.schedule(room, "chat.purge", purge_at, {"offsets": [message.offset for message in messages]})


def _revived(log: int, touched: Mapping[int, int]) -> list[Message]:
    """Return the messages with their last texts, without those that were restored or removed again since."""
    kept = {row.offset: row for row in Revision.objects.filter(log=log, offset__in=list(touched)).order_by("pk")}
    removed = Message.objects.filter(log=log, offset__in=list(kept)).exclude(removed_at=None)
    found = removed.select_related("author", "reply_to").order_by("offset")
    messages = [message for message in found if message.touched == touched[message.offset]]
    for message in messages:
        message.data, message.removed_at, message.removed_by = kept[message.offset].data, None, None
    Revision.objects.filter(pk__in=[kept[message.offset].pk for message in messages]).delete()
    return messages


def _notify(batch: Batch, room: LogKey, message: Message, caller: Caller | None) -> None:
    """Append one event for each message, because a later change redacts it and must not redact others."""
    message.touched = batch.log(room).head + 1
    message.save()
    message_note(batch, message, room=room)
    batch.append(
        room,
        kind="message.restored",
        data={"line": message_as(message)},
        actor=caller.id if caller else None,
        audience=None if message.audience is None else message.audience.split(),
    )
