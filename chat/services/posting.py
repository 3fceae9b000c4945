"""Post messages: the text, the result of a slash command, or what a message hook makes of it.

All that may refuse a post comes before it writes: a group of posts has no savepoint for each.
"""

from collections.abc import Sequence
from typing import Any, Final, NamedTuple

from msgspec.structs import replace

from chat import protocol
from chat.parsing import ParsedMessage, SlashCommand, parse
from chat.plugin import Author, NewMessage, installed
from chat.selectors import access
from chat.selectors.direct import people_of
from chat.selectors.mentions import Directory
from chat.selectors.quotes import Originals, original_of, originals_found
from chat.services.memberships import post_time_note, room_active
from chat.services.mentions import NO_CALLS, calls_check, calls_store, directory
from chat.services.messages import message_append
from chat.services.requests import request_check, written_signals
from chat.text import Text, light
from chat.types import AccessTable
from files.protocol import FileRef
from files.services.posting import files_post
from realtime import Call, Caller, ClientId, LogKey, RealtimeError, Signal, method, unprocessable
from realtime.log import Batch

EMPTY: Final = Text("")


class Prefetched(NamedTuple):
    """The accesses for a group of posts, what each hook has prefetched, the answered messages, and mentioned people."""

    accesses: AccessTable
    hooks: Sequence[Any]
    originals: Originals
    directory: Directory


def posts_prefetch(
    batch: Batch,
    asked: Sequence[tuple[Caller, LogKey]],
    texts: Sequence[ParsedMessage],
    answered: Sequence[int | None] = (),
) -> Prefetched:
    """Read for a group of posts what each needs. `answered` are the offsets of the messages that they answer."""
    accesses = access.access_table({room for _, room in asked}, {caller.pk for caller, _ in asked})
    found = [(caller, room, accesses.get((room, caller.pk))) for caller, room in asked]
    authors = [Author(caller, room, room_access.role or "") for caller, room, room_access in found if room_access]
    hooks = [each.prefetch(authors) if each.prefetch else None for each in installed.hooks]
    places = [(room, o) for (_, room), o in zip(asked, answered, strict=False) if o is not None]
    said = [(room_access, room, text) for (_, room, room_access), text in zip(found, texts, strict=True)]
    return Prefetched(accesses, hooks, originals_found(places), directory(said, batch.now))


def _calls_prefetch(batch: Batch, calls: Sequence[Call]) -> Prefetched:
    asked = [(call.caller, call.params.room) for call in calls]
    return posts_prefetch(batch, asked, [call.preprocessed for call in calls], [call.params.re for call in calls])


@method(
    "message.post",
    protocol.MessagePost,
    preprocess=("text", parse),
    cheap=light,
    prefetch=_calls_prefetch,
)
def message_post(
    batch: Batch,
    *,
    caller: Caller,
    room: LogKey,
    cid: ClientId,
    text: ParsedMessage,
    re: int | None = None,
    re_t: int | None = None,
    files: tuple[FileRef, ...] = (),
    prefetched: Prefetched | None = None,
) -> list[Signal]:
    """Post a message: the result of a slash command or of a message hook, or else the text itself.

    With `re` it answers the message at that offset. Then it has the audience of that message, unless it has its own.
    With `files`, which are complete uploads of the caller, the text is posted as it is, and may be empty.
    """
    accesses, hooks, originals, known = prefetched or posts_prefetch(batch, [(caller, room)], [text], [re])
    room_access = access.author(caller, room, accesses, asking=True)
    original = None
    if re is not None:
        original = original_of(originals, room, access.scopes_of(caller.id, room_access), re, re_t)
    people = people_of(room_access.room) if room_access.direct else []
    asks = bool(people) and request_check(batch, room_access=room_access, caller=caller, parsed=text, people=people)
    if asks and files:
        raise RealtimeError(403, "unanswered")
    calls = NO_CALLS
    if isinstance(text, Text):
        calls = calls_check(batch, text, room_access=room_access, room=room, caller=caller, known=known)
        text = calls.text
    if files or text == EMPTY:
        message = NewMessage(_with_files(batch, room, caller, text, files))
    elif asks and isinstance(text, Text):
        message = NewMessage(text)
    else:
        message = _message_from(batch, Author(caller, room, room_access.role or ""), text, hooks)
    event = message_append(batch, room=room, caller=caller, cid=cid, message=message, original=original)
    if not isinstance(message.data, Text):
        calls = NO_CALLS
    called = calls_store(batch, event=event, caller=caller, calls=calls, original=original)
    if calls.here:
        known.here[room].append(batch.now)
    if room_access.slow_s:
        post_time_note(batch, room_access=room_access, caller=caller)
    room_active(batch, room_access=room_access, caller=caller)
    return [*written_signals(batch, key=room, room=room_access.room, people=people), *called]


def _message_from(batch: Batch, author: Author, parsed: ParsedMessage, loaded: Sequence[Any]) -> NewMessage:
    if isinstance(parsed, SlashCommand):
        return installed.commands[parsed.name](batch, author, parsed.rest)
    hooks = zip(installed.hooks, loaded, strict=True)
    replaced = (hook.before_post(batch, author, parsed.text, prefetched) for hook, prefetched in hooks)
    return next(filter(None, replaced), NewMessage(parsed))


def _with_files(batch: Batch, room: LogKey, caller: Caller, parsed: ParsedMessage, wanted: Sequence[FileRef]) -> Text:
    """Return the text with files, which now belong to the next message of the room. Raise 422 when it has neither."""
    if not isinstance(parsed, Text):
        raise unprocessable("files_with_command", "a command takes no files")
    if not wanted:
        raise unprocessable("empty", "nothing to say")
    log = batch.log(room)
    return replace(parsed, files=files_post(batch, caller=caller, log=log.pk, offset=log.head + 1, wanted=wanted))
