"""The content of the live page: the status of the process, names of rooms, and the moderation queue."""

from collections.abc import Callable, Collection
from typing import Any, Final

from django.db.models import Q

from accounts.models import User
from chat import protocol
from chat.models import Membership, Room
from chat.selectors import ranks
from moderation.models import Report, Sanction
from moderation.selectors.sanctions import is_running
from realtime import Caller, LogKey, method
from realtime.log import now_ms
from tasks.selectors import queue

COUNTED: Final = 1000
"""Sanctions, reports and appeals are counted up to this number."""


@method("live.read", protocol.NoParams, lane="read", cost=4)
def live_read(*, caller: Caller, live: Callable[[], dict[str, Any]]) -> dict[str, Any]:
    """Return the status of this process, the names of rooms that the caller may know, and what waits in the queues."""
    user = ranks.on_site(caller.pk, "live.read")
    status = live()
    names = names_of(user, [room["room"] for room in status["rooms"]])
    rooms = [room | {"name": names.get(room["room"])} for room in status["rooms"]]
    return {**status, "rooms": rooms, "door": moderation_queue(), "tasks": queue()._asdict()}


def names_of(user: User, keys: Collection[LogKey]) -> dict[LogKey, str]:
    """Return the names of public rooms and of the user's own; for an admin of all rooms."""
    rooms = Room.objects.filter(log__key__in=keys)
    if not user.is_superuser:
        mine = Membership.objects.filter(user=user, state=Membership.State.MEMBER).values("room")
        rooms = rooms.filter(Q(public=True) | Q(pk__in=mine))
    return {LogKey(key): name for key, name in rooms.values_list("log__key", "name")}


def moderation_queue() -> dict[str, Any]:
    """Return `{sanctions: {kind: n}, on_site, appeals, reports}`: active sanctions, open appeals and open reports."""
    now = now_ms()
    active = Sanction.objects.filter(is_running(now), lifted_at=None).order_by("-pk")
    rows = list(active.values_list("kind", "room")[:COUNTED])
    return {
        "sanctions": {kind: sum(each == kind for each, _ in rows) for kind in Sanction.Kind.values},
        "on_site": sum(room is None for _, room in rows),
        "appeals": Sanction.objects.filter(appealed_at__isnull=False, answer="", lifted_at=None)[:COUNTED].count(),
        "reports": Report.objects.filter(state=Report.State.OPEN)[:COUNTED].count(),
    }
