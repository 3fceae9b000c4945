"""Show the names of rooms in templates."""

from typing import Any

from django import template
from django.utils.translation import gettext as _

from chat.services.rooms import LOUNGE

register = template.Library()


@register.filter
def shown_name(room: dict[str, Any]) -> str:
    """Return the room's name. The name of the lounge is translated until somebody renames it."""
    return _("Lounge") if room.get("lounge") and room["name"] == LOUNGE else str(room["name"])
