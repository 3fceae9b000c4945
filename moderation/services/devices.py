"""Sanctions that hold in a browser, so that a person does not escape them as a new guest.

A browser is known by the hash of its device cookie. A sanction does not affect older accounts in the browser.
"""

from collections.abc import Collection
from typing import Any

from django.db.models import Q, QuerySet
from django.db.models.functions import Greatest

from accounts.models import User
from accounts.selectors import FOREVER
from accounts.services.logins import devices_of
from chat.models import Membership
from moderation.models import DeviceBan, Sanction
from moderation.selectors.sanctions import active_sanctions, is_running
from realtime import LogKey, RealtimeError, UserId
from realtime.log import Batch, now_ms

EXCLUSIONS = (Sanction.Kind.KICK, Sanction.Kind.BAN)
KINDS = (*EXCLUSIONS, Sanction.Kind.MUTE)


def devices_ban(sanction: Sanction) -> None:
    """Apply a kick, a ban or a mute to all browsers of its person."""
    for device in devices_of(sanction.user):
        _ban(sanction, device)


def device_add(user: User, device: str) -> None:
    """Apply the active sanctions of a person to a browser in which they log in or leave their account."""
    for sanction in Sanction.objects.filter(is_running(now_ms()), user=user, lifted_at=None, kind__in=KINDS):
        _ban(sanction, device)


def may_join(user: User, room: int, now: int) -> None:
    """Raise 403 `banned` when a kick or a ban in this room or on the site holds in the browser of the user."""
    if user.device and _bans_on_device(user, room, now).filter(sanction__kind__in=EXCLUSIONS).exists():
        raise RealtimeError(403, "banned", until=None)


def join_terms(user: User, room: int, now: int) -> dict[str, Any]:
    """Return the mute and the warning that a new membership begins with: leaving and joining again changes neither."""
    active = active_sanctions(user.pk, room, now)
    return {"muted_until": max(active.muted_until, mute_on_device(user, room, now)), "warned": active.warned}


def mute_on_device(user: User, room: int, now: int) -> int:
    """Return the end of the mute of this room that holds in the user's browser, in ms UTC; 0 when there is none.

    Store a mute of the site that holds in the browser for the user.
    """
    if not user.device:
        return 0
    mutes = list(_bans_on_device(user, room, now).filter(sanction__kind=Sanction.Kind.MUTE))
    if site := max((ban.until for ban in mutes if ban.room_id is None), default=0):
        User.objects.filter(pk=user.pk).update(muted_until=Greatest("muted_until", site))
    return max((ban.until for ban in mutes if ban.room_id is not None), default=0)


def device_bans_end(batch: Batch, room: LogKey, sanction: Sanction) -> None:
    """Remove a lifted sanction from its browsers, and unmute the users who were muted because of their browser."""
    devices = list(sanction.device_bans.values_list("device", flat=True))
    sanction.device_bans.all().delete()
    if sanction.kind == Sanction.Kind.MUTE and devices:
        _unmute(batch, room, sanction, devices)


def _unmute(batch: Batch, room: LogKey, sanction: Sanction, devices: Collection[str]) -> None:
    until = sanction.until or FOREVER
    others = User.objects.filter(device__in=devices).exclude(pk=sanction.user_id)
    if sanction.room_id is None:
        muted = others.filter(muted_until=until)
    else:
        muted = others.filter(memberships__room=sanction.room_id, memberships__muted_until=until)
    people = list(muted.values_list("pk", "key"))
    pks = [pk for pk, _ in people]
    if sanction.room_id is None:
        User.objects.filter(pk__in=pks).update(muted_until=0)
    else:
        Membership.objects.filter(room=sanction.room_id, user__in=pks).update(muted_until=0)
    for _, key in people:
        batch.revoke(UserId(key), log=room if sanction.room_id else None, reason="lifted")


def _bans_on_device(user: User, room: int, now: int) -> "QuerySet[DeviceBan]":
    """Return the sanctions in the browser of a guest, or of an account that is younger than the sanction."""
    found = DeviceBan.objects.filter(Q(room=room) | Q(room=None), device=user.device, until__gt=now)
    found = found.exclude(sanction__user=user)
    return found if user.is_guest else found.filter(sanction__at__lt=user.account_at)


def _ban(sanction: Sanction, device: str) -> None:
    given = {"room_id": sanction.room_id, "until": sanction.until or FOREVER}
    DeviceBan.objects.get_or_create(sanction=sanction, device=device, defaults=given)
