"""Write direct rooms, which begin as a request, and blocks (docs/moderation.md, "Direct rooms")."""

from collections.abc import Sequence
from typing import Any, Final

from accounts.models import User
from accounts.selectors import FOREVER, refuse_banned
from accounts.services.quotas import quota_use
from chat import protocol
from chat.models import Block, Membership, Room
from chat.selectors import access
from chat.selectors.access import IN_IT, blocks_one_of
from chat.selectors.direct import accepted_by, blockers_among, room_between, shared_by
from chat.services.elsewhere import elsewhere
from chat.services.requests import list_signal, request_signal
from realtime import (
    Caller,
    LogKey,
    RealtimeError,
    Signal,
    UserId,
    conflict,
    forbidden,
    method,
    not_found,
    site_only,
    unprocessable,
)
from realtime.log import Batch

OTHERS: Final = 7
"""A direct room has at most so many people besides the caller."""
BLOCKED: Final = 200
REQUEST, LEFT = Membership.State.REQUEST, Membership.State.LEFT


@method("direct.open", protocol.DirectOpen, logs=site_only, cost=4)
def direct_open(batch: Batch, *, caller: Caller, users: Sequence[UserId]) -> tuple[dict[str, LogKey], list[Signal]]:
    """Return the room of these people and the caller, and create it when there is none.

    A caller with an unanswered request to the room accepts it. For a new room, each person must share a room with the
    caller.
    """
    others = sorted(set(users) - {caller.id})
    if not 0 < len(others) <= OTHERS:
        raise unprocessable("bad_people", f"one to {OTHERS}")
    me = User.objects.get(pk=caller.pk)
    refuse_banned(me, batch.now)
    room = room_between([*others, caller.id])
    if len(others) == 1 and blocks_one_of(caller.pk, others[0]):
        raise RealtimeError(403, "blocked")
    if room:
        return {"room": LogKey(room.log.key)}, _enter(batch, caller, room)
    met = _people_met(caller, others)
    if blocks_one_of(caller.pk, " ".join(others)):
        raise RealtimeError(403, "blocked")
    key, signals = _create(batch, caller, me, met)
    return {"room": key}, signals


@method("direct.answer", protocol.DirectAnswer)
def direct_answer(batch: Batch, *, caller: Caller, room: LogKey, accept: bool | None) -> list[Signal]:
    """Accept or ignore a request, or with None make it unanswered again. The others learn only of an acceptance."""
    mine = _mine(caller, room)
    if accept:
        if _accept(batch, mine):
            batch.append(room, kind="member.joined", data={"user": caller.id, "via": None}, actor=caller.id)
        return _show_in_list(batch, caller, mine)
    if mine.state == IN_IT:
        raise conflict("conflict", "it is accepted already")
    Membership.objects.filter(pk=mine.pk, state__in=[REQUEST, LEFT]).update(state=LEFT if accept is False else REQUEST)
    return [request_signal(caller.pk, caller.id, mine.room_id, room)]


@method("direct.hide", protocol.DirectHide)
def direct_hide(batch: Batch, *, caller: Caller, room: LogKey, hidden: bool) -> list[Signal]:
    """Hide a direct room from the caller's list until somebody writes there, or show it again."""
    room_access = access.member(caller, room)
    if not room_access.direct:
        raise forbidden("leave the room instead")
    message_count = batch.log(room).lines
    Membership.objects.filter(room=room_access.room, user=caller.pk).update(hidden=message_count + 1 if hidden else 0)
    return [list_signal(caller, room_access.room, room, hidden=hidden)]


@method("person.block", protocol.PersonBlock, logs=site_only)
def person_block(batch: Batch, *, caller: Caller, user: UserId, blocked: bool) -> list[Signal]:
    """Block a person and hide the direct room with them, or end the block. The person is not notified."""
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
    for key in shared_by(caller.pk, other.pk):
        batch.revoke(caller.id, log=LogKey(key), reason="blocked")
    room = room_between([user, caller.id])
    hidden = FOREVER if blocked else 0
    here = Membership.objects.filter(room=room, user=caller.pk, state=IN_IT).exclude(hidden=hidden) if room else None
    if room is None or here is None or not here.update(hidden=hidden):
        return []
    return [list_signal(caller, room.pk, LogKey(room.log.key), hidden=blocked)]


# Creating and entering


def _create(batch: Batch, caller: Caller, me: User, others: Sequence[User]) -> tuple[LogKey, list[Signal]]:
    """Create the room. People who have accepted the caller before are members at once; the others get a request."""
    blockers = blockers_among([caller.pk, *(other.pk for other in others)])
    known = accepted_by(caller, others) - blockers
    states = {other.pk: LEFT if other.pk in blockers else IN_IT if other.pk in known else REQUEST for other in others}
    if set(states.values()) != {IN_IT}:
        quota_use("groups", pk=caller.pk, now=batch.now)
    log = batch.create_log()
    key = LogKey(log.key)
    direct = " ".join(sorted(user.key for user in [*others, me]))
    given = {"direct": direct, "public": False, "created_by_id": caller.pk, "created_at": batch.now}
    room = Room.objects.create(log=log, **given)
    batch.append(key, kind="direct.opened", data={"users": direct.split()}, actor=caller.id)
    batch.flush()
    signals = []
    for user in [me, *others]:
        state = states.get(user.pk, IN_IT)
        Membership.objects.create(room=room, user=user, state=state, joined_at=batch.now)
        if state == IN_IT:
            signals.append(list_signal(Caller(UserId(user.key), user.pk, "", {}), room.pk, key, hidden=False))
    return key, signals


def _people_met(caller: Caller, others: Sequence[str]) -> list[User]:
    """Return the users with these keys. Raise 404 when the caller shares no room with one of them."""
    mine = Room.objects.filter(memberships__user=caller.pk, memberships__state=IN_IT)
    shared = User.objects.filter(key__in=others, is_active=True, memberships__room__in=mine, memberships__state=IN_IT)
    met = list(shared.distinct())
    if len(met) != len(others):
        raise not_found("no such person")
    return met


def _enter(batch: Batch, caller: Caller, room: Room) -> list[Signal]:
    """Enter an existing room: accept a request, and show a hidden room in the list again."""
    key = LogKey(room.log.key)
    mine = _mine(caller, key)
    if _accept(batch, mine):
        elsewhere(batch, "direct.joined", [room.log_id], {"user": caller.id})  # this batch has not locked its log
    elif not mine.hidden:
        return []
    return _show_in_list(batch, caller, mine)


def joined_due(batch: Batch, key: LogKey, data: Any) -> None:
    """Handle the deadline `direct.joined`: append the event that somebody has joined a direct room."""
    batch.append(key, kind="member.joined", data={"user": data["user"], "via": None})


def _accept(batch: Batch, mine: Membership) -> bool:
    """Make a person with a request a member. Return whether there was a request."""
    asked = Membership.objects.filter(pk=mine.pk, state__in=[REQUEST, LEFT])
    return bool(asked.update(state=IN_IT, joined_at=batch.now))


def _show_in_list(batch: Batch, caller: Caller, mine: Membership) -> list[Signal]:
    batch.flush()
    Membership.objects.filter(pk=mine.pk).update(hidden=0)
    key = LogKey(mine.room.log.key)
    gone = Signal(key, "request", "", None, to=caller.id)
    return [gone, list_signal(caller, mine.room_id, key, hidden=False)]


def _mine(caller: Caller, key: LogKey) -> Membership:
    """Return the membership of the caller in a direct room, a request included. Raise 404 for every other room."""
    rows = Membership.objects.filter(user=caller.pk, room__log__key=key).exclude(room__direct="")
    mine = rows.select_related("room__log").first()
    if mine is None:
        raise not_found("no such request")
    if mine.state == Membership.State.BANNED:
        raise access.banned_from(access.access_table([key], [caller.pk])[key, caller.pk])
    return mine
