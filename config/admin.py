"""The admin's site: who comes in at all. What is there, each app's `admin` says."""

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
    """The lists need the width of the sidebar, and one page of links is enough."""

    def register(self, model_or_iterable: Any, admin_class: Any = None, **options: Any) -> None:
        """Register only Parlor's tables, because django-allauth's would show secrets of two-step login in a form."""
        models = model_or_iterable if isinstance(model_or_iterable, Iterable) else [model_or_iterable]
        ours = [model for model in models if model._meta.app_label in OURS]
        super().register(ours, admin_class, **options)

    def has_permission(self, request: HttpRequest) -> bool:
        """Staff that may come in: not who is banned, nor who has yet to set up the second step."""
        user = request.user
        return isinstance(user, User) and user.is_staff and caller_of(user) is not None and not guards_unproven(user)

    def logout(self, request: HttpRequest, extra_context: Any = None) -> Any:
        """Use Parlor's own log-out, which ends the connections too."""
        return redirect("account_logout")

    def password_change(self, request: HttpRequest, extra_context: Any = None) -> Any:
        """Use Parlor's own page, which counts attempts and ends the other log-ins."""
        return redirect("account_change_password")
