"""Rooms between people: the same people have the same room, for ever private; and whom one does not want to hear."""

from collections.abc import Sequence
from typing import Any, Final

from accounts.models import User
from accounts.selectors import caller_of, refuse_banned
from chat.models import Block, Membership, Room
from chat.selectors.access import IN_IT, is_blocked
from chat.selectors.rooms import direct_names
from chat.services.memberships import joined_signal
from realtime.log import Batch
from realtime.methods import Caller, Signal
from realtime.protocol import LogKey, RealtimeError, UserId, not_found, unprocessable

OTHERS: Final = 7
"""people in a direct room besides oneself"""
BLOCKED: Final = 200


def direct_open(batch: Batch, *, caller: Caller, users: Sequence[UserId]) -> tuple[LogKey, list[Signal]]:
    """The room of these people and the caller, made when it is first asked for; its others must be people one meets."""
    others = sorted(set(users) - {caller.id})
    if not 0 < len(others) <= OTHERS:
        raise unprocessable("bad_people", f"one to {OTHERS}")
    people = sorted([*others, caller.id])
    found = Room.objects.select_related("log").filter(direct=" ".join(people)).first()
    if found:
        return LogKey(found.log.key), []
    me = User.objects.get(pk=caller.pk)
    refuse_banned(me, batch.now)
    met = _met(caller, others)
    if is_blocked(caller, " ".join(others)):
        raise RealtimeError(403, "blocked")
    return _made(batch, caller, people, [*met, me])


def _met(caller: Caller, others: Sequence[str]) -> list[User]:
    """Those with whom one shares a room; somebody else is nobody one knows."""
    mine = Room.objects.filter(memberships__user=caller.pk, memberships__state=IN_IT)
    shared = User.objects.filter(key__in=others, is_active=True, memberships__room__in=mine, memberships__state=IN_IT)
    met = list(shared.distinct())
    if len(met) != len(others):
        raise not_found("no such person")
    return met


def _made(batch: Batch, caller: Caller, people: Sequence[str], users: Sequence[User]) -> tuple[LogKey, list[Signal]]:
    log = batch.create_log()
    key = LogKey(log.key)
    given = {"direct": " ".join(people), "public": False, "created_by_id": caller.pk, "created_at": batch.now}
    room = Room.objects.create(log=log, **given)
    batch.append(key, kind="direct.opened", data={"users": list(people)}, actor=caller.id)
    return key, [_joined(batch, room, user) for user in users]


def _joined(batch: Batch, room: Room, user: User) -> Signal:
    """To all tabs of one of them, under the names of the others."""
    membership = Membership.objects.create(room=room, user=user, joined_at=batch.now)
    person = caller_of(user) or Caller(UserId(user.key), user.pk, "", {})
    signal = joined_signal(batch, caller=person, membership=membership)
    value: dict[str, Any] = signal.value | direct_names(person, [room])[room.pk]
    return Signal(signal.room, signal.kind, signal.key, value, to=signal.to)


def person_block(*, caller: Caller, user: UserId, blocked: bool) -> None:
    """Do not hear somebody, or hear them again; they are not told."""
    other = User.objects.filter(key=user).exclude(pk=caller.pk).first()
    if other is None:
        raise not_found("no such person")
    mine = Block.objects.filter(user=caller.pk)
    if not blocked:
        mine.filter(blocked=other).delete()
    elif mine.count() >= BLOCKED:
        raise unprocessable("bad_people", f"at most {BLOCKED}")
    else:
        Block.objects.get_or_create(user_id=caller.pk, blocked=other)
