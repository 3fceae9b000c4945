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
    """one page of links is enough, and the lists need the width"""

    def register(self, model_or_iterable: Any, admin_class: Any = None, **options: Any) -> None:
        """Our own tables only: django-allauth's would show the secrets of the second step in a form."""
        models = model_or_iterable if isinstance(model_or_iterable, Iterable) else [model_or_iterable]
        ours = [model for model in models if model._meta.app_label in OURS]
        super().register(ours, admin_class, **options)

    def has_permission(self, request: HttpRequest) -> bool:
        """Staff that may come in: not who is banned, nor who has yet to set up the second step."""
        user = request.user
        return isinstance(user, User) and user.is_staff and caller_of(user) is not None and not guards_unproven(user)

    def logout(self, request: HttpRequest, extra_context: Any = None) -> Any:
        """Our own log-out ends the connections too."""
        return redirect("account_logout")

    def password_change(self, request: HttpRequest, extra_context: Any = None) -> Any:
        """Our own page counts the tries and ends the other log-ins."""
        return redirect("account_change_password")
