"""The admin pages of rooms, memberships and invites."""

from collections.abc import Iterable, Sequence
from typing import Any

from django import forms
from django.contrib import admin
from django.db.models import Q, QuerySet
from django.http import HttpRequest
from django.urls import reverse
from django.utils.html import format_html, format_html_join
from django.utils.translation import gettext_lazy as _

from accounts.names import fold
from chat.models import Invite, Membership, Room
from chat.selectors.invites import active_now
from moderation.admin.actions import AdminWithActions, OptionalReasonForm, ReasonForm, Rejected, action, for_each
from moderation.admin.visible_rooms import COLUMN_NAMES, VisibleRoomsMixin
from moderation.services import site
from moderation.services.rules import SLOW_S
from realtime import Caller, RealtimeError
from realtime.log import now_ms
from realtime.storage.admin import ReadOnlyAdmin, listed, moment, page

AS_IT_IS: Any = ("", _("unchanged"))
YES_OR_NO: Any = [AS_IT_IS, ("1", _("yes")), ("0", _("no"))]


class RulesForm(ReasonForm):
    """The form of the rules of rooms. Like the form in a room, it ends a lockdown too."""

    slow_s = forms.ChoiceField(
        label=_("Slow mode: seconds between messages from one person"),
        choices=[AS_IT_IS, *((str(s), s) for s in SLOW_S)],
        required=False,
    )
    locked = forms.ChoiceField(label=_("Locked: only hosts can post"), choices=YES_OR_NO, required=False)
    guests_off = forms.ChoiceField(label=_("Block guests"), choices=YES_OR_NO, required=False)


def rules(caller: Caller, rooms: Sequence[Room], given: dict[str, Any]) -> Iterable[Rejected]:
    numbers = {name: int(given[name]) if given[name] else None for name in ("slow_s", "locked", "guests_off")}
    flags = {name: None if numbers[name] is None else bool(numbers[name]) for name in ("locked", "guests_off")}
    for room in rooms:
        try:
            site.rules_set(caller=caller, room=room, reason=given["reason"], slow_s=numbers["slow_s"], **flags)
        except RealtimeError as error:
            yield room, error


def switch(**fixed: Any) -> Any:
    """Return a function that sets these rules and leaves the others as they are."""

    def do(caller: Caller, rooms: Sequence[Room], given: dict[str, Any]) -> Iterable[Rejected]:
        yield from rules(caller, rooms, {"slow_s": "", "locked": "", "guests_off": "", **fixed, **given})

    return do


def panic(on: bool) -> Any:
    def do(caller: Caller, rooms: Sequence[Room], given: dict[str, Any]) -> Iterable[Rejected]:
        yield from for_each(site.panic_set, "room")(caller, rooms, {"on": on, **given})

    return do


def close(name: str) -> Any:
    def do(caller: Caller, rooms: Sequence[Room], given: dict[str, Any]) -> Iterable[Rejected]:
        yield from for_each(site.room_close, "room")(caller, rooms, {"act": name, **given})

    return do


@admin.register(Room)
class RoomAdmin(VisibleRoomsMixin, AdminWithActions):
    named = _("room"), _("rooms")
    words = COLUMN_NAMES
    room = "pk"
    actions: Any = [
        action("rules", _("Room rules…"), rules, RulesForm),
        action("lock", _("Lock"), switch(locked="1")),
        action("unlock", _("Unlock"), switch(locked="0"), OptionalReasonForm),
        action("panic", _("Start lockdown"), panic(True)),
        action("calm", _("End lockdown"), panic(False), OptionalReasonForm),
        action("archive", _("Archive"), close("archive")),
        action("delete_room", _("Delete for everyone"), close("delete")),
        action("restore_room", _("Restore"), close("restore"), OptionalReasonForm),
    ]
    list_display = ["name", "public", "lines", "rule", moment("created_at", _("created")), "talk"]
    list_filter = ["public", "locked", "guests_off"]
    list_select_related = ["log", "created_by"]
    search_fields = ["name", "=log__key"]
    search_help_text = _("Part of the name, or the key in its address")
    ordering = ["-pk"]
    shown: Any = [
        "name",
        "topic",
        "address",
        "public",
        "lounge",
        "created_by",
        moment("created_at", _("created")),
        "lines",
        "slow_s",
        "locked",
        "guests_off",
        moment("approval_until", _("approval for new guests until")),
        moment("panic_until", _("lockdown until")),
        moment("archived_at", _("archived")),
        moment("deleted_at", _("deleted")),
        "more",
    ]

    @admin.display(description=_("messages"), ordering="log__lines")
    def lines(self, room: Room) -> int:
        return room.log.lines

    @admin.display(description=_("address"))
    def address(self, room: Room) -> str:
        url = reverse("room", kwargs={"key": room.log.key})
        return format_html('<a href="{}">{}</a>', url, url)

    @admin.display(description=_("rules"))
    def rule(self, room: Room) -> str:
        now = now_ms()
        states = [
            room.deleted_at and _("deleted"),
            room.archived_at and _("archived"),
            room.panic_until > now and _("lockdown"),
            room.locked and _("locked"),
            room.guests_off and _("guests off"),
            room.slow_s and _("slow: %(s)d s") % {"s": room.slow_s},
            room.approval_until > now and _("new guests need approval"),
        ]
        return ", ".join(str(word) for word in states if word)

    @admin.display(description=_("talk"))
    def talk(self, room: Room) -> str:
        return listed("chat_message", _("messages"), log__id__exact=room.log_id)

    @admin.display(description=_("more"))
    def more(self, room: Room) -> str:
        filters = {"room__id__exact": room.pk}
        links = [
            listed("chat_message", _("messages"), log__id__exact=room.log_id),
            listed("chat_membership", _("users"), **filters),
            listed("chat_invite", _("invites"), **filters),
            listed("moderation_sanction", _("sanctions"), **filters),
            listed("moderation_report", _("reports"), **filters),
            listed("moderation_audit", _("audit log"), **filters),
            listed("game_match", _("matches"), log__id__exact=room.log_id),
            listed("realtime_event", _("events"), log__id__exact=room.log_id),
        ]
        return format_html_join(" · ", "{}", ((link,) for link in links))


def person(row: Any, name: str) -> str:
    """Return a link to the admin page of a person."""
    user = getattr(row, name)
    return page("accounts_user", user.pk, user.name) if user else "–"


def who(name: str, description: Any) -> Any:
    """Return a column that links to a person."""

    @admin.display(description=description)
    def shown(row: Any) -> str:
        return person(row, name)

    shown.__name__ = f"{name}_who"
    return shown


@admin.display(description=_("room"))
def where(row: Any) -> str:
    return page("chat_room", row.room.pk, row.room.name) if row.room else str(_("whole site"))


@admin.register(Membership)
class MembershipAdmin(VisibleRoomsMixin, ReadOnlyAdmin):
    named = _("membership"), _("memberships")
    words = COLUMN_NAMES
    list_display = ["pk", who("user", _("user")), where, "role", "state", moment("joined_at", _("since")), "via"]
    list_filter = ["role", "state"]
    list_select_related = ["user", "room", "via"]
    search_fields = ["pk"]  # shows the search field; `get_search_results` searches
    search_help_text = _("Start of the user name, or part of the room name")
    ordering = ["-pk"]
    shown: Any = [
        who("user", _("user")),
        where,
        "role",
        "state",
        "via",
        "read",
        moment("joined_at", _("since")),
        moment("spoke_at", _("last message in slow mode")),
        moment("muted_until", _("muted until")),
        moment("banned_until", _("banned until")),
        "warned",
    ]

    def get_search_results(
        self, request: HttpRequest, queryset: "QuerySet[Any]", search_term: str
    ) -> tuple["QuerySet[Any]", bool]:
        term = search_term.strip()
        if not term:
            return queryset, False
        return queryset.filter(Q(user__name_folded__startswith=fold(term)) | Q(room__name__icontains=term)), False


class ActiveFilter(admin.SimpleListFilter):
    title = _("state")
    parameter_name = "stands"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, Any]]:
        return [("yes", _("active")), ("no", _("expired"))]

    def queryset(self, request: HttpRequest, queryset: "QuerySet[Any]") -> "QuerySet[Any]":
        if self.value() not in {"yes", "no"}:
            return queryset
        active = active_now(now_ms())
        return queryset.filter(active if self.value() == "yes" else ~active)


@admin.register(Invite)
class InviteAdmin(VisibleRoomsMixin, AdminWithActions):
    """The admin page of invites. It does not show the code, with which staff could join the room."""

    named = _("invite"), _("invites")
    words = COLUMN_NAMES
    actions: Any = [action("revoke", _("Revoke"), for_each(site.invite_end, "invite"), OptionalReasonForm)]
    list_display = [
        "key",
        where,
        who("created_by", _("by")),
        moment("created_at", _("created")),
        "used",
        moment("expires_at", _("expires")),
        moment("revoked_at", _("revoked")),
    ]
    list_filter = [ActiveFilter]
    list_select_related = ["room__log", "created_by"]
    search_fields = ["=key", "room__name", "created_by__name"]
    search_help_text = _("Key, or part of the name of the room or its creator")
    ordering = ["-pk"]
    shown: Any = list_display

    @admin.display(description=_("uses"))
    def used(self, invite: Invite) -> str:
        return f"{invite.uses} / {'∞' if invite.max_uses is None else invite.max_uses}"
