"""The app's name for Django, and what the server says for it when it starts."""

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class AccountsConfig(AppConfig):
    name = "accounts"
    verbose_name = _("Accounts")
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        from accounts import selectors, services, setup
        from realtime.backups.former import on_logins_end, on_restore
        from realtime.server.greeting import greets

        greets(setup.greeting)
        on_logins_end(services.logins_end_all)
        on_restore(selectors.undone_accounts)
