"""The app's configuration, and a system check of its settings."""

from typing import Any

import msgspec
from django.apps import AppConfig
from django.conf import settings
from django.core.checks import Error, register
from django.utils.translation import gettext_lazy as _

from realtime.limits import limits_of


class RealtimeConfig(AppConfig):
    name = "realtime"
    verbose_name = _("Log")
    default_auto_field = "django.db.models.BigAutoField"


@register
def limits_check(**_: Any) -> list[Error]:
    """Report unknown names and wrong values in REALTIME, so that no command starts with them."""
    try:
        limits_of(getattr(settings, "REALTIME", {}))
    except msgspec.ValidationError as error:
        return [Error(str(error), hint="docs/operating.md lists the limits", id="realtime.E001")]
    return []
