"""The base class of admin pages: rows are read-only, and long tables are never counted."""

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from functools import cached_property
from typing import Any, Final

from django.contrib import admin
from django.core.paginator import Paginator
from django.http import HttpRequest
from django.urls import reverse
from django.utils.html import format_html
from django.utils.http import urlencode
from django.utils.text import Truncator

MAX_LISTED_ROWS: Final = 1000
"""A list counts and shows at most this many rows. A search or a filter finds older ones."""


class BoundedPaginator(Paginator):  # type: ignore[type-arg]
    """Counts at most `MAX_LISTED_ROWS`, and shows no more."""

    counted = MAX_LISTED_ROWS

    @cached_property
    def count(self) -> int:
        rows: Any = self.object_list
        return int(rows.order_by()[:MAX_LISTED_ROWS].count())


class ReadOnlyAdmin(admin.ModelAdmin):  # type: ignore[type-arg]
    """An admin page without forms. The labels are here, because in the model each would need a migration."""

    staff = True
    """True if staff who are not superusers may see the page."""
    named: tuple[Any, Any] | None = None
    """The name of a row, and its plural."""
    words: Mapping[str, Any] = {}
    """The labels of the columns."""
    shown: Sequence[Any] = ()
    """The fields of a row's page: columns, methods, functions."""
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
    """Return a column for a time in ms UTC."""

    @admin.display(description=description, ordering=name)
    def shown(row: Any) -> str:
        return at(getattr(row, name))

    shown.__name__ = f"{name}_shown"
    return shown


def at(ms: int | None) -> str:
    """Return `2026-08-01 12:00:00` in UTC, `–` for no time, and `∞` for a time after the year 9999."""
    if not ms:
        return "–"
    try:
        return f"{datetime.fromtimestamp(ms / 1000, UTC):%Y-%m-%d %H:%M:%S}"
    except (ValueError, OverflowError):
        return "∞"


def listed(model: str, text: Any, **filters: Any) -> str:
    """Return a link to a filtered list of the admin."""
    return format_html('<a href="{}?{}">{}</a>', reverse(f"admin:{model}_changelist"), urlencode(filters), text)


def page(model: str, pk: Any, text: Any) -> str:
    """Return a link to a row's page in the admin."""
    return format_html('<a href="{}">{}</a>', reverse(f"admin:{model}_change", args=[pk]), text)


def short(text: str, most: int = 160) -> str:
    return Truncator(text).chars(most)
