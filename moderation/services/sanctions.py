"""Methods of sanctions: make, preview, lift and acknowledge one."""

from typing import Any, Final

from accounts.models import User
from accounts.selectors import FOREVER, is_new_here
from chat.models import Membership
from chat.plugin import installed
from chat.selectors import access, ranks
from chat.selectors.access import IN_IT
from chat.services.memberships import admitted_signals
from chat.services.messages import message_meant
from chat.types import AccessTable, RoomAccess
from moderation import protocol
from moderation.models import Audit, Sanction
from moderation.selectors.sanctions import (
    longest_active,
    membership_find,
    own_sanctions,
    person_find,
    refuse_stranger,
    sanction_as,
    sanction_find,
    sanction_to_person,
)
from moderation.services.audit import REASON_LENGTH, audit_write
from moderation.services.effects import REMOVAL_SPANS_MS, Decision, effect_begin, effect_end, room_of, warning_end
from moderation.services.removal import messages_of
from realtime import (
    Caller,
    ClientId,
    LogKey,
    RealtimeError,
    Signal,
    UserId,
    conflict,
    forbidden,
    method,
    room_and_site,
    unprocessable,
)
from realtime.log import Batch, LogEvent, now_ms

SANCTION_COST: Final = 8
"""The number of requests that an action against a person counts as: it takes about twenty queries."""
COUNT_LIMIT: Final = 1000
"""Messages are counted up to this number."""
ROOMS_NOTIFIED: Final = 50
"""A mute on the site is signalled in this many rooms. The others show it when the person opens them."""
KICK_MS: Final = 5 * 60_000


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
    found: AccessTable | None = None,
) -> tuple[Sanction, list[Signal]]:
    """Warn, mute, kick or ban a person of a lower rank. `duration_ms` is from now, None for no end."""
    decision = Decision(kind, site, duration_ms, reason, rule, o, t, remove, approval)
    room_access = access.member(caller, room, found)
    target = person_find(user)
    act = "sanction.make on the site" if decision.site else "sanction.make"
    if target.pk == caller.pk:
        raise RealtimeError(403, "rank")
    if not decision.site:
        refuse_stranger(room_access, target)
    ranks.outrank(room_access, target, room=room, act=act)
    if decision.o is not None and decision.t is not None:
        message_meant(caller, room_access, decision.o, decision.t)
    sanction = _decided(batch, room_access, caller, target, decision)
    notify(batch, room, sanction, caller, cid, kind="sanction.made")
    effect_begin(batch, room, room_access, sanction, decision)
    audit_write(
        batch,
        room_access,
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
    return sanction, sanction_signals(room, sanction)


@method("sanction.preview", protocol.SanctionPreview, lane="read", cost=4)
def sanction_preview(*, caller: Caller, room: LogKey, user: UserId, remove: str = "none") -> dict[str, Any]:
    """Return what a ban would remove, `{lines, guest, invite}`, and what other apps add to it."""
    room_access = access.ranked(caller, room, "sanction.preview", archived=True)
    target = person_find(user)
    refuse_stranger(room_access, target)
    since = max(0, now_ms() - REMOVAL_SPANS_MS[remove]) if remove in REMOVAL_SPANS_MS else FOREVER
    was = membership_find(room_access.room, target.pk)
    preview: dict[str, Any] = {
        "lines": messages_of(room_access.log, target.pk, since)[:COUNT_LIMIT].count(),
        "guest": is_new_here(target, now_ms()),
        "invite": bool(was and was.via_id),
    }
    for hook in installed.on_leave:
        preview |= hook.preview(room, target.pk)
    return preview


def _decided(batch: Batch, room_access: RoomAccess, caller: Caller, target: User, decision: Decision) -> Sanction:
    """Create the sanction. Raise 409 when there is one, unless the caller's rank is higher and the new one longer."""
    place = None if decision.site else room_access.room
    if decision.kind == "kick" and decision.site:
        raise unprocessable("bad_sanction", "out of a room, not of the site")
    until = _until(batch, decision)
    one = longest_active(target.pk, place, decision.kind, batch.now)
    if one and not (room_access.rank > one.rank and _lasts_longer(until, one.until)):
        raise conflict("already_done", sanction=sanction_as(one))
    return Sanction.objects.create(
        room_id=place,
        user=target,
        by=User(pk=caller.pk, key=caller.id),
        kind=decision.kind,
        at=batch.now,
        until=until,
        reason=reason_checked(decision.reason),
        rule=decision.rule,
        offset=decision.o,
        rank=room_access.rank,
    )


def _until(batch: Batch, decision: Decision) -> int | None:
    if decision.kind == "warn":
        return None
    lasts = KICK_MS if decision.kind == "kick" and decision.duration_ms is None else decision.duration_ms
    return None if lasts is None else batch.now + lasts


def _lasts_longer(until: int | None, than: int | None) -> bool:
    return than is not None and (until is None or until > than)


# Lifting


@method("sanction.lift", protocol.SanctionLift, logs=room_and_site, cost=SANCTION_COST)
def sanction_lift(
    batch: Batch,
    *,
    caller: Caller,
    room: LogKey,
    cid: ClientId,
    sanction: str,
    reason: str = "",
    found: AccessTable | None = None,
) -> tuple[Sanction, list[Signal]]:
    """Lift a sanction, and undo its effects."""
    room_access = access.member(caller, room, found, archived=True)
    row = sanction_find(room_access.room, sanction)
    refuse_below(room_access, row)
    lift(batch, room, room_access, row, caller, reason)
    notify(batch, room, row, caller, cid, kind="sanction.lifted")
    return row, lifted_signals(batch, room, row)


def refuse_below(room_access: RoomAccess, sanction: Sanction) -> None:
    act = "sanction.lift on the site" if sanction.room_id is None else "sanction.lift"
    ranks.outrank(room_access, sanction.user, room=LogKey(""), act=act)
    if room_access.rank < sanction.rank:
        raise RealtimeError(403, "rank")


def lift(batch: Batch, room: LogKey, room_access: RoomAccess, sanction: Sanction, caller: Caller, reason: str) -> None:
    if sanction.lifted_at is not None:
        raise conflict("already_done", sanction=sanction_as(sanction))
    sanction.lifted_at, sanction.lifted_by = batch.now, User(pk=caller.pk, key=caller.id)
    sanction.lifted_reason = reason_checked(reason)
    sanction.save(update_fields=["lifted_at", "lifted_by", "lifted_reason"])
    Audit.objects.filter(sanction=sanction).update(undone=True)
    audit_write(batch, room_access, caller, "sanction.lift", user=sanction.user, sanction=sanction, reason=reason)
    effect_end(batch, room, room_access, sanction, caller)


def lifted_signals(batch: Batch, room: LogKey, sanction: Sanction) -> list[Signal]:
    """Return the signals to the person: their sanctions, and the room that is in their list again."""
    back = _reinstated(sanction)
    return sanction_signals(room, sanction) + (admitted_signals(batch, membership=back) if back else [])


def _reinstated(sanction: Sanction) -> Membership | None:
    """Return the membership that a lifted kick or ban of this room has given back."""
    if sanction.kind not in {"kick", "ban"} or sanction.lifted_at is None or sanction.room_id is None:
        return None
    back = membership_find(sanction.room_id, sanction.user_id)
    return back if back and back.state == IN_IT else None


# By the person


@method("sanction.acknowledge", protocol.SanctionAct, logs=room_and_site)
def sanction_acknowledge(batch: Batch, *, caller: Caller, room: LogKey, cid: ClientId, sanction: str) -> list[Signal]:
    """Acknowledge a warning, so that the person can write again."""
    room_access = access.member(caller, room, archived=True)
    row = own_sanction_find(caller, room_access.room, sanction)
    if row.kind != "warn" or row.acknowledged_at is not None:
        raise conflict("already_done", sanction=sanction_to_person(row))
    row.acknowledged_at = batch.now
    row.save(update_fields=["acknowledged_at"])
    warning_end(batch, room_access, row)
    notify(batch, room, row, caller, cid, kind="sanction.acknowledged")
    batch.revoke(caller.id, log=room_of(row, room), reason="acknowledged")
    return sanction_signals(room, row)


def own_sanction_find(caller: Caller, room: int, key: str) -> Sanction:
    sanction = sanction_find(room, key)
    if sanction.user_id != caller.pk:
        raise forbidden("only one's own")
    return sanction


# Events and signals


def notify(
    batch: Batch,
    room: LogKey,
    sanction: Sanction,
    caller: Caller,
    cid: ClientId | None,
    *,
    kind: str,
) -> LogEvent:
    """Append the event for the hosts, and one for the person that names nobody. Return the first."""
    data = {"sanction": sanction_as(sanction)}
    event = batch.append(room, kind=kind, data=data, actor=caller.id, cid=cid, audience=["host"])
    own = {"sanction": sanction_to_person(sanction)}
    batch.append(room, kind=kind, data=own, audience=[f"u:{sanction.user.key}"])
    return event


def sanction_signals(room: LogKey, sanction: Sanction) -> list[Signal]:
    """Return the signals to all tabs of a person: their mutes and warnings, in this room or in all."""
    user = sanction.user
    if sanction.kind not in {"warn", "mute"}:
        return []
    rooms = [room] if sanction.room_id else [room, *_rooms_of(user.pk).exclude(room__log__key=room)[:ROOMS_NOTIFIED]]
    found = access.access_table(rooms, [user.pk])
    values = {key: own_sanctions(user.pk, found.get((key, user.pk))) for key in rooms}
    return [Signal(key, "standing", "", value, to=UserId(user.key)) for key, value in values.items()]


def _rooms_of(user: int) -> Any:
    """Return the keys of a person's rooms, the last joined first."""
    mine = Membership.objects.filter(user=user, state=IN_IT).order_by("-joined_at")
    return mine.values_list("room__log__key", flat=True)


def reason_checked(text: str) -> str:
    if len(text) > REASON_LENGTH:
        raise unprocessable("too_long", "the reason")
    return text
