"""The read-only admin pages of matches and seats. Their rows follow the log."""

from typing import Any

from django.contrib import admin
from django.urls import reverse
from django.utils.html import format_html, format_html_join
from django.utils.translation import gettext_lazy as _

from game.models import Match, Seat
from game.selectors.matches import seats_of
from moderation.admin.rooms import who
from moderation.admin.visible_rooms import VisibleRoomsMixin
from realtime.storage.admin import ReadOnlyAdmin, listed, moment, page

WORDS = {"game": _("game"), "state": _("state"), "version": _("version"), "number": _("seat"), "bot": _("bot")}


class InRoom(VisibleRoomsMixin, ReadOnlyAdmin):
    words = WORDS
    room = "log__room"
    list_select_related = ["log__room"]
    ordering = ["-pk"]

    @admin.display(description=_("room"))
    def where(self, row: Any) -> str:
        return page("chat_room", row.log.room.pk, row.log.room.name)


@admin.register(Match)
class MatchAdmin(InRoom):
    named = _("match"), _("matches")
    list_display = ["place", "game", "where", "state", "version", moment("deadline", _("turn ends"))]
    list_filter = ["state", "game"]
    search_fields = ["=log__key", "log__room__name"]
    search_help_text = _("Part of the room name, or key")
    shown: Any = [
        "place",
        "game",
        "where",
        "state",
        "seats",
        "version",
        "first",
        moment("turn_at", _("turn began")),
        moment("deadline", _("turn ends")),
        "given",
        "position",
        "record",
        "table",
        "look",
    ]

    @admin.display(description=_("place"))
    def place(self, match: Match) -> str:
        return f"@{match.offset}"

    @admin.display(description=_("seats"))
    def seats(self, match: Match) -> str:
        names = ((seat.number, seat.user.name if seat.user else seat.bot) for seat in seats_of(match))
        return format_html_join(" · ", "{}: {}", names) or "–"

    @admin.display(description=_("view"))
    def look(self, match: Match) -> str:
        address = reverse("line", kwargs={"key": match.log.key, "o": match.offset})
        return format_html(
            '<a href="{}">{}</a> · {}',
            address,
            address,
            listed("game_seat", _("seats"), match=match.offset, log=match.log_id),
        )


@admin.register(Seat)
class SeatAdmin(InRoom):
    named = _("seat"), _("seats")
    list_display = ["place", "number", who("user", _("user")), "bot", "where"]
    list_select_related = ["log__room", "user"]
    search_fields = ["user__name"]
    search_help_text = _("Part of the user name")
    shown: Any = list_display

    @admin.display(description=_("match"))
    def place(self, seat: Seat) -> str:
        return f"@{seat.match}"
