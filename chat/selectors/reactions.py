"""Read what a group of reactions needs: the access of each person, and each message once."""

from collections import defaultdict
from collections.abc import Collection, Sequence
from dataclasses import dataclass, field

from django.db.models import QuerySet

from chat.models import Message
from chat.reactions import Reactions, decoded
from chat.selectors import access
from chat.types import AccessTable
from realtime import Caller, LogKey, Scopes
from realtime.log import in_audience
from realtime.storage.prepared import prepared

Place = tuple[int, int]
"""The primary key of a log, and an offset in it."""


@dataclass(frozen=True, slots=True)
class ReactionTargets:
    """The accesses and the messages for a group of reactions. `reactions` are as the group has changed them so far."""

    accesses: AccessTable
    messages: dict[Place, Message]
    reactions: dict[Place, Reactions] = field(default_factory=dict)

    def message(self, log: int, o: int, scopes: Scopes) -> Message | None:
        """Return a message, or None when the reader may not see it."""
        found = self.messages.get((log, o))
        return found if found and in_audience(found.audience, scopes) else None

    def reactions_of(self, message: Message) -> Reactions:
        """Return the reactions to a message, to be changed in place."""
        place = (message.log_id, message.offset)
        if place not in self.reactions:
            self.reactions[place] = decoded(message.reactions)
        return self.reactions[place]


def targets_of(asked: Sequence[tuple[Caller, LogKey, int]]) -> ReactionTargets:
    """Return the targets of reactions, each given by caller, room and offset: a query, and one more for each room."""
    accesses = access.access_table({room for _, room, _ in asked}, {caller.pk for caller, _, _ in asked})
    offsets: dict[int, set[int]] = defaultdict(set)
    for _, room, o in asked:
        if place := accesses.get((room, access.VISITOR)):
            offsets[place.log].add(o)
    found = (message for log, each in offsets.items() for message in _messages(log, each))
    return ReactionTargets(accesses, {(message.log_id, message.offset): message for message in found})


@prepared
def _messages(log: int, offsets: Collection[int]) -> "QuerySet[Message]":
    return Message.objects.filter(log=log, offset__in=offsets)
