"""Add and remove reactions. Each is an event; the message's row has the reactions that it has now."""

from collections.abc import Sequence

from chat import protocol
from chat.emoji import reaction_emoji
from chat.models import Message
from chat.plugin import installed
from chat.reactions import Reactions, encoded, react
from chat.selectors import access
from chat.selectors.messages import message_as, tag_of
from chat.selectors.reactions import ReactionTargets, targets_of
from realtime import Caller, ClientId, LogKey, conflict, forbidden, method, not_found
from realtime.log import Batch, LogEvent


@method(
    "reaction.set",
    protocol.ReactionSet,
    prefetch=lambda batch, calls: targets_of([(call.caller, call.params.room, call.params.o) for call in calls]),
)
def reaction_set(
    batch: Batch,
    *,
    caller: Caller,
    room: LogKey,
    cid: ClientId,
    o: int,
    emoji: str,
    on: bool,
    t: int | None = None,
    prefetched: ReactionTargets | None = None,
) -> LogEvent:
    """Add or remove the caller's reaction to a message. A reaction that is already so stays so."""
    targets = prefetched or targets_of([(caller, room, o)])
    message = _message_meant(targets, caller, room, o, t)
    sign = reaction_emoji(emoji)
    reactions = targets.reactions_of(message)
    if react(reactions, sign, caller.id, on=on):
        batch.collect(_reactions_write, (message, reactions))
    return batch.append(
        room,
        kind="message.reacted",
        data={"o": o, "emoji": sign, "on": on},
        actor=caller.id,
        cid=cid,
        audience=None if message.audience is None else message.audience.split(),
    )


def _reactions_write(batch: Batch, changed: Sequence[tuple[Message, Reactions]]) -> None:
    """Write each changed message once, however many of the group have reacted to it."""
    latest = {message.pk: (message, reactions) for message, reactions in changed}
    for message, reactions in latest.values():
        message.reactions = encoded(reactions)
    Message.objects.bulk_update([message for message, _ in latest.values()], ["reactions"])


def _message_meant(targets: ReactionTargets, caller: Caller, room: LogKey, o: int, t: int | None) -> Message:
    """Return the message, or raise why the caller may not react to it: only what people have written has reactions."""
    room_access = access.author(caller, room, targets.accesses, slowed=False)
    message = targets.message(room_access.log, o, access.scopes_of(caller.id, room_access))
    if message is None:
        raise not_found("no such line")
    if t is not None and t != tag_of(message):
        raise conflict("replaced")
    if message.removed_at is not None:
        raise conflict("removed", line=message_as(message))
    if message.kind not in installed.cards or message.author_id is None:
        raise forbidden("only what was said")
    return message
