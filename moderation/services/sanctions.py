"""What is decided about people: made, lifted, acknowledged, appealed; each with event, audit entry and undo."""

from typing import Any, Final, NamedTuple

import msgspec
from django.db.models import Q

from accounts.models import User
from accounts.selectors import FOREVER, is_new_here, person_of
from chat.models import Invite, Membership, Message, Room
from chat.plugin import installed
from chat.selectors import access, ranks
from chat.selectors.access import IN_IT
from chat.services.elsewhere import elsewhere
from chat.services.memberships import admitted_signals, hand_over, left
from chat.services.messages import line_meant
from chat.services.rooms import lounge
from chat.text import written
from chat.types import RoomAccess, RoomAccesses
from moderation import protocol
from moderation.models import Audit, Sanction
from moderation.selectors.sanctions import (
    against,
    held,
    in_force,
    membership_find,
    person_find,
    refuse_stranger,
    sanction_as,
    sanction_find,
    sanction_to_person,
)
from moderation.services.audit import REASON_LENGTH, audit_write
from moderation.services.devices import devices_hold, holds_end
from moderation.services.removal import lines_of, lines_remove, lines_restore
from moderation.services.rules import rules_told
from realtime import (
    Caller,
    ClientId,
    LogKey,
    RealtimeError,
    Signal,
    UserId,
    conflict,
    encode,
    forbidden,
    method,
    not_found,
    room_and_site,
    unprocessable,
)
from realtime.log import Batch, LogEvent, now_ms
from realtime.log import batch as open_batch

SANCTION_COST: Final = 8
"""The number of requests that an act over a person counts as: it takes about twenty queries."""
COUNTED: Final = 1000
"""lines are counted up to here"""
TOLD: Final = 50
"""rooms of a person that hear of a mute of the site at once; the others when they are opened"""
KICK_MS: Final = 5 * 60_000
APPROVAL_MS: Final = 60 * 60_000
AGAIN_MS: Final = 60_000
SPANS: Final = {"hour": 60 * 60_000, "day": 24 * 60 * 60_000, "all": FOREVER}


class Decision(NamedTuple):
    """A sanction that is to be made: the params of `sanction.make`."""

    kind: str
    site: bool
    duration_ms: int | None
    reason: str
    rule: str
    o: int | None
    t: int | None
    remove: str
    approval: bool


@method("sanction.make", protocol.SanctionMake, logs=room_and_site, cost=SANCTION_COST)
def sanction_make(
    batch: Batch,
    *,
    caller: Caller,
    room: LogKey,
    cid: ClientId,
    user: UserId,
    kind: str,
    site: bool = False,
    duration_ms: int | None = None,
    reason: str = "",
    rule: str = "other",
    o: int | None = None,
    t: int | None = None,
    remove: str = "none",
    approval: bool = False,
    found: RoomAccesses | None = None,
) -> tuple[Sanction, list[Signal]]:
    """Warn, mute, kick or ban a person of a lower rank. `duration_ms` is from now, None for ever."""
    decision = Decision(kind, site, duration_ms, reason, rule, o, t, remove, approval)
    standing = access.member(caller, room, found)
    target = person_find(user)
    act = "sanction.make on the site" if decision.site else "sanction.make"
    if target.pk == caller.pk:
        raise RealtimeError(403, "rank")
    if not decision.site:
        refuse_stranger(standing, target)
    ranks.outrank(standing, target, room=room, act=act)
    if decision.o is not None and decision.t is not None:
        line_meant(caller, standing, decision.o, decision.t)
    sanction = _decided(batch, standing, caller, target, decision)
    _tell(batch, room, sanction, caller, cid, kind="sanction.made")
    _take_effect(batch, room, standing, sanction, decision)
    audit_write(
        batch,
        standing,
        caller,
        f"sanction.{sanction.kind}",
        user=target,
        offset=decision.o,
        sanction=sanction,
        reason=sanction.reason,
        rule=sanction.rule,
        site=decision.site,
        until=sanction.until,
    )
    return sanction, _standing_signals(room, sanction)


@method("sanction.preview", protocol.SanctionPreview, lane="read", cost=4)
def sanction_preview(*, caller: Caller, room: LogKey, user: UserId, remove: str = "none") -> dict[str, Any]:
    """Return what a ban would take away, `{lines, guest, invite}`, and what apps add to it."""
    standing = access.ranked(caller, room, "sanction.preview", archived=True)
    target = person_find(user)
    refuse_stranger(standing, target)
    since = max(0, now_ms() - SPANS[remove]) if remove in SPANS else FOREVER
    was = membership_find(standing.room, target.pk)
    told: dict[str, Any] = {
        "lines": lines_of(standing.log, target.pk, since)[:COUNTED].count(),
        "guest": is_new_here(target, now_ms()),
        "invite": bool(was and was.via_id),
    }
    for hook in installed.on_leave:
        told |= hook.preview(room, target.pk)
    return told


def _decided(batch: Batch, standing: RoomAccess, caller: Caller, target: User, decision: Decision) -> Sanction:
    """The row, or 409 with the one that is in force: only a higher rank makes it longer, by another."""
    place = None if decision.site else standing.room
    if decision.kind == "kick" and decision.site:
        raise unprocessable("bad_sanction", "out of a room, not of the site")
    until = _until(batch, decision)
    one = in_force(target.pk, place, decision.kind, batch.now)
    if one and not (standing.rank > one.rank and _lasts_longer(until, one.until)):
        raise conflict("already_done", sanction=sanction_as(one))
    return Sanction.objects.create(
        room_id=place,
        user=target,
        by=User(pk=caller.pk, key=caller.id),
        kind=decision.kind,
        at=batch.now,
        until=until,
        reason=_short(decision.reason),
        rule=decision.rule,
        offset=decision.o,
        rank=standing.rank,
    )


def _until(batch: Batch, decision: Decision) -> int | None:
    if decision.kind == "warn":
        return None
    lasts = KICK_MS if decision.kind == "kick" and decision.duration_ms is None else decision.duration_ms
    return None if lasts is None else batch.now + lasts


def _lasts_longer(until: int | None, than: int | None) -> bool:
    return than is not None and (until is None or until > than)


def _take_effect(batch: Batch, room: LogKey, standing: RoomAccess, sanction: Sanction, decision: Decision) -> None:
    user = sanction.user
    if sanction.kind != "warn":
        devices_hold(sanction)
    if sanction.kind == "warn":
        Membership.objects.filter(room=standing.room, user=user).update(warned=sanction.key)
        batch.revoke(UserId(user.key), log=_where(sanction, room), reason="warned")
    elif sanction.kind == "mute":
        _mute(sanction, batch.now)
        batch.revoke(UserId(user.key), log=_where(sanction, room), reason="muted")
    else:
        _put_out(batch, room, standing, sanction, decision)


def _where(sanction: Sanction, room: LogKey) -> LogKey | None:
    """The room that it is about, None for all."""
    return None if sanction.room_id is None else room


def _mute(sanction: Sanction, now: int) -> None:
    """Until the last of the mutes that stand is over."""
    until = held(sanction.user_id, sanction.room_id, now).muted_until
    if sanction.room_id is None:
        User.objects.filter(pk=sanction.user_id).update(muted_until=until)
    else:
        Membership.objects.filter(room=sanction.room_id, user=sanction.user_id).update(muted_until=until)


def _put_out(batch: Batch, room: LogKey, standing: RoomAccess, sanction: Sanction, decision: Decision) -> None:
    """Out of the room at once, and for a while or for ever; from the site, out of everything."""
    user = sanction.user
    was = membership_find(standing.room, user.pk)
    stands = held(user.pk, sanction.room_id, batch.now)
    reason = "kicked" if sanction.kind == "kick" else "banned"
    sanction.was = was.role if was and was.state == IN_IT else stands.was
    sanction.save(update_fields=["was"])
    if was and was.state == IN_IT:
        batch.append(room, kind="member.left", data={"user": user.key, "reason": reason})
    if was and was.role == access.HOST:
        hand_over(batch, room, standing.room, user.pk)
    if sanction.room_id is None:
        User.objects.filter(pk=user.pk).update(banned_until=stands.banned_until)
        batch.revoke(UserId(user.key), reason=reason, until=sanction.until)
        elsewhere(batch, "chat.put_out", sorted(_places(user.pk) - {batch.log(room).pk}), {"sanction": sanction.key})
    else:
        _bar(batch, standing, user, was, stands.banned_until)
        batch.revoke(UserId(user.key), log=room, reason=reason, until=sanction.until)
    left(batch, room, user.pk)
    if sanction.kind == "ban":
        _close_doors(batch, room, standing, sanction, was, decision)


def _places(user: int) -> set[int]:
    """The logs of the rooms in which something ends with a ban of the site: they are a host there, or sit at a game."""
    hosted = Membership.objects.filter(user=user, role=access.HOST, state=IN_IT).values_list("room__log", flat=True)
    return set(hosted).union(*(hook.logs(user) for hook in installed.on_leave))


def put_out_due(batch: Batch, room: LogKey, data: Any) -> None:
    """The deadline `chat.put_out`: what ends in another room with a ban of the site, unless it was lifted first."""
    sanction = Sanction.objects.filter(key=data["sanction"], lifted_at=None).first()
    if sanction:
        hand_over(batch, room, Room.objects.get(log__key=room).pk, sanction.user_id)
        left(batch, room, sanction.user_id)


def _bar(batch: Batch, standing: RoomAccess, user: User, was: Membership | None, until: int) -> None:
    barred = {"state": Membership.State.BANNED, "role": Membership.Role.MEMBER, "banned_until": until}
    if was:
        Membership.objects.filter(pk=was.pk).update(**barred)
    else:
        Membership.objects.create(room_id=standing.room, user=user, joined_at=batch.now, **barred)


def _close_doors(
    batch: Batch,
    room: LogKey,
    standing: RoomAccess,
    sanction: Sanction,
    was: Membership | None,
    decision: Decision,
) -> None:
    """The doors that the banned made, and for who is new here the one they came by."""
    user = sanction.user
    theirs = Q(created_by=user) if sanction.room_id is None else Q(created_by=user, room=standing.room)
    if is_new_here(user, batch.now) and was and was.via_id:
        theirs |= Q(pk=was.via_id)
    if decision.approval:
        sanction.approval_before = _ask_at_the_door(batch, room, standing)
    revoked = list(Invite.objects.filter(theirs, revoked_at=None).values_list("pk", flat=True))
    Invite.objects.filter(pk__in=revoked).update(revoked_at=batch.now)
    sanction.revoked = encode(revoked).decode()
    sanction.save(update_fields=["revoked", "approval_before"])
    if decision.remove in SPANS:
        _remove(batch, room, sanction, max(0, batch.now - SPANS[decision.remove]))


def _ask_at_the_door(batch: Batch, room: LogKey, standing: RoomAccess) -> int | None:
    """Ask for approval of new guests for an hour. Return what was set before, or None if that lasts long enough."""
    until = batch.now + APPROVAL_MS
    before = Room.objects.filter(pk=standing.room).values_list("approval_until", flat=True).get()
    if before >= until - AGAIN_MS:
        return None
    Room.objects.filter(pk=standing.room).update(approval_until=until, rules_rank=standing.rank)
    rules_told(batch, room=room)
    return before


def _reopen(batch: Batch, room: LogKey, standing: RoomAccess, sanction: Sanction) -> None:
    """Restore the invites that a ban revoked, and the approval of new guests unless it was set again since."""
    Invite.objects.filter(pk__in=msgspec.json.decode(sanction.revoked), revoked_at=sanction.at).update(revoked_at=None)
    if sanction.approval_before is None:
        return
    here = Room.objects.filter(pk=standing.room, approval_until=sanction.at + APPROVAL_MS)
    if here.update(approval_until=sanction.approval_before):
        rules_told(batch, room=room)


def _remove(batch: Batch, room: LogKey, sanction: Sanction, since: int) -> None:
    lines_remove(batch, room=room, sanction=sanction, since=since)
    if sanction.room_id is None:
        spoken_in = Message.objects.filter(author=sanction.user_id).exclude(log=batch.log(room).pk)
        data = {"sanction": sanction.key, "since": since}
        elsewhere(batch, "chat.remove", list(spoken_in.order_by().values_list("log", flat=True).distinct()), data)


# Lifted


@method("sanction.lift", protocol.SanctionLift, logs=room_and_site, cost=SANCTION_COST)
def sanction_lift(
    batch: Batch,
    *,
    caller: Caller,
    room: LogKey,
    cid: ClientId,
    sanction: str,
    reason: str = "",
    found: RoomAccesses | None = None,
) -> tuple[Sanction, list[Signal]]:
    """Undo it: what it closed is open again, what it took comes back."""
    standing = access.member(caller, room, found, archived=True)
    row = sanction_find(standing.room, sanction)
    _refuse_below(standing, row)
    _lift(batch, room, standing, row, caller, reason)
    _tell(batch, room, row, caller, cid, kind="sanction.lifted")
    return row, _lifted_signals(batch, room, row)


def _refuse_below(standing: RoomAccess, sanction: Sanction) -> None:
    act = "sanction.lift on the site" if sanction.room_id is None else "sanction.lift"
    ranks.outrank(standing, sanction.user, room=LogKey(""), act=act)
    if standing.rank < sanction.rank:
        raise RealtimeError(403, "rank")


def _lift(batch: Batch, room: LogKey, standing: RoomAccess, sanction: Sanction, caller: Caller, reason: str) -> None:
    if sanction.lifted_at is not None:
        raise conflict("already_done", sanction=sanction_as(sanction))
    sanction.lifted_at, sanction.lifted_by = batch.now, User(pk=caller.pk, key=caller.id)
    sanction.lifted_reason = _short(reason)
    sanction.save(update_fields=["lifted_at", "lifted_by", "lifted_reason"])
    Audit.objects.filter(sanction=sanction).update(undone=True)
    audit_write(batch, standing, caller, "sanction.lift", user=sanction.user, sanction=sanction, reason=reason)
    _end_effect(batch, room, standing, sanction, caller)


def _end_effect(batch: Batch, room: LogKey, standing: RoomAccess, sanction: Sanction, caller: Caller) -> None:
    if sanction.kind == "warn":
        _acknowledged(batch, standing, sanction)
    elif sanction.kind == "mute":
        _mute(sanction, batch.now)
    else:
        if sanction.room_id is None:
            _let_in(batch, room, standing, sanction)
        else:
            _let_back(batch, room, sanction)
        _reopen(batch, room, standing, sanction)
        _bring_back(batch, room, sanction, caller)
    holds_end(batch, room, sanction)
    batch.revoke(UserId(sanction.user.key), log=_where(sanction, room), reason="lifted")


def _let_in(batch: Batch, room: LogKey, standing: RoomAccess, sanction: Sanction) -> None:
    """Back to the site, where they are what they were: told in the room that was told of their leaving."""
    until = held(sanction.user_id, None, batch.now).banned_until
    User.objects.filter(pk=sanction.user_id).update(banned_until=until)
    here = Audit.objects.filter(sanction=sanction, act="sanction.ban", room=standing.room)
    mine = Membership.objects.filter(room=standing.room, user=sanction.user_id, state=IN_IT)
    if sanction.was and not until and here.exists() and mine.exists():
        batch.append(room, kind="member.joined", data={"user": sanction.user.key, "via": None})


def _lifted_signals(batch: Batch, room: LogKey, sanction: Sanction) -> list[Signal]:
    """Return the signals to the person: how they stand, and which room is in their list again."""
    back = _member_again(sanction)
    return _standing_signals(room, sanction) + (admitted_signals(batch, membership=back) if back else [])


def _member_again(sanction: Sanction) -> Membership | None:
    """The membership that a lifted kick or ban of this room has given back."""
    if sanction.kind not in {"kick", "ban"} or sanction.lifted_at is None or sanction.room_id is None:
        return None
    back = membership_find(sanction.room_id, sanction.user_id)
    return back if back and back.state == IN_IT else None


def _let_back(batch: Batch, room: LogKey, sanction: Sanction) -> None:
    """Who was a member when they were put out is one again, as what they were; unless another act keeps them out."""
    barred = Membership.objects.filter(room=sanction.room_id, user=sanction.user_id, state=Membership.State.BANNED)
    until = held(sanction.user_id, sanction.room_id, batch.now).banned_until
    if until:
        barred.update(banned_until=until)
    elif not sanction.was:
        barred.delete()
    elif barred.update(state=IN_IT, role=sanction.was, banned_until=0):
        batch.append(room, kind="member.joined", data={"user": sanction.user.key, "via": None})


def _bring_back(batch: Batch, room: LogKey, sanction: Sanction, caller: Caller) -> None:
    here = batch.log(room).pk
    others = {log for log, *_ in msgspec.json.decode(sanction.removed)} - {here}
    lines_restore(batch, room=room, sanction=sanction, caller=caller)
    elsewhere(batch, "chat.bring_back", sorted(others), {"sanction": sanction.key})


# By the person


@method("sanction.acknowledge", protocol.SanctionAct, logs=room_and_site)
def sanction_acknowledge(batch: Batch, *, caller: Caller, room: LogKey, cid: ClientId, sanction: str) -> list[Signal]:
    """The warned has read it; the input is open again."""
    standing = access.member(caller, room, archived=True)
    row = _own(caller, standing.room, sanction)
    if row.kind != "warn" or row.acknowledged_at is not None:
        raise conflict("already_done", sanction=sanction_to_person(row))
    row.acknowledged_at = batch.now
    row.save(update_fields=["acknowledged_at"])
    _acknowledged(batch, standing, row)
    _tell(batch, room, row, caller, cid, kind="sanction.acknowledged")
    batch.revoke(caller.id, log=_where(row, room), reason="acknowledged")
    return _standing_signals(room, row)


def _acknowledged(batch: Batch, standing: RoomAccess, sanction: Sanction) -> None:
    """Read wherever it was to be read; what else is to be read here comes next."""
    left = held(sanction.user_id, standing.room, batch.now).warned
    warned = Membership.objects.filter(user=sanction.user_id, warned=sanction.key)
    warned.exclude(room=standing.room).update(warned="")
    warned.filter(room=standing.room).update(warned=left)


@method("sanction.appeal", protocol.SanctionAppeal)
def sanction_appeal(
    batch: Batch, *, caller: Caller, room: LogKey, cid: ClientId | None, sanction: str, text: str
) -> list[Signal]:
    """Once, also by who may not come in any more; of the site, in the lounge or a room that knows them."""
    place = Room.objects.filter(log__key=room, deleted_at=None).first()
    known = place and (place.lounge or membership_find(place.pk, caller.pk))
    row = _own(caller, place.pk if place else 0, sanction)
    if place is None or (row.room_id is None and not known):
        raise not_found("no such room")
    if row.appealed_at is not None or row.lifted_at is not None:
        raise conflict("already_done", sanction=sanction_to_person(row))
    row.appeal, row.appealed_at = _short(written(text).strip()), batch.now
    row.save(update_fields=["appeal", "appealed_at"])
    _tell(batch, room, row, caller, cid, kind="sanction.appealed")
    return _standing_signals(room, row)


def appeal_make(*, user: User, key: LogKey | None, sanction: str, text: str) -> None:
    """Once, by who may not come in; of the site, the hosts of the lounge hear it."""
    room = key or LogKey(lounge().log.key)
    caller = Caller(id=UserId(user.key), pk=user.pk, login="", person=person_of(user))
    with open_batch([room]) as staged:
        sanction_appeal(staged, caller=caller, room=room, cid=None, sanction=sanction, text=text)


@method("sanction.answer", protocol.SanctionAnswer, logs=room_and_site, cost=SANCTION_COST)
def sanction_answer(
    batch: Batch, *, caller: Caller, room: LogKey, cid: ClientId, sanction: str, granted: bool, reason: str = ""
) -> list[Signal]:
    """To an appeal; granted, the sanction is lifted."""
    standing = access.member(caller, room, archived=True)
    row = sanction_find(standing.room, sanction)
    _refuse_below(standing, row)
    if row.appealed_at is None or row.answer:
        raise conflict("already_done", sanction=sanction_as(row))
    row.answer = "granted" if granted else "refused"
    row.save(update_fields=["answer"])
    if granted and row.lifted_at is None:
        _lift(batch, room, standing, row, caller, reason)
    else:
        audit_write(batch, standing, caller, "sanction.answer", user=row.user, sanction=row, reason=reason)
    _tell(batch, room, row, caller, cid, kind="sanction.answered")
    return _lifted_signals(batch, room, row)


def _own(caller: Caller, room: int, key: str) -> Sanction:
    sanction = sanction_find(room, key)
    if sanction.user_id != caller.pk:
        raise forbidden("only one's own")
    return sanction


# Telling


def _tell(
    batch: Batch,
    room: LogKey,
    sanction: Sanction,
    caller: Caller,
    cid: ClientId | None,
    *,
    kind: str,
) -> LogEvent:
    """To the hosts, and to the person in an event that names nobody."""
    data = {"sanction": sanction_as(sanction)}
    entry = batch.append(room, kind=kind, data=data, actor=caller.id, cid=cid, audience=["host"])
    own = {"sanction": sanction_to_person(sanction)}
    batch.append(room, kind=kind, data=own, audience=[f"u:{sanction.user.key}"])
    return entry


def _standing_signals(room: LogKey, sanction: Sanction) -> list[Signal]:
    """To all tabs of the person: how they stand, here or in every room; the banned have heard it by `room.left`."""
    user = sanction.user
    if sanction.kind not in {"warn", "mute"}:
        return []
    rooms = [room] if sanction.room_id else [room, *_rooms_of(user.pk).exclude(room__log__key=room)[:TOLD]]
    found = access.standings(rooms, [user.pk])
    return [
        Signal(key, "standing", "", against(user.pk, found.get((key, user.pk))), to=UserId(user.key)) for key in rooms
    ]


def _rooms_of(user: int) -> Any:
    """Keys, the room joined last first."""
    mine = Membership.objects.filter(user=user, state=IN_IT).order_by("-joined_at")
    return mine.values_list("room__log__key", flat=True)


def _short(text: str) -> str:
    if len(text) > REASON_LENGTH:
        raise unprocessable("too_long", "the reason")
    return text
