"""Read direct rooms: their people, and unanswered requests (docs/moderation.md, "Direct rooms")."""

from collections.abc import Collection
from typing import Any, Final, NamedTuple

import msgspec
from django.db.models import Exists, OuterRef, Q, QuerySet, Subquery

from accounts.models import User
from accounts.selectors import person_of
from chat import protocol
from chat.models import Block, Membership, Message, Room
from chat.selectors.access import IN_IT
from realtime import Caller, LogKey, method
from realtime.log import now_ms

REQUEST_LENGTH: Final = 500
"""The message of a request has at most so many characters."""
LISTED: Final = 50


class Person(NamedTuple):
    """A person of a direct room."""

    user: str
    pk: int
    state: str
    hidden: int


def people_of(room: int) -> list[Person]:
    """Return the people of a direct room, also those who have left or not accepted."""
    rows = Membership.objects.filter(room=room).order_by("pk")
    return [Person._make(row) for row in rows.values_list("user__key", "user_id", "state", "hidden")]


def room_between(people: Collection[str]) -> Room | None:
    """Return the direct room of exactly these people, by their keys, or None."""
    return Room.objects.select_related("log").filter(direct=" ".join(sorted(people))).first()


def accepted_by(caller: Caller, others: Collection[User]) -> set[int]:
    """Return those of the others who are in a direct room of two with the caller."""
    pairs = {" ".join(sorted([caller.id, other.key])): other.pk for other in others}
    me = Membership.objects.filter(room=OuterRef("room"), user=caller.pk, state=IN_IT)
    theirs = Membership.objects.filter(Exists(me), room__direct__in=pairs, user__in=pairs.values(), state=IN_IT)
    return set(theirs.values_list("user_id", flat=True))


def blockers_among(people: Collection[int]) -> set[int]:
    """Return those of these people who block another of them."""
    return set(Block.objects.filter(user__in=people, blocked__in=people).values_list("user_id", flat=True))


def shared_by(user: int, other: int) -> list[str]:
    """Return the keys of the newest direct rooms that both are in, at most `LISTED`."""
    theirs = Membership.objects.filter(room=OuterRef("pk"), user=other, state=IN_IT)
    rooms = Room.objects.filter(~Q(direct=""), Exists(theirs), memberships__user=user, memberships__state=IN_IT)
    return list(rooms.order_by("-pk").values_list("log__key", flat=True)[:LISTED])


def has_written(log: int, user: int) -> bool:
    """Return whether this user has ever written a message in this log, a deleted one included."""
    return Message.objects.filter(log=log, author=user).exists()


@method("direct.requests", protocol.NoParams, lane="read")
def direct_requests(*, caller: Caller) -> dict[str, Any]:
    """Return `{requests, people}`: the caller's unanswered requests, the newest first."""
    rows = list(_requests(caller.pk).order_by("-pk")[:LISTED])
    keys = {key for row in rows for key in row.room.direct.split()}
    people = {user.key: person_of(user) for user in User.objects.filter(key__in=keys)} if keys else {}
    return {"requests": [_request_as(row) for row in rows], "people": people}


def request_of(user: int, room: int) -> dict[str, Any] | None:
    """Return an unanswered request in the form of `direct_requests`, with its people, or None."""
    row = _requests(user).filter(room=room).first()
    if row is None:
        return None
    people = {user.key: person_of(user) for user in User.objects.filter(key__in=row.room.direct.split())}
    return _request_as(row) | {"people": people}


def _requests(user: int) -> "QuerySet[Membership, Any]":
    """Return unanswered requests with a visible message. Their makers are active, not banned and not blocked."""
    blocks = Block.objects.filter(user=user, blocked=OuterRef("room__created_by"))
    messages = Message.objects.filter(
        log=OuterRef("room__log"),
        author=OuterRef("room__created_by"),
        kind="text",
        audience=None,
        removed_at=None,
    ).order_by("offset")
    asked = Membership.objects.filter(~Exists(blocks), user=user, state=Membership.State.REQUEST)
    asked = asked.filter(room__created_by__is_active=True, room__created_by__banned_until__lte=now_ms())
    first = {name: Subquery(messages.values(column)[:1]) for name, column in _FIRST.items()}
    return asked.annotate(**first).filter(Exists(messages)).select_related("room__log", "room__created_by")


_FIRST: Final = {"o": "offset", "at": "at", "data": "data"}


def _request_as(row: Any) -> dict[str, Any]:
    """Return `{room, by, users, o, at, text}`. The text is the typed one, cut to `REQUEST_LENGTH`."""
    text = msgspec.json.decode(row.data)["text"]
    room = row.room
    return {
        "room": LogKey(room.log.key),
        "by": room.created_by.key,
        "users": room.direct.split(),
        "o": row.o,
        "at": row.at,
        "text": text[:REQUEST_LENGTH],
    }
