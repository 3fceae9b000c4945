"""The app's configuration for Django, the check of QUOTAS, and its part of the startup banner."""

from typing import Any

import msgspec
from django.apps import AppConfig
from django.conf import settings
from django.core.checks import Error, register
from django.utils.translation import gettext_lazy as _

from accounts.quotas import quotas_of


class AccountsConfig(AppConfig):
    name = "accounts"
    verbose_name = _("Accounts")
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        from accounts import selectors, setup
        from accounts.services import logins
        from realtime.server.startup_banner import adds_banner_pages
        from realtime.storage.backups.undone import on_end_logins, on_restore

        adds_banner_pages(setup.greeting)
        on_end_logins(logins.logins_end_all)
        on_restore(selectors.undone_accounts)


@register
def quotas_check(**_: Any) -> list[Error]:
    """Return an error for an unknown name or a wrong type in QUOTAS (a system check of Django)."""
    try:
        quotas_of(getattr(settings, "QUOTAS", {}))
    except msgspec.ValidationError as error:
        return [Error(str(error), hint="docs/operating.md lists the quotas", id="accounts.E001")]
    return []
