"""Post, edit, delete and restore messages. The text is stored in the message's row and in the event at `touched`.

Earlier texts are in `Revision` until they are purged.
"""

from typing import Any, Final

import msgspec
from msgspec.structs import replace

from chat import protocol
from chat.models import Message, Revision
from chat.permissions import Rank
from chat.plugin import MessageChange, NewMessage, installed
from chat.rendering import rendered
from chat.selectors import access, ranks
from chat.selectors.messages import message_as, message_find, tag_of
from chat.selectors.quotes import Original
from chat.selectors.ranks import rank_of
from chat.services.changes import change_note, message_note
from chat.services.mentions import calls_change, calls_check, directory, mentions_of
from chat.services.requests import edit_check
from chat.text import Text, light, written
from chat.types import AccessTable, RoomAccess
from files.services.posting import files_of_messages_delete
from realtime import (
    UNSEEN,
    Caller,
    ClientId,
    LogKey,
    RealtimeError,
    Scopes,
    Signal,
    conflict,
    encode,
    forbidden,
    method,
    not_found,
    unprocessable,
)
from realtime.log import Batch, LogEvent

AUTHOR_UNDO_MS: Final = 60_000
HOST_UNDO_MS: Final = 24 * 60 * 60 * 1000
"""Hosts can restore a message for so many ms. Then the text from before an edit or a deletion is purged."""


def message_append(
    batch: Batch,
    *,
    room: LogKey,
    message: NewMessage,
    caller: Caller | None = None,
    cid: ClientId | None = None,
    original: Original | None = None,
) -> LogEvent:
    """Append a message to the log. Without a caller it is a message of the server. `original` is what it answers."""
    kind, data = installed.kinds[type(message.data)], msgspec.to_builtins(message.data)
    answered = {"re": original.o} if original else {}
    audience = message.audience
    if audience is None and original and original.audience is not None:
        audience = frozenset(original.audience.split())
    event = batch.append(
        room,
        kind="message.posted",
        data={"kind": kind, **data, **answered},
        actor=caller.id if caller else None,
        cid=cid,
        audience=audience,
        counts_as_message=True,
    )
    author = caller.pk if caller else None
    message_row_insert(batch, event=event, kind=kind, data=data, author=author, original=original)
    return event


def message_row_insert(
    batch: Batch, *, event: LogEvent, kind: str, data: Any, author: int | None, original: Original | None = None
) -> None:
    """Insert the row of the message that this event creates."""
    log, text = batch.log(event.room).pk, encode(data).decode()
    batch.insert_values(
        Message,
        log_id=log,
        offset=event.o,
        lines=event.n,
        kind=kind,
        author_id=author,
        data=text,
        audience=event.audience,
        at=event.at,
        touched=event.o,
        tag=event.t,
        reply_to_id=original.pk if original else None,
    )
    change_note(batch, MessageChange(event.room, log, event.o, kind, author, text, event.audience, event.at))


def card_update(batch: Batch, *, room: LogKey, o: int, card: msgspec.Struct) -> None:
    """Store the current data of a rich message. Its app appends the event, so `touched` does not change.

    For a deleted message the data goes to its last revision, so that a restore shows it.
    """
    place = {"log": batch.log(room).pk, "offset": o}
    data = encode(card).decode()
    if not Message.objects.filter(**place, removed_at=None).update(data=data):
        last = Revision.objects.filter(**place).order_by("-pk").values("pk")[:1]
        Revision.objects.filter(pk__in=last).update(data=data)


@method(
    "message.edit",
    protocol.MessageEdit,
    preprocess=("text", lambda text: rendered(written(text, blank=True))),
    cheap=light,
)
def message_edit(
    batch: Batch, *, caller: Caller, room: LogKey, cid: ClientId, o: int, text: Text, t: int | None = None
) -> list[Signal]:
    """Change the text of the caller's own message. Its files stay."""
    room_access = access.author(caller, room, slowed=False, asking=True)
    edit_check(room_access=room_access, caller=caller, text=text)
    message = message_meant(caller, room_access, o, t)
    if message.author_id != caller.pk or message.kind != installed.kinds[Text]:
        raise forbidden("only one's own text")
    _refuse_removed(message)
    text = _with_parts_of(message, text)
    former = mentions_of(message.data)
    calls = calls_check(
        batch,
        text,
        room_access=room_access,
        room=room,
        caller=caller,
        known=directory([(room_access, room, text)], batch.now),
        former=former,
    )
    _revision_keep(batch, message, room=room, caller=caller)
    message.edited_at = batch.now
    event = message_data_replace(batch, message=message, room=room, text=calls.text, caller=caller, cid=cid)
    message_note(batch, message, room=room)
    return calls_change(batch, message, event=event, caller=caller, calls=calls, former=former)


def message_data_replace(
    batch: Batch,
    *,
    message: Message,
    room: LogKey,
    text: Text,
    caller: Caller | None = None,
    cid: ClientId | None = None,
) -> LogEvent:
    """Store other data of a written message, and redact the event that had it. No hook is told."""
    message.data = encode(text).decode()
    superseded = _place(batch, message, room=room)
    return batch.append(
        room,
        kind="message.edited",
        data={"line": message_as(message)},
        actor=caller.id if caller else None,
        cid=cid,
        audience=_audience(message),
        redacts=[superseded],
    )


@method("message.delete", protocol.MessageDelete)
def message_delete(
    batch: Batch,
    *,
    caller: Caller,
    room: LogKey,
    cid: ClientId,
    o: int,
    t: int | None = None,
    reason: str = "",
    rule: str = "",
    found: AccessTable | None = None,
) -> LogEvent:
    """Delete a message: the caller's own, or as a host one of a person with a lower rank."""
    room_access = access.member(caller, room, found, archived=True)
    message = message_meant(caller, room_access, o, t)
    _refuse_removed(message)
    if message.kind not in installed.cards:
        raise forbidden("only what was said")
    if message.author_id != caller.pk:
        ranks.outrank(room_access, message.author, room=room, act="message.delete")
        installed.audit(
            batch, room_access, caller, "message.delete", user=message.author, offset=o, reason=reason, rule=rule
        )
    _revision_keep(batch, message, room=room, caller=caller)
    message.data, message.removed_at, message.removed_by_id = None, batch.now, caller.pk
    superseded = _touch(batch, message, room=room)
    return batch.append(
        room,
        kind="message.deleted",
        data={"o": o, "by": caller.id, "at": batch.now, "author": message.author.key if message.author else None},
        actor=caller.id,
        cid=cid,
        audience=_audience(message),
        redacts=[superseded],
    )


@method("message.restore", protocol.MessageAct)
def message_restore(
    batch: Batch,
    *,
    caller: Caller,
    room: LogKey,
    cid: ClientId,
    o: int,
    t: int | None = None,
    reason: str = "",
    found: AccessTable | None = None,
) -> LogEvent:
    """Undo a deletion: of the caller's own message within a minute, or as a host of any message within a day."""
    room_access = access.member(caller, room, found)
    message = message_meant(caller, room_access, o, t)
    if message.author_id == caller.pk:
        installed.may_change(room_access, batch.now)
    revision = _revision_undone(batch, message, caller=caller, room_access=room_access)
    if message.author_id != caller.pk:
        installed.audit(batch, room_access, caller, "message.restore", user=message.author, offset=o, reason=reason)
    message.data, message.removed_at, message.removed_by = revision.data, None, None
    revision.delete()
    _touch(batch, message, room=room)
    return batch.append(
        room,
        kind="message.restored",
        data={"line": message_as(message)},
        actor=caller.id,
        cid=cid,
        audience=_audience(message),
    )


@method("typing.set", protocol.TypingSet, lane="now")
def typing_set(*, caller: Caller, scopes: Scopes | None, room: LogKey, typing: bool) -> list[Signal]:
    """Return the signal that the caller is typing, or has stopped."""
    if scopes is None or "member" not in scopes or access.silenced(scopes):
        raise forbidden("join the room first")
    return [] if UNSEEN in scopes else [Signal(room, "typing", caller.id, typing or None)]


def revisions_purge(batch: Batch, room: LogKey, data: Any) -> None:
    """Handle the deadline `chat.purge`: delete revisions whose `purge_at` has passed.

    The reactions to messages that nobody can restore any more are deleted too, and their files.
    """
    log, offsets = batch.log(room).pk, data.get("offsets", [data.get("o")])
    Revision.objects.filter(log=log, offset__in=offsets, purge_at__lte=batch.now).delete()
    removed = Message.objects.filter(log=log, offset__in=offsets, removed_at__lte=batch.now - HOST_UNDO_MS)
    removed.exclude(reactions=None).update(reactions=None)
    files_of_messages_delete(log, list(removed.values_list("offset", flat=True)), batch.now)


def _with_parts_of(message: Message, text: Text) -> Text:
    """Return the new text with the files of the message, and previews of links that stay. Raise 422 if all is empty."""
    former = msgspec.json.decode(message.data or '{"text":""}', type=Text)
    if not text.text and not former.files:
        raise unprocessable("empty", "nothing to say")
    return replace(text, files=former.files).linking(former.previews)


def message_meant(caller: Caller, room_access: RoomAccess, o: int, t: int | None) -> Message:
    """Return the message at offset `o`, or raise 404 when the caller may not see it.

    Raise 409 `replaced` when its tag is not `t`: after a restored backup another message may have the offset. Without
    `t` the tag is not checked.
    """
    message = message_find(room_access.log, access.scopes_of(caller.id, room_access), o)
    if message is None:
        raise not_found("no such line")
    if t is not None and t != tag_of(message):
        raise conflict("replaced")
    return message


def _refuse_removed(message: Message) -> None:
    if message.removed_at is not None:
        raise conflict("removed", line=message_as(message))


def _revision_undone(batch: Batch, message: Message, *, caller: Caller, room_access: RoomAccess) -> Revision:
    """Return the revision with the text from before the deletion, or raise why the message may not be restored."""
    is_host = room_access.rank >= Rank.HOST
    if message.removed_at is None:
        raise conflict("stale", "it is there", line=message_as(message))
    if not is_host and not caller.pk == message.author_id == message.removed_by_id:
        raise forbidden("only what one has removed oneself")
    if message.removed_by and rank_of(message.removed_by, room_access.room) > room_access.rank:
        raise RealtimeError(403, "rank")
    revision = Revision.objects.filter(log=message.log_id, offset=message.offset).order_by("-pk").first()
    if revision is None or batch.now - message.removed_at > (HOST_UNDO_MS if is_host else AUTHOR_UNDO_MS):
        raise conflict("undo_over", line=message_as(message))
    return revision


def _revision_keep(batch: Batch, message: Message, *, room: LogKey, caller: Caller) -> None:
    at, purge_at = batch.now, batch.now + HOST_UNDO_MS
    kept = {"data": message.data or "null", "by_id": caller.pk, "at": at, "purge_at": purge_at}
    batch.insert(Revision(log_id=message.log_id, offset=message.offset, **kept))
    batch.schedule(room, "chat.purge", purge_at, {"o": message.offset})


def _touch(batch: Batch, message: Message, *, room: LogKey) -> int:
    """Save the message with the offset of the next event in `touched`, and tell the hooks. Return the former one."""
    superseded = _place(batch, message, room=room)
    message_note(batch, message, room=room)
    return superseded


def _place(batch: Batch, message: Message, *, room: LogKey) -> int:
    """Save the message with the offset of the next event in `touched`. Return the former `touched`, to redact it."""
    superseded, message.touched = message.touched, batch.log(room).head + 1
    message.save()
    return superseded


def _audience(message: Message) -> list[str] | None:
    return None if message.audience is None else message.audience.split()
