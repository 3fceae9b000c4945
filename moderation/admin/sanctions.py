"""Sanctions, reports and the audit log in the admin."""

from collections.abc import Iterable, Sequence
from typing import Any

from django.contrib import admin
from django.db.models import Q, QuerySet
from django.http import HttpRequest
from django.utils.html import format_html, format_html_join
from django.utils.translation import gettext_lazy as _

from accounts.names import fold
from chat.permissions import Rank
from moderation.admin.actions import AdminWithActions, OptionalReasonForm, Rejected, action, for_each
from moderation.admin.rooms import where, who
from moderation.admin.visible_rooms import COLUMN_NAMES, VisibleRoomsMixin, rooms_seen
from moderation.models import Audit, Report, Sanction
from moderation.selectors.sanctions import is_running, report_with_messages
from moderation.services import site
from realtime import Caller, Scopes
from realtime.log import now_ms
from realtime.storage.admin import ReadOnlyAdmin, at, listed, moment, page

HOST_SEES: Scopes = frozenset({"host", "member"})


def named(row_name: str, term: str) -> Q:
    """Return the condition that the name of a person begins with `term`."""
    return Q(**{f"{row_name}__name_folded__startswith": fold(term)})


class ForceFilter(admin.SimpleListFilter):
    title = _("state")
    parameter_name = "force"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, Any]]:
        return [("yes", _("active")), ("appealed", _("appealed, unanswered")), ("lifted", _("removed"))]

    def queryset(self, request: HttpRequest, queryset: "QuerySet[Any]") -> "QuerySet[Any]":
        match self.value():
            case "yes":
                return queryset.filter(is_running(now_ms()), lifted_at=None)
            case "appealed":
                return queryset.filter(appealed_at__isnull=False, answer="", lifted_at=None)
            case "lifted":
                return queryset.filter(lifted_at__isnull=False)
        return queryset


class PlaceFilter(admin.SimpleListFilter):
    title = _("where")
    parameter_name = "place"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, Any]]:
        return [("site", _("whole site")), ("room", _("in a room"))]

    def queryset(self, request: HttpRequest, queryset: "QuerySet[Any]") -> "QuerySet[Any]":
        value = self.value()
        return queryset.filter(room__isnull=value == "site") if value in {"site", "room"} else queryset


class NameSearchMixin(ReadOnlyAdmin):
    """A search by the start of a person's name, in the columns `people`."""

    search_fields = ["pk"]  # shows the search field; `get_search_results` searches
    search_help_text = _("Start of the user name")
    people = ["user", "by"]

    def get_search_results(
        self, request: HttpRequest, queryset: "QuerySet[Any]", search_term: str
    ) -> tuple["QuerySet[Any]", bool]:
        found = Q()
        for name in self.people if search_term.strip() else ():
            found |= named(name, search_term.strip())
        return queryset.filter(found), False


@admin.register(Sanction)
class SanctionAdmin(VisibleRoomsMixin, AdminWithActions, NameSearchMixin):
    named = _("sanction"), _("sanctions")
    words = COLUMN_NAMES
    nowhere = True
    actions: Any = [action("lift", _("Remove"), for_each(site.sanction_undo, "sanction"), OptionalReasonForm)]
    list_display = [
        "kind",
        who("user", _("user")),
        where,
        who("by", _("by")),
        moment("at", _("at")),
        "until_shown",
        "reason",
        "state",
    ]
    list_filter = ["kind", ForceFilter, PlaceFilter]
    list_select_related = ["user", "by", "room__log", "lifted_by"]
    ordering = ["-pk"]
    shown: Any = [
        "kind",
        who("user", _("user")),
        where,
        who("by", _("by")),
        "rank",
        moment("at", _("at")),
        "until_shown",
        "rule",
        "reason",
        "state",
        who("lifted_by", _("removed by")),
        "lifted_reason",
        moment("acknowledged_at", _("acknowledged")),
        "appeal",
        moment("appealed_at", _("appealed")),
        "answer",
        "audit",
    ]

    @admin.display(description=_("until"), ordering="until")
    def until_shown(self, sanction: Sanction) -> Any:
        if sanction.kind == "warn":
            return _("acknowledged") if sanction.acknowledged_at else _("not acknowledged")
        return _("Permanent") if sanction.until is None else at(sanction.until)

    @admin.display(description=_("state"))
    def state(self, sanction: Sanction) -> Any:
        if sanction.lifted_at:
            return _("removed %(at)s") % {"at": at(sanction.lifted_at)}
        if sanction.until is not None and sanction.until <= now_ms():
            return _("ended")
        return _("appealed") if sanction.appealed_at and not sanction.answer else _("active")

    @admin.display(description=_("audit log"))
    def audit(self, sanction: Sanction) -> str:
        return listed("moderation_audit", _("audit entries"), sanction__id__exact=sanction.pk)


def settle(outcome: str) -> Any:
    def do(caller: Caller, reports: Sequence[Report], given: dict[str, Any]) -> Iterable[Rejected]:
        yield from for_each(site.report_settle, "report")(caller, reports, {"outcome": outcome, **given})

    return do


@admin.register(Report)
class ReportAdmin(VisibleRoomsMixin, AdminWithActions, NameSearchMixin):
    named = _("report"), _("reports")
    words = COLUMN_NAMES
    people = ["user", "by"]
    actions: Any = [
        action("handled", _("Mark as resolved"), settle("handled"), OptionalReasonForm),
        action("dismissed", _("Dismiss"), settle("dismissed"), OptionalReasonForm),
    ]
    list_display = [
        "about",
        where,
        who("user", _("author")),
        who("by", _("reported by")),
        "rule",
        "reason",
        "state",
        moment("at", _("at")),
    ]
    list_filter = ["state", "rule"]
    list_select_related = ["user", "by", "closed_by", "room__log"]
    ordering = ["-pk"]
    shown: Any = [
        "about",
        where,
        who("user", _("author")),
        who("by", _("reported by")),
        moment("at", _("at")),
        "rule",
        "reason",
        "state",
        who("closed_by", _("resolved by")),
        moment("closed_at", _("resolved")),
        "around",
    ]

    def get_queryset(self, request: HttpRequest) -> "QuerySet[Report]":
        """Return the reports that the user may read. Moderators also see those that hosts may not, in every room."""
        rows: QuerySet[Report] = super(VisibleRoomsMixin, self).get_queryset(request)
        user: Any = request.user
        if user.is_superuser:
            return rows
        seen = Q(room__in=rooms_seen(user))
        if user.is_moderator:
            seen |= Q(rank=Rank.MODERATOR)
        return rows.filter(seen, rank__lte=Rank.MODERATOR).exclude(user=user)

    @admin.display(description=_("message"))
    def about(self, report: Report) -> str:
        return f"@{report.offset}"

    @admin.display(description=_("context"))
    def around(self, report: Report) -> str:
        """Return the messages around, as the hosts of the room see them, with deleted texts while they are kept."""
        found = report_with_messages(report, HOST_SEES)
        rows = (
            (
                "this" if message["o"] == report.offset else "",
                message["o"],
                at(message["at"]),
                found["people"].get(message["by"], {}).get("name", "–"),
                _text_of(message),
            )
            for message in found["lines"]
        )
        cells = format_html_join("", '<tr class="{}"><td>@{}</td><td>{}</td><th>{}</th><td>{}</td></tr>', rows)
        return format_html('<div class="around"><table>{}</table></div>', cells)


def _text_of(message: dict[str, Any]) -> str:
    data = message["data"] or message["was"]
    text = str(data["text"]) if data and "text" in data else message["kind"] if data else ""
    return _("(deleted) %(text)s") % {"text": text} if message["removed"] else text


class ActFilter(admin.SimpleListFilter):
    """Offers the actions of the newest 1,000 audit entries."""

    title = _("action")
    parameter_name = "did"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:
        latest = Audit.objects.order_by("-pk").values_list("act", flat=True)[:1000]
        return [(action, action) for action in sorted({*latest, self.value() or ""} - {""})]

    def queryset(self, request: HttpRequest, queryset: "QuerySet[Any]") -> "QuerySet[Any]":
        return queryset.filter(act=self.value()) if self.value() else queryset


@admin.register(Audit)
class AuditAdmin(VisibleRoomsMixin, NameSearchMixin):
    named = _("audit entry"), _("audit log")
    words = COLUMN_NAMES
    nowhere = True
    list_display = [
        moment("at", _("at")),
        who("by", _("by")),
        "rank",
        "act",
        who("user", _("user")),
        where,
        "reason",
        "undone",
    ]
    list_display_links = [list_display[0]]
    list_filter = [ActFilter, "undone"]
    list_select_related = ["user", "by", "room", "sanction"]
    ordering = ["-pk"]
    shown: Any = [*list_display, "offset", "rule", "decision", "detail"]

    @admin.display(description=_("sanction"))
    def decision(self, entry: Audit) -> str:
        return page("moderation_sanction", entry.sanction_id, entry.sanction.kind) if entry.sanction else "–"
