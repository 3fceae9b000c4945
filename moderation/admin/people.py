"""People, with what they have said, where they are and what stands against them; and what may be done about it."""

from collections.abc import Iterable, Sequence
from typing import Any, Final

from django import forms
from django.contrib import admin
from django.utils.html import format_html_join
from django.utils.translation import gettext_lazy as _

from accounts.admin import PersonAdmin
from accounts.models import User
from chat.permissions import Rank
from moderation.admin.actions import RULES, AdminWithActions, OptionalReasonForm, ReasonForm, Refused, act, each
from moderation.services import site
from realtime import Caller, RealtimeError, UserId
from realtime.storage.admin import listed

HOUR: Final = 60 * 60 * 1000
LASTING: Final = [
    (str(HOUR), _("an hour")),
    (str(24 * HOUR), _("a day")),
    (str(7 * 24 * HOUR), _("a week")),
    (str(30 * 24 * HOUR), _("30 days")),
    ("", _("Permanent")),
]
REMOVED: Final = [
    ("none", _("keep their messages")),
    ("hour", _("delete the last hour's")),
    ("day", _("delete the last day's")),
    ("all", _("delete all")),
]


class Against(ReasonForm):
    """A decision about people on the whole site."""

    rule = forms.ChoiceField(label=_("Rule"), choices=RULES, initial="other")
    lasting = forms.ChoiceField(label=_("Duration"), choices=LASTING, initial=str(HOUR), required=False)


class Banned(Against):
    lasting = forms.ChoiceField(label=_("Duration"), choices=LASTING, initial="", required=False)
    remove = forms.ChoiceField(label=_("Their messages"), choices=REMOVED, initial="none")
    approval = forms.BooleanField(
        label=_("Require approval for new guests in the lounge (1 hour)"), initial=True, required=False
    )


def decide(kind: str) -> Any:
    def do(caller: Caller, people: Sequence[User], given: dict[str, Any]) -> Iterable[Refused]:
        lasting = given.pop("lasting")
        duration_ms = int(lasting) if lasting else None
        for user in people:
            try:
                site.sanction_on_site(caller=caller, user=UserId(user.key), kind=kind, duration_ms=duration_ms, **given)
            except RealtimeError as refusal:
                yield user, refusal

    return do


def moderator(on: bool) -> Any:
    def do(caller: Caller, people: Sequence[User], given: dict[str, Any]) -> Iterable[Refused]:
        for user in people:
            try:
                site.moderator_set(caller=caller, user=UserId(user.key), on=on, **given)
            except RealtimeError as refusal:
                yield user, refusal

    return do


admin.site.unregister(User)


@admin.register(User)
class ActedPersonAdmin(AdminWithActions, PersonAdmin):
    actions: Any = [
        act("mute", _("Mute on the site"), decide("mute"), Against),
        act("ban", _("Ban from the site"), decide("ban"), Banned),
        act("pardon", _("Remove site sanctions"), each(site.person_pardon, "user"), OptionalReasonForm),
        act("make_moderator", _("Make moderator"), moderator(True), OptionalReasonForm, Rank.ADMIN),
        act("unmake_moderator", _("Remove moderator"), moderator(False), OptionalReasonForm, Rank.ADMIN),
    ]
    shown = [*PersonAdmin.shown, "more"]

    @admin.display(description=_("more"))
    def more(self, user: User) -> Any:
        who = {"user__id__exact": user.pk}
        links = [
            listed("chat_membership", _("rooms"), **who),
            listed("chat_message", _("messages"), author__id__exact=user.pk),
            listed("moderation_sanction", _("sanctions"), **who),
            listed("moderation_audit", _("audit log"), **who),
        ]
        return format_html_join(" · ", "{}", ((link,) for link in links))
