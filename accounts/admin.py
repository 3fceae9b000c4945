"""List people in Django admin. The app `moderation` adds actions (moderation/admin/people.py)."""

from typing import Any

from django.contrib import admin
from django.contrib.auth.hashers import UNUSABLE_PASSWORD_PREFIX
from django.db.models import Q, QuerySet
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

from accounts.models import User
from accounts.names import fold
from realtime.log import now_ms
from realtime.storage.admin import ReadOnlyAdmin, moment


class WhoFilter(admin.SimpleListFilter):
    title = _("type")
    parameter_name = "who"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, Any]]:
        return [
            ("guest", _("guests")),
            ("account", _("with an account")),
            ("moderator", _("moderators")),
            ("staff", _("staff")),
            ("admin", _("admins")),
            ("muted", _("muted on the site")),
            ("banned", _("banned from the site")),
        ]

    def queryset(self, request: HttpRequest, queryset: "QuerySet[Any]") -> "QuerySet[Any]":
        now = now_ms()
        guest = Q(password__startswith=UNUSABLE_PASSWORD_PREFIX)
        condition = {
            "guest": guest,
            "account": ~guest,
            "moderator": Q(is_moderator=True),
            "staff": Q(is_staff=True),
            "admin": Q(is_superuser=True),
            "muted": Q(muted_until__gt=now),
            "banned": Q(banned_until__gt=now),
        }.get(self.value() or "")
        return queryset if condition is None else queryset.filter(condition)


class SeenFilter(admin.SimpleListFilter):
    title = _("last seen")
    parameter_name = "seen"
    days = {"day": 1, "week": 7, "month": 30}

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, Any]]:
        return [
            ("day", _("today or yesterday")),
            ("week", _("this week")),
            ("month", _("this month")),
            ("ago", _("earlier")),
        ]

    def queryset(self, request: HttpRequest, queryset: "QuerySet[Any]") -> "QuerySet[Any]":
        day = 24 * 60 * 60 * 1000
        if self.value() == "ago":
            return queryset.filter(seen_at__lt=now_ms() - 30 * day)
        days = self.days.get(self.value() or "")
        return queryset.filter(seen_at__gte=now_ms() - days * day) if days else queryset


@admin.register(User)
class PersonAdmin(ReadOnlyAdmin):
    """The list of people is read-only: names belong to their owners, and recorded actions change ranks."""

    named = _("user"), _("users")
    words = {"name": _("name"), "key": _("key"), "rev": _("revision"), "is_active": _("can log in")}
    list_display = ["name", "face_shown", "rank", "guest", "against", moment("seen_at", _("last seen")), "key"]
    list_filter = [WhoFilter, SeenFilter]
    search_fields = ["pk"]  # shows the search field; `get_search_results` does the search
    search_help_text = _("Name or key")
    ordering = ["-seen_at"]
    shown: Any = [
        "name",
        "key",
        "face_shown",
        "rank",
        "guest",
        "against",
        moment("created_at", _("joined")),
        moment("seen_at", _("last seen")),
        "is_active",
        "rev",
    ]

    @admin.display(description=_("face"))
    def face_shown(self, user: User) -> str:
        return user.face or "–"

    @admin.display(description=_("rank"))
    def rank(self, user: User) -> Any:
        return _("admin") if user.is_superuser else _("moderator") if user.is_moderator else "–"

    @admin.display(description=_("guest"), boolean=True)
    def guest(self, user: User) -> bool:
        return not user.has_usable_password()

    @admin.display(description=_("Site status"))
    def against(self, user: User) -> Any:
        now = now_ms()
        return _("banned") if user.banned_until > now else _("muted") if user.muted_until > now else "–"

    def get_search_results(
        self, request: HttpRequest, queryset: "QuerySet[Any]", search_term: str
    ) -> tuple["QuerySet[Any]", bool]:
        term = search_term.strip()
        found = queryset.filter(Q(name_folded__startswith=fold(term)) | Q(key=term)) if term else queryset
        return found, False
