"""Logs, events and deadlines in the admin, and what all its pages stand on: what is there is looked at, never typed.

What changes, changes by acts; what can be a million rows long is never counted.
"""

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from functools import cached_property
from typing import Any, Final

from django.contrib import admin
from django.core.paginator import Paginator
from django.db.models import QuerySet
from django.http import HttpRequest
from django.urls import reverse
from django.utils.html import format_html
from django.utils.http import urlencode
from django.utils.text import Truncator
from django.utils.translation import gettext_lazy as _

from realtime.models import Deadline, Event, Log

COUNTED: Final = 1000
"""rows that a list counts and pages through; further back leads a search or a filter"""
RECENT: Final = 20_000
"""events among which a kind is looked for: no index knows kinds"""


class BoundedPaginator(Paginator):  # type: ignore[type-arg]
    """Counts up to `COUNTED` and shows no more."""

    counted = COUNTED

    @cached_property
    def count(self) -> int:
        rows: Any = self.object_list
        return int(rows.order_by()[:COUNTED].count())


class Shown(admin.ModelAdmin):  # type: ignore[type-arg]
    """A table that no form writes. Its names live here and not in the model, where each would be a migration."""

    staff = True
    """others of the staff than superusers may look, too"""
    named: tuple[Any, Any] | None = None
    """what one is called, and many"""
    words: Mapping[str, Any] = {}
    """what its columns are called"""
    shown: Sequence[Any] = ()
    """what a row's page has: columns, methods, functions"""
    paginator = BoundedPaginator
    show_full_result_count = False
    show_facets = admin.ShowFacets.NEVER
    list_per_page = 50
    list_max_show_all = 0

    def __init__(self, model: Any, admin_site: admin.AdminSite) -> None:
        super().__init__(model, admin_site)
        if self.named:
            model._meta.verbose_name, model._meta.verbose_name_plural = self.named
        for field in model._meta.fields:
            field.verbose_name = self.words.get(field.name, field.verbose_name)

    def get_fields(self, request: HttpRequest, obj: Any = None) -> Any:
        return self.shown

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> Any:
        return self.shown

    def has_view_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        user: Any = request.user
        return bool(user.is_active and (user.is_superuser or (user.is_staff and self.staff)))

    def has_module_permission(self, request: HttpRequest) -> bool:
        return self.has_view_permission(request)

    def has_add_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False


def moment(name: str, description: Any) -> Any:
    """A column of a time in ms UTC."""

    @admin.display(description=description, ordering=name)
    def shown(row: Any) -> str:
        return at(getattr(row, name))

    shown.__name__ = f"{name}_shown"
    return shown


def at(ms: int | None) -> str:
    """`2026-08-01 12:00:00`, in UTC; `–` for no time, and `∞` for one that does not come."""
    if not ms:
        return "–"
    try:
        return f"{datetime.fromtimestamp(ms / 1000, UTC):%Y-%m-%d %H:%M:%S}"
    except (ValueError, OverflowError):
        return "∞"


def listed(model: str, text: Any, **filters: Any) -> str:
    """A link to a list of the admin, filtered."""
    return format_html('<a href="{}?{}">{}</a>', reverse(f"admin:{model}_changelist"), urlencode(filters), text)


def page(model: str, pk: Any, text: Any) -> str:
    """A link to a row's page in the admin."""
    return format_html('<a href="{}">{}</a>', reverse(f"admin:{model}_change", args=[pk]), text)


def short(text: str, most: int = 160) -> str:
    return Truncator(text).chars(most)


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
class LogAdmin(Shown):
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
    """The kinds among the last events; a kind is looked for among the last `RECENT` ones."""

    title = _("kind")
    parameter_name = "kind"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:
        latest = Event.objects.order_by("-pk").values_list("kind", flat=True)[:COUNTED]
        return [(kind, kind) for kind in sorted({*latest, self.value() or ""} - {""})]

    def queryset(self, request: HttpRequest, queryset: "QuerySet[Any]") -> "QuerySet[Any]":
        if not self.value():
            return queryset
        log = request.GET.get("log__id__exact", "")
        if log.isdecimal():
            head = Log.objects.filter(pk=log).values_list("head", flat=True).first() or 0
            return queryset.filter(kind=self.value(), offset__gt=head - RECENT)
        newest = Event.objects.order_by("-pk").values_list("pk", flat=True).first() or 0
        return queryset.filter(kind=self.value(), pk__gt=newest - RECENT)


@admin.register(Event)
class EventAdmin(Shown):
    staff = False
    named = _("event"), _("events")
    words = WORDS
    list_display = ["place", "kind", "actor", moment("at", _("at")), "audience", "said"]
    list_filter = [KindFilter]
    list_select_related = ["log"]
    search_fields = ["pk"]  # for the field to be there; `get_search_results` finds
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
    def said(self, event: Event) -> str:
        return "" if event.data is None else short(event.data)

    def get_search_results(
        self, request: HttpRequest, queryset: "QuerySet[Any]", search_term: str
    ) -> tuple["QuerySet[Any]", bool]:
        """By the index of (log, offset); anything else that was typed finds nothing."""
        key, _behind, offset = search_term.strip().partition("@")
        if not key:
            return queryset, False
        found = queryset.filter(log__key=key).order_by("-offset")
        if offset:
            found = found.filter(offset__lte=int(offset)) if offset.isdecimal() and len(offset) < 16 else found.none()
        return found, False


@admin.register(Deadline)
class DeadlineAdmin(Shown):
    staff = False
    named = _("deadline"), _("deadlines")
    words = WORDS
    list_display = ["kind", "log", moment("at", _("at")), "data"]
    shown = list_display
    list_select_related = ["log"]
    ordering = ["at"]
