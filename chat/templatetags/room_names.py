"""The name that a room is shown under."""

from typing import Any

from django import template
from django.utils.translation import gettext as _

from chat.services.rooms import LOUNGE

register = template.Library()


@register.filter
def shown_name(room: dict[str, Any]) -> str:
    """Return the room's name; the lounge has one in each language until somebody renames it."""
    return _("Lounge") if room.get("lounge") and room["name"] == LOUNGE else str(room["name"])
