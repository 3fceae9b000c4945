"""The app's name for Django, and the deadlines it handles."""

from django.apps import AppConfig


class ChatConfig(AppConfig):
    name = "chat"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        from chat.services.messages import revisions_purge
        from realtime.clock import deadline

        deadline("chat.purge")(revisions_purge)
