"""The admin page of people: links to their rooms, messages and sanctions, and the actions on them."""

from collections.abc import Iterable, Sequence
from typing import Any, Final

from django import forms
from django.contrib import admin
from django.utils.html import format_html_join
from django.utils.translation import gettext_lazy as _

from accounts.admin import PersonAdmin
from accounts.models import User
from chat.permissions import Rank
from moderation.admin.actions import RULES, AdminWithActions, OptionalReasonForm, ReasonForm, Rejected, action, for_each
from moderation.services import site
from realtime import Caller, RealtimeError, UserId
from realtime.storage.admin import listed

HOUR: Final = 60 * 60 * 1000
DURATIONS: Final = [
    (str(HOUR), _("an hour")),
    (str(24 * HOUR), _("a day")),
    (str(7 * 24 * HOUR), _("a week")),
    (str(30 * 24 * HOUR), _("30 days")),
    ("", _("Permanent")),
]
REMOVALS: Final = [
    ("none", _("keep their messages")),
    ("hour", _("delete the last hour's")),
    ("day", _("delete the last day's")),
    ("all", _("delete all")),
]


class SanctionForm(ReasonForm):
    """The form of a sanction on the whole site."""

    rule = forms.ChoiceField(label=_("Rule"), choices=RULES, initial="other")
    lasting = forms.ChoiceField(label=_("Duration"), choices=DURATIONS, initial=str(HOUR), required=False)


class BanForm(SanctionForm):
    lasting = forms.ChoiceField(label=_("Duration"), choices=DURATIONS, initial="", required=False)
    remove = forms.ChoiceField(label=_("Their messages"), choices=REMOVALS, initial="none")
    approval = forms.BooleanField(
        label=_("Require approval for new guests in the lounge (1 hour)"), initial=True, required=False
    )


def decide(kind: str) -> Any:
    def do(caller: Caller, people: Sequence[User], given: dict[str, Any]) -> Iterable[Rejected]:
        lasting = given.pop("lasting")
        duration_ms = int(lasting) if lasting else None
        for user in people:
            try:
                site.sanction_on_site(caller=caller, user=UserId(user.key), kind=kind, duration_ms=duration_ms, **given)
            except RealtimeError as error:
                yield user, error

    return do


def moderator(on: bool) -> Any:
    def do(caller: Caller, people: Sequence[User], given: dict[str, Any]) -> Iterable[Rejected]:
        for user in people:
            try:
                site.moderator_set(caller=caller, user=UserId(user.key), on=on, **given)
            except RealtimeError as error:
                yield user, error

    return do


admin.site.unregister(User)


@admin.register(User)
class PersonAdminWithActions(AdminWithActions, PersonAdmin):
    actions: Any = [
        action("mute", _("Mute on the site"), decide("mute"), SanctionForm),
        action("ban", _("Ban from the site"), decide("ban"), BanForm),
        action("pardon", _("Remove site sanctions"), for_each(site.person_pardon, "user"), OptionalReasonForm),
        action("make_moderator", _("Make moderator"), moderator(True), OptionalReasonForm, Rank.ADMIN),
        action("unmake_moderator", _("Remove moderator"), moderator(False), OptionalReasonForm, Rank.ADMIN),
    ]
    shown = [*PersonAdmin.shown, "more"]

    @admin.display(description=_("more"))
    def more(self, user: User) -> Any:
        filters = {"user__id__exact": user.pk}
        links = [
            listed("chat_membership", _("rooms"), **filters),
            listed("chat_message", _("messages"), author__id__exact=user.pk),
            listed("moderation_sanction", _("sanctions"), **filters),
            listed("moderation_audit", _("audit log"), **filters),
        ]
        return format_html_join(" · ", "{}", ((link,) for link in links))
