"""The app's name for Django, and the deadlines it handles."""

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class ChatConfig(AppConfig):
    name = "chat"
    verbose_name = _("Chat")
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        from accounts.registry import browser, farewell, newcomer
        from chat.selectors import live  # noqa: F401 - its method registers itself
        from chat.selectors.undone import undone_moderation
        from chat.services import closing, devices, direct, entrance, memberships, messages, removal, rules, sanctions
        from realtime.storage.backups.undone import on_restore
        from realtime.workers.deadlines import deadline

        on_restore(undone_moderation)
        newcomer(entrance.account_enter)
        farewell(memberships.farewell)
        browser(devices.device_follow)
        deadline("chat.purge")(messages.revisions_purge)
        deadline("chat.room_purge")(closing.purge_due)
        deadline("chat.remove")(removal.remove_due)
        deadline("chat.bring_back")(removal.restore_due)
        deadline("chat.calm")(rules.calm_due)
        deadline("direct.joined")(direct.joined_due)
        deadline("chat.put_out", narrows=True)(sanctions.put_out_due)
