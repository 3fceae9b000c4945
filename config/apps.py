"""Use our admin site in place of Django's."""

from django.contrib.admin.apps import AdminConfig


class ParlorAdminConfig(AdminConfig):
    default_site = "config.admin.ParlorAdmin"
