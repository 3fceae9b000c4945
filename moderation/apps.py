"""The app's configuration, and its plugin for chat."""

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class ModerationConfig(AppConfig):
    name = "moderation"
    verbose_name = _("Moderation")
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        from accounts.plugin import AccountsPlugin
        from accounts.plugin import use as use_in_accounts
        from chat.plugin import ChatPlugin, use
        from moderation import pages
        from moderation.selectors import live  # noqa: F401 - its method registers itself
        from moderation.selectors.posting import may_change, may_post
        from moderation.selectors.sanctions import own_sanctions
        from moderation.selectors.undone import undone_moderation
        from moderation.services import (
            appeals,  # noqa: F401 - the methods of this module register themselves
            audit,
            devices,
            effects,
            removal,
            reports,  # noqa: F401
            rules,
            sanctions,  # noqa: F401
        )
        from realtime.storage.backups.undone import on_restore
        from realtime.workers.deadlines import DeadlineKind

        use(
            ChatPlugin(
                # The kinds keep the names of the release before: its processes schedule and handle them too.
                deadlines={
                    "chat.remove": DeadlineKind(removal.remove_due),
                    "chat.bring_back": DeadlineKind(removal.restore_due),
                    "chat.calm": DeadlineKind(rules.calm_due),
                    "chat.put_out": DeadlineKind(effects.site_ban_due, revokes=True),
                },
                may_post=may_post,
                may_change=may_change,
                may_join=devices.may_join,
                join_terms=devices.join_terms,
                own_sanctions=own_sanctions,
                audit=audit.audit_write,
                ban_page=pages.ban_page,
            )
        )
        on_restore(undone_moderation)
        use_in_accounts(AccountsPlugin(on_browser=devices.device_add))
