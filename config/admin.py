"""The site of Django admin, and who may use it. Each app registers its own tables."""

from collections.abc import Iterable
from typing import Any, Final

from django.contrib.admin import AdminSite
from django.http import HttpRequest
from django.shortcuts import redirect

from accounts.models import User
from accounts.selectors import caller_of, guards_unproven

OURS: Final = {"accounts", "chat", "game", "moderation", "realtime"}


class ParlorAdmin(AdminSite):
    enable_nav_sidebar = False
    """The sidebar is off: lists need its width, and the index has the same links."""

    def register(self, model_or_iterable: Any, admin_class: Any = None, **options: Any) -> None:
        """Register only Parlor's tables, because django-allauth's would show secrets of two-step login in a form."""
        models = model_or_iterable if isinstance(model_or_iterable, Iterable) else [model_or_iterable]
        ours = [model for model in models if model._meta.app_label in OURS]
        super().register(ours, admin_class, **options)

    def has_permission(self, request: HttpRequest) -> bool:
        """Return whether the user is staff, active and not banned, and has two-step login if it is required."""
        user = request.user
        return isinstance(user, User) and user.is_staff and caller_of(user) is not None and not guards_unproven(user)

    def logout(self, request: HttpRequest, extra_context: Any = None) -> Any:
        """Redirect to Parlor's log-out, which also ends the connections."""
        return redirect("account_logout")

    def password_change(self, request: HttpRequest, extra_context: Any = None) -> Any:
        """Redirect to Parlor's page, which counts attempts and ends other log-ins."""
        return redirect("account_change_password")
