"""The app's configuration for Django: its deadline, its part in deleting accounts, and the check of FILE_LIMITS."""

from typing import Any

import msgspec
from django.apps import AppConfig
from django.conf import settings
from django.core.checks import Error, register
from django.utils.translation import gettext_lazy as _

from files.limits import limits_of


class FilesConfig(AppConfig):
    name = "files"
    verbose_name = _("Files")
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        from accounts.plugin import AccountsPlugin
        from accounts.plugin import use as use_in_accounts
        from files.backups import FilesInBackups
        from files.services import (
            avatars,  # noqa: F401 - its method registers itself
            deletion,
        )
        from realtime.storage.backups.companions import with_backup
        from realtime.workers.deadlines import deadline

        with_backup(FilesInBackups())
        deadline("files.expire")(deletion.expire_due)
        use_in_accounts(AccountsPlugin(on_delete=deletion.files_of_person_delete))


@register
def limits_check(**_: Any) -> list[Error]:
    """Return an error for an unknown name or a wrong type in FILE_LIMITS (a system check of Django)."""
    try:
        limits_of(getattr(settings, "FILE_LIMITS", {}))
    except msgspec.ValidationError as error:
        return [Error(str(error), hint="docs/operating.md lists the limits of files", id="files.E001")]
    return []
