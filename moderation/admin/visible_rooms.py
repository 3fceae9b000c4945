"""The rooms that staff see in the admin: a superuser all, others the public ones and their own."""

from typing import Any, Final

from django.db.models import Q, QuerySet
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

from chat.models import Membership, Room

COLUMN_NAMES: Final = {
    "key": _("key"),
    "name": _("name"),
    "topic": _("topic"),
    "public": _("public"),
    "lounge": _("lounge"),
    "slow_s": _("slow, seconds"),
    "locked": _("locked"),
    "guests_off": _("guests off"),
    "role": _("role"),
    "state": _("state"),
    "read": _("read up to"),
    "warned": _("warning"),
    "uses": _("uses"),
    "max_uses": _("max uses"),
    "offset": _("offset"),
    "kind": _("kind"),
    "audience": _("for"),
    "touched": _("last changed at"),
    "reason": _("reason"),
    "rule": _("rule"),
    "rank": _("rank"),
    "act": _("action"),
    "undone": _("undone"),
    "appeal": _("appeal"),
    "answer": _("answer"),
    "lifted_reason": _("removal reason"),
    "detail": _("details"),
}
"""Names of columns, in the language of the page."""


def rooms_seen(user: Any) -> "QuerySet[Room]":
    mine = Membership.objects.filter(user=user.pk, state=Membership.State.MEMBER).values("room")
    return Room.objects.all() if user.is_superuser else Room.objects.filter(Q(public=True) | Q(pk__in=mine))


class VisibleRoomsMixin:
    """Shows staff only the rows of rooms that they see. `room` leads from a row to its room.

    With `nowhere` rows without a room are shown too.
    """

    room = "room"
    nowhere = False

    def get_queryset(self, request: HttpRequest) -> "QuerySet[Any]":
        rows: QuerySet[Any] = super().get_queryset(request)  # type: ignore[misc]
        user: Any = request.user
        if user.is_superuser:
            return rows
        seen = Q(**{f"{self.room}__in": rooms_seen(user)})
        return rows.filter(seen | Q(**{f"{self.room}__isnull": True}) if self.nowhere else seen)
