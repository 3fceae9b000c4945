"""The app's configuration for Django: its plugins, its deadlines and a system check."""

from django.apps import AppConfig
from django.core.checks import register
from django.utils.translation import gettext_lazy as _


class ChatConfig(AppConfig):
    name = "chat"
    verbose_name = _("Chat")
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        from accounts.plugin import AccountsPlugin
        from accounts.plugin import use as use_in_accounts
        from chat.plugin import ChatPlugin, questions_are_answered, use
        from chat.selectors import text_preview  # noqa: F401 - its method registers itself
        from chat.selectors.file_rights import is_gone_message, may_read_file
        from chat.selectors.invites import invites
        from chat.services import (
            closing,
            direct,
            emoji,  # noqa: F401 - its methods register themselves
            entrance,
            memberships,
            messages,
            pins,  # noqa: F401 - its methods register themselves
            posting,  # noqa: F401 - its method registers itself
            reactions,  # noqa: F401 - its method registers itself
            reading,  # noqa: F401
        )
        from chat.text import Text
        from files.plugin import FilesPlugin
        from files.plugin import use as use_in_files
        from realtime.workers.deadlines import DeadlineKind

        use(
            ChatPlugin(
                cards={"text": Text},
                snapshot={"invites": invites},
                deadlines={
                    "chat.purge": DeadlineKind(messages.revisions_purge),
                    "chat.room_purge": DeadlineKind(closing.purge_due),
                    "direct.joined": DeadlineKind(direct.joined_due),
                },
            )
        )
        use_in_accounts(AccountsPlugin(on_signup=entrance.account_enter, on_delete=memberships.leave_all_rooms))
        use_in_files(FilesPlugin(may_read=may_read_file, is_gone=is_gone_message))
        register(questions_are_answered)
