"""The rooms of one person, with heads and unread counts."""

from collections.abc import Collection, Sequence
from typing import Any, Final, NamedTuple

from django.db.models import (
    Case,
    CharField,
    F,
    OuterRef,
    Q,
    QuerySet,
    Subquery,
    Value,
    When,
)
from django.db.models.functions import Coalesce, Greatest
from django.db.models.lookups import Exact

from chat import protocol
from chat.models import Block, Membership, Message, Room
from chat.selectors import mentions, messages
from chat.selectors.access import HOST
from chat.selectors.rooms import FACTS, IN_IT, Count, direct_names, facts_of, head_as, last_event
from realtime import Caller, Head, conflict, method
from realtime.storage.prepared import prepared

UNREAD: Final = 100
MINE: Final = 500
"""A person's list has at most so many rooms. Direct rooms get the places that joined rooms leave free."""
JOINED: Final = 400
"""A person can be in so many rooms, not counting direct ones."""
_ROW: Final = (
    *("room_id", "room__log__key", *(f"room__{name}" for name in FACTS)),
    *("role", "place", "room__log__head", "tag", "room__log__lines", "unread"),
    *("calls", "heres"),
)


def welcome(caller: Caller) -> Sequence[dict[str, Any]]:
    """Return the rooms of a person, with heads and unread counts, in one query."""
    words = messages.words(frozenset({f"u:{caller.id}", "member"}))
    rows = [_Mine._make(row) for row in reversed(_mine(caller.pk, words, limit=MINE))]
    names = direct_names(caller, rows)
    return [
        _membership(facts_of(row.key, row), row, Head(row.head, row.tag or 0, row.lines), row.unread, row.mentions)
        | names.get(row.pk, {})
        for row in rows
    ]


@method("unread.read", protocol.NoParams, lane="read", cost=4)
def unread_read(*, caller: Caller) -> dict[str, Any]:
    return {"rooms": unread_of(caller)}


def unread_of(caller: Caller) -> dict[str, dict[str, int]]:
    """Return `{unread, mentions, read, o}` for each room of a person, in one query. They count up to the head `o`."""
    words = messages.words(frozenset({f"u:{caller.id}", "member"}))
    rows = map(_Mine._make, _mine(caller.pk, words, limit=MINE))
    return {row.key: {"unread": row.unread, "mentions": row.mentions, "read": row.read, "o": row.head} for row in rows}


def refuse_full(user: int) -> None:
    """Raise 409 `too_many_joined` for a person in `JOINED` rooms: the next could push another one out of the list."""
    joined = Membership.objects.filter(user=user, state__in=[IN_IT, Membership.State.WAITING], room__direct="")
    if joined.count() >= JOINED:
        raise conflict("too_many_joined", f"at most {JOINED}")


class _Mine(NamedTuple):
    """A membership and its room, as `_mine` reads them."""

    pk: int
    key: str
    name: str
    topic: str
    public: bool
    lounge: bool
    direct: str
    role: str
    read: int
    head: int
    tag: int | None
    lines: int
    unread: int
    calls: int
    heres: int

    @property
    def mentions(self) -> int:
        return min(mentions.UNREAD, self.calls + self.heres)


@prepared
def _mine(user: int, words: Collection[str], *, limit: int) -> "QuerySet[Membership, Any]":
    """Return memberships: the lounge, joined rooms, then direct rooms, because strangers can make many of those."""
    shown = Membership.objects.filter(
        user=user, state=IN_IT, hidden__lte=F("room__log__lines"), room__archived_at=None, room__deleted_at=None
    )
    active = Case(When(room__direct="", then=F("joined_at")), default=Subquery(last_event("room__log", "at")))
    order = (F("room__lounge").desc(), Case(When(room__direct="", then=0), default=1), active.desc(), "-joined_at")
    return _row(shown, user, words).order_by(*order).values_list(*_ROW)[:limit]


def membership_of(caller: Caller, room: int) -> dict[str, Any]:
    """Return a room of the caller as in `welcome`, hidden or not."""
    words = messages.words(frozenset({f"u:{caller.id}", "member"}))
    mine = Membership.objects.filter(user=caller.pk, room=room, state=IN_IT)
    row = _Mine._make(_row(mine, caller.pk, words).values_list(*_ROW).get())
    head = Head(row.head, row.tag or 0, row.lines)
    facts = _membership(facts_of(row.key, row), row, head, row.unread, row.mentions)
    return facts | direct_names(caller, [row]).get(row.pk, {})


def counts_of_room(caller: Caller, room: int) -> dict[str, int]:
    """Return `{read, unread, mentions, o}` of one room of the caller, in one query. They count up to the head `o`."""
    words = messages.words(frozenset({f"u:{caller.id}", "member"}))
    mine = Membership.objects.filter(user=caller.pk, room=room, state=IN_IT)
    row = _Mine._make(_row(mine, caller.pk, words).values_list(*_ROW).get())
    return {"read": row.read, "unread": row.unread, "mentions": row.mentions, "o": row.head}


def mentions_of_room(caller: Caller, room: int) -> int:
    """Return the number of unread mentions of the caller in one room."""
    words = messages.words(frozenset({f"u:{caller.id}", "member"}))
    mine = Membership.objects.filter(user=caller.pk, room=room, state=IN_IT)
    found: Any = _row(mine, caller.pk, words)
    row = found.values_list("calls", "heres").first()
    return min(mentions.UNREAD, sum(row)) if row else 0


def _row(mine: "QuerySet[Membership, Any]", user: int, words: Collection[str]) -> "QuerySet[Membership, Any]":
    """Add `place`, `tag`, and the unread messages and mentions.

    `place` is the offset up to which they have read, or have written themselves since they moved the pointer back.
    """
    written = Message.objects.filter(author=user, log=OuterRef("room__log"), offset__gt=OuterRef("own_from"))
    own = written.order_by("-offset").values("offset")[:1]
    placed = mine.annotate(place=Greatest("read", Coalesce(Subquery(own), 0)))
    return placed.annotate(
        tag=Subquery(last_event("room__log")),
        unread=Count(_unread(user, words)),
        calls=Count(mentions.unread_calls(user, words)),
        heres=Count(mentions.unread_heres(user, words)),
    )


def membership_as(membership: Membership, room: Room, head: Head, unread: int) -> dict[str, Any]:
    """Return `{key, name, topic, public, lounge, direct, role, unread, mentions, read, head}`, without mentions.

    The hub adds who is present.
    """
    return _membership(facts_of(room.log.key, room), membership, head, unread, 0)


def _membership(facts: dict[str, Any], mine: Any, head: Head, unread: int, mentions: int) -> dict[str, Any]:
    counts = {"unread": unread, "mentions": mentions}
    return {**facts, "role": mine.role, **counts, "read": mine.read, "head": head_as(head)}


def _unread(user: int, words: Collection[str]) -> "QuerySet[Message, Any]":
    """Return the unread messages of the outer membership: visible, not deleted, by others who are not blocked."""
    host = messages.visible(frozenset({"host"})) & Q(Exact(OuterRef("role"), Value(HOST, CharField())))
    visible = messages.heard_by(words) | host
    newer = Message.objects.filter(visible, log=OuterRef("room__log"), offset__gt=OuterRef("place"), removed_at=None)
    newer = newer.exclude(author__in=Block.objects.filter(user=user).values("blocked"))
    return newer.exclude(author=user).order_by("offset").values("pk")[:UNREAD]
