"""The app's name for Django, and the deadlines it handles."""

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class ChatConfig(AppConfig):
    name = "chat"
    verbose_name = _("Chat")
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        from accounts.registry import farewell, newcomer
        from chat.services import closing, direct, entrance, memberships, messages
        from realtime.workers.deadlines import deadline

        newcomer(entrance.account_enter)
        farewell(memberships.farewell)
        deadline("chat.purge")(messages.revisions_purge)
        deadline("chat.room_purge")(closing.purge_due)
        deadline("direct.joined")(direct.joined_due)
