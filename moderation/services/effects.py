"""The effects of sanctions: what begins when a sanction is made, and what comes back when it is lifted."""

from typing import Any, Final, NamedTuple

import msgspec
from django.db.models import Q

from accounts.models import User
from accounts.selectors import FOREVER, is_new_here
from chat.models import Invite, Membership, Message, Room
from chat.plugin import installed
from chat.selectors import access
from chat.selectors.access import IN_IT
from chat.services.elsewhere import elsewhere
from chat.services.memberships import run_leave_hooks, transfer_host
from chat.types import RoomAccess
from moderation.models import Audit, Sanction
from moderation.selectors.sanctions import (
    active_sanctions,
    membership_find,
)
from moderation.services.devices import device_bans_end, devices_ban
from moderation.services.removal import messages_remove, messages_restore
from moderation.services.rules import rules_append
from realtime import (
    Caller,
    LogKey,
    UserId,
    encode,
)
from realtime.log import Batch

APPROVAL_MS: Final = 60 * 60_000
APPROVAL_SLACK_MS: Final = 60_000
REMOVAL_SPANS_MS: Final = {"hour": 60 * 60_000, "day": 24 * 60 * 60_000, "all": FOREVER}


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


def effect_begin(batch: Batch, room: LogKey, room_access: RoomAccess, sanction: Sanction, decision: Decision) -> None:
    user = sanction.user
    if sanction.kind != "warn":
        devices_ban(sanction)
    if sanction.kind == "warn":
        Membership.objects.filter(room=room_access.room, user=user).update(warned=sanction.key)
        batch.revoke(UserId(user.key), log=room_of(sanction, room), reason="warned")
    elif sanction.kind == "mute":
        _mute(sanction, batch.now)
        batch.revoke(UserId(user.key), log=room_of(sanction, room), reason="muted")
    else:
        _exclude(batch, room, room_access, sanction, decision)


def room_of(sanction: Sanction, room: LogKey) -> LogKey | None:
    """Return the room that the sanction is about, None for all."""
    return None if sanction.room_id is None else room


def _mute(sanction: Sanction, now: int) -> None:
    """Store the end of the last active mute."""
    until = active_sanctions(sanction.user_id, sanction.room_id, now).muted_until
    if sanction.room_id is None:
        User.objects.filter(pk=sanction.user_id).update(muted_until=until)
    else:
        Membership.objects.filter(room=sanction.room_id, user=sanction.user_id).update(muted_until=until)


def _exclude(batch: Batch, room: LogKey, room_access: RoomAccess, sanction: Sanction, decision: Decision) -> None:
    """Take the person out of the room at once, or for a ban from the site out of every room."""
    user = sanction.user
    was = membership_find(room_access.room, user.pk)
    active = active_sanctions(user.pk, sanction.room_id, batch.now)
    reason = "kicked" if sanction.kind == "kick" else "banned"
    sanction.was = was.role if was and was.state == IN_IT else active.was
    sanction.save(update_fields=["was"])
    if was and was.state == IN_IT:
        batch.append(room, kind="member.left", data={"user": user.key, "reason": reason})
    if was and was.role == access.HOST:
        transfer_host(batch, room, room_access.room, user.pk)
    if sanction.room_id is None:
        User.objects.filter(pk=user.pk).update(banned_until=active.banned_until)
        batch.revoke(UserId(user.key), reason=reason, until=sanction.until)
        elsewhere(batch, "chat.put_out", sorted(_logs_of(user.pk) - {batch.log(room).pk}), {"sanction": sanction.key})
    else:
        _ban(batch, room_access, user, was, active.banned_until)
        batch.revoke(UserId(user.key), log=room, reason=reason, until=sanction.until)
    run_leave_hooks(batch, room, user.pk)
    if sanction.kind == "ban":
        _revoke_invites(batch, room, room_access, sanction, was, decision)


def _logs_of(user: int) -> set[int]:
    """Return the logs in which a ban from the site ends something: the person is host there, or has a seat."""
    hosted = Membership.objects.filter(user=user, role=access.HOST, state=IN_IT).values_list("room__log", flat=True)
    return set(hosted).union(*(hook.logs(user) for hook in installed.on_leave))


def site_ban_due(batch: Batch, room: LogKey, data: Any) -> None:
    """Handle the deadline `chat.put_out`: end what the person has in another room, unless the ban was lifted."""
    sanction = Sanction.objects.filter(key=data["sanction"], lifted_at=None).first()
    if sanction:
        transfer_host(batch, room, Room.objects.get(log__key=room).pk, sanction.user_id)
        run_leave_hooks(batch, room, sanction.user_id)


def _ban(batch: Batch, room_access: RoomAccess, user: User, was: Membership | None, until: int) -> None:
    banned = {"state": Membership.State.BANNED, "role": Membership.Role.MEMBER, "banned_until": until}
    if was:
        Membership.objects.filter(pk=was.pk).update(**banned)
    else:
        Membership.objects.create(room_id=room_access.room, user=user, joined_at=batch.now, **banned)


def _revoke_invites(
    batch: Batch,
    room: LogKey,
    room_access: RoomAccess,
    sanction: Sanction,
    was: Membership | None,
    decision: Decision,
) -> None:
    """Revoke the invites of the person, and of a new person the invite by which they joined.

    Then require approval and remove messages, as the decision says.
    """
    user = sanction.user
    theirs = Q(created_by=user) if sanction.room_id is None else Q(created_by=user, room=room_access.room)
    if is_new_here(user, batch.now) and was and was.via_id:
        theirs |= Q(pk=was.via_id)
    if decision.approval:
        sanction.approval_before = _require_approval(batch, room, room_access)
    revoked = list(Invite.objects.filter(theirs, revoked_at=None).values_list("pk", flat=True))
    Invite.objects.filter(pk__in=revoked).update(revoked_at=batch.now)
    sanction.revoked = encode(revoked).decode()
    sanction.save(update_fields=["revoked", "approval_before"])
    if decision.remove in REMOVAL_SPANS_MS:
        _remove_messages(batch, room, sanction, max(0, batch.now - REMOVAL_SPANS_MS[decision.remove]))


def _require_approval(batch: Batch, room: LogKey, room_access: RoomAccess) -> int | None:
    """Ask for approval of new guests for an hour. Return what was set before, or None if that lasts long enough."""
    until = batch.now + APPROVAL_MS
    before = Room.objects.filter(pk=room_access.room).values_list("approval_until", flat=True).get()
    if before >= until - APPROVAL_SLACK_MS:
        return None
    Room.objects.filter(pk=room_access.room).update(approval_until=until, rules_rank=room_access.rank)
    rules_append(batch, room=room)
    return before


def _restore_invites(batch: Batch, room: LogKey, room_access: RoomAccess, sanction: Sanction) -> None:
    """Restore the invites that a ban revoked, and the approval of new guests unless it was set again since."""
    Invite.objects.filter(pk__in=msgspec.json.decode(sanction.revoked), revoked_at=sanction.at).update(revoked_at=None)
    if sanction.approval_before is None:
        return
    here = Room.objects.filter(pk=room_access.room, approval_until=sanction.at + APPROVAL_MS)
    if here.update(approval_until=sanction.approval_before):
        rules_append(batch, room=room)


def _remove_messages(batch: Batch, room: LogKey, sanction: Sanction, since: int) -> None:
    messages_remove(batch, room=room, sanction=sanction, since=since)
    if sanction.room_id is None:
        written_in = Message.objects.filter(author=sanction.user_id).exclude(log=batch.log(room).pk)
        data = {"sanction": sanction.key, "since": since}
        elsewhere(batch, "chat.remove", list(written_in.order_by().values_list("log", flat=True).distinct()), data)


def effect_end(batch: Batch, room: LogKey, room_access: RoomAccess, sanction: Sanction, caller: Caller) -> None:
    if sanction.kind == "warn":
        warning_end(batch, room_access, sanction)
    elif sanction.kind == "mute":
        _mute(sanction, batch.now)
    else:
        if sanction.room_id is None:
            _reinstate_on_site(batch, room, room_access, sanction)
        else:
            _reinstate_in_room(batch, room, sanction)
        _restore_invites(batch, room, room_access, sanction)
        _restore_messages(batch, room, sanction, caller)
    device_bans_end(batch, room, sanction)
    batch.revoke(UserId(sanction.user.key), log=room_of(sanction, room), reason="lifted")


def _reinstate_on_site(batch: Batch, room: LogKey, room_access: RoomAccess, sanction: Sanction) -> None:
    """End a ban from the site, which kept the memberships. The room that got `member.left` gets `member.joined`."""
    until = active_sanctions(sanction.user_id, None, batch.now).banned_until
    User.objects.filter(pk=sanction.user_id).update(banned_until=until)
    here = Audit.objects.filter(sanction=sanction, act="sanction.ban", room=room_access.room)
    mine = Membership.objects.filter(room=room_access.room, user=sanction.user_id, state=IN_IT)
    if sanction.was and not until and here.exists() and mine.exists():
        batch.append(room, kind="member.joined", data={"user": sanction.user.key, "via": None})


def _reinstate_in_room(batch: Batch, room: LogKey, sanction: Sanction) -> None:
    """Make the person a member again, in the earlier role, unless another sanction excludes them."""
    banned = Membership.objects.filter(room=sanction.room_id, user=sanction.user_id, state=Membership.State.BANNED)
    until = active_sanctions(sanction.user_id, sanction.room_id, batch.now).banned_until
    if until:
        banned.update(banned_until=until)
    elif not sanction.was:
        banned.delete()
    elif banned.update(state=IN_IT, role=sanction.was, banned_until=0):
        batch.append(room, kind="member.joined", data={"user": sanction.user.key, "via": None})


def _restore_messages(batch: Batch, room: LogKey, sanction: Sanction, caller: Caller) -> None:
    here = batch.log(room).pk
    others = {log for log, *_ in msgspec.json.decode(sanction.removed)} - {here}
    messages_restore(batch, room=room, sanction=sanction, caller=caller)
    elsewhere(batch, "chat.bring_back", sorted(others), {"sanction": sanction.key})


def warning_end(batch: Batch, room_access: RoomAccess, sanction: Sanction) -> None:
    """End a warning in every room. Another warning that is not acknowledged is shown in this room next."""
    next_warning = active_sanctions(sanction.user_id, room_access.room, batch.now).warned
    warned = Membership.objects.filter(user=sanction.user_id, warned=sanction.key)
    warned.exclude(room=room_access.room).update(warned="")
    warned.filter(room=room_access.room).update(warned=next_warning)
