"""The admin's site: who comes in at all. What is there, each app's `admin` says."""

from django.contrib.admin import AdminSite
from django.http import HttpRequest

from accounts.models import User
from accounts.selectors import caller_of


class ParlorAdmin(AdminSite):
    enable_nav_sidebar = False
    """one page of links is enough, and the lists need the width"""

    def has_permission(self, request: HttpRequest) -> bool:
        """Staff that may come in: not who is banned."""
        user = request.user
        return isinstance(user, User) and user.is_staff and caller_of(user) is not None
