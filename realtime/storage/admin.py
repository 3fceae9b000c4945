"""The base of every admin page: rows are read, never typed, and long tables are never counted."""

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

COUNTED: Final = 1000
"""rows that a list counts and pages through; further back leads a search or a filter"""


class BoundedPaginator(Paginator):  # type: ignore[type-arg]
    """Counts up to `COUNTED` and shows no more."""

    counted = COUNTED

    @cached_property
    def count(self) -> int:
        rows: Any = self.object_list
        return int(rows.order_by()[:COUNTED].count())


class ReadOnlyAdmin(admin.ModelAdmin):  # type: ignore[type-arg]
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
