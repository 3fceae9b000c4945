"""Logs, events and deadlines in the admin, read-only."""

from typing import Any, Final

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

from realtime.models import Deadline, Event, Log
from realtime.storage.admin import MAX_LISTED_ROWS, ReadOnlyAdmin, listed, moment, short

SEARCHED_EVENTS: Final = 20_000
"""A kind is searched among this many events, because no index has kinds."""


WORDS: Final = {
    "key": _("key"),
    "head": _("last offset"),
    "floor": _("first offset"),
    "lines": _("messages so far"),
    "log": _("log"),
    "offset": _("offset"),
    "tag": _("tag"),
    "kind": _("kind"),
    "method": _("method"),
    "actor": _("by"),
    "audience": _("for"),
    "blanks": _("supersedes"),
    "data": _("data"),
    "at": _("at"),
}


@admin.register(Log)
class LogAdmin(ReadOnlyAdmin):
    staff = False
    named = _("log"), _("logs")
    words = WORDS
    list_display = ["key", "head", "lines", "events"]
    shown = ["key", "head", "floor", "lines", "events"]
    search_fields = ["=key"]
    search_help_text = _("Log key")
    ordering = ["-pk"]

    @admin.display(description=_("events"))
    def events(self, log: Log) -> str:
        return listed("realtime_event", _("events"), log__id__exact=log.pk)


class KindFilter(admin.SimpleListFilter):
    """Offers the kinds of the newest events, and searches a kind among the last `SEARCHED_EVENTS`."""

    title = _("kind")
    parameter_name = "kind"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:
        latest = Event.objects.order_by("-pk").values_list("kind", flat=True)[:MAX_LISTED_ROWS]
        return [(kind, kind) for kind in sorted({*latest, self.value() or ""} - {""})]

    def queryset(self, request: HttpRequest, queryset: "QuerySet[Any]") -> "QuerySet[Any]":
        if not self.value():
            return queryset
        log = request.GET.get("log__id__exact", "")
        if log.isdecimal():
            head = Log.objects.filter(pk=log).values_list("head", flat=True).first() or 0
            return queryset.filter(kind=self.value(), offset__gt=head - SEARCHED_EVENTS)
        newest = Event.objects.order_by("-pk").values_list("pk", flat=True).first() or 0
        return queryset.filter(kind=self.value(), pk__gt=newest - SEARCHED_EVENTS)


@admin.register(Event)
class EventAdmin(ReadOnlyAdmin):
    staff = False
    named = _("event"), _("events")
    words = WORDS
    list_display = ["place", "kind", "actor", moment("at", _("at")), "audience", "short_data"]
    list_filter = [KindFilter]
    list_select_related = ["log"]
    search_fields = ["pk"]  # shows the field; `get_search_results` does the search
    search_help_text = _("Log key, or key@offset to list backwards from there")
    ordering = ["-pk"]
    shown = [
        "place",
        "log",
        "offset",
        "tag",
        "lines",
        "kind",
        "method",
        "actor",
        "cid",
        "audience",
        "blanks",
        moment("at", _("at")),
        "data",
    ]

    @admin.display(description=_("place"))
    def place(self, event: Event) -> str:
        return f"{event.log.key}@{event.offset}"

    @admin.display(description=_("data"))
    def short_data(self, event: Event) -> str:
        return "" if event.data is None else short(event.data)

    def get_search_results(
        self, request: HttpRequest, queryset: "QuerySet[Any]", search_term: str
    ) -> tuple["QuerySet[Any]", bool]:
        """Search by the index of (log, offset). Other input finds nothing."""
        key, _behind, offset = search_term.strip().partition("@")
        if not key:
            return queryset, False
        found = queryset.filter(log__key=key).order_by("-offset")
        if offset:
            found = found.filter(offset__lte=int(offset)) if offset.isdecimal() and len(offset) < 16 else found.none()
        return found, False


@admin.register(Deadline)
class DeadlineAdmin(ReadOnlyAdmin):
    staff = False
    named = _("deadline"), _("deadlines")
    words = WORDS
    list_display = ["kind", "log", moment("at", _("at")), "data"]
    shown = list_display
    list_select_related = ["log"]
    ordering = ["at"]
