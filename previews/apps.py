"""The app's configuration: previews follow each change of a message."""

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class PreviewsConfig(AppConfig):
    name = "previews"
    verbose_name = _("Link previews")
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        from chat.plugin import ChatPlugin, use
        from previews import services  # noqa: F401 - registers its method
        from previews.hooks import messages_changed

        use(ChatPlugin(message_changed=[messages_changed]))
