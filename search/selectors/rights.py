"""The rooms and the messages that a person may find."""

from collections.abc import Collection
from typing import Any, Final

from django.db.models import Exists, OuterRef, Q

from chat.models import Block, Membership, Message, Room
from chat.plugin import installed
from chat.selectors.access import IN_IT, RANK_SCOPES
from chat.selectors.messages import heard_by, words
from chat.text import Text
from realtime import Caller
from realtime.log import now_ms

FEW: Final = 200
"""A person who may read at most so many rooms is searched for in these rooms only."""


def readable_rooms(caller: Caller) -> Q:
    """Return a filter for the rooms that a person may read. It narrows; `may_read_all` decides about each hit."""
    mine = Membership.objects.filter(room=OuterRef("pk"), user=caller.pk)
    banned = mine.filter(state=Membership.State.BANNED, banned_until__gt=now_ms())
    return Q(deleted_at=None) & (Q(public=True) | Q(Exists(mine.filter(state=IN_IT)))) & ~Q(Exists(banned))


def few_rooms(caller: Caller) -> list[int] | None:
    """Return the logs of the rooms that a person may read, or None when there are many."""
    own = Membership.objects.filter(user=caller.pk, state=IN_IT, room__deleted_at=None).order_by()
    public = Room.objects.filter(public=True, deleted_at=None).order_by()
    logs = {*own.values_list("room__log", flat=True)[: FEW + 1], *public.values_list("log", flat=True)[: FEW + 1]}
    return sorted(logs) if len(logs) <= FEW else None


def visible(caller: Caller, messages: Collection[int]) -> Any:
    """Return those of the messages that a person may see, as far as one query can tell, newest first."""
    rooms = Room.objects.filter(readable_rooms(caller), log=OuterRef("log"))
    scopes = frozenset({f"u:{caller.id}", "member", *RANK_SCOPES.values()})
    blocked = Block.objects.filter(user=caller.pk, blocked=OuterRef("author"))
    texts = Message.objects.filter(pk__in=messages, removed_at=None, kind=installed.kinds[Text]).exclude(data=None)
    return texts.filter(heard_by(words(scopes)), Exists(rooms), ~Exists(blocked)).order_by("-pk")
