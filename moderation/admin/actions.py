"""Actions of the admin: chosen for the rows of a list, confirmed on a page of their own, and done row by row.

Each action calls one service. A row that the service refuses is reported, and the others are still done.
"""

from collections.abc import Callable, Iterable, Sequence
from typing import Any, Final

from django import forms
from django.contrib import messages
from django.contrib.admin.helpers import ACTION_CHECKBOX_NAME
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext

from accounts.selectors import caller_of, usable_rank_of
from chat.permissions import Rank
from moderation.services.audit import REASON_LENGTH
from realtime import Caller, RealtimeError
from realtime.storage.admin import ReadOnlyAdmin

ROWS_LIMIT: Final = 500
"""The greatest number of rows of an action."""
ERRORS_SHOWN: Final = 10
"""The greatest number of errors that are shown one by one."""
RULES: Final = [
    ("insult", _("insult")),
    ("spam", _("spam")),
    ("sexual", _("sexual content")),
    ("danger", _("threats or danger")),
    ("other", _("other")),
]
ERROR_TEXTS: Final = {
    "rank": _("you can't moderate someone of your rank or higher"),
    "forbidden": _("your rank is too low"),
    "already_done": _("already done"),
    "invite_ended": _("it has expired"),
    "removed": _("already deleted"),
    "stale": _("not deleted"),
    "undo_over": _("too late: the text is only kept for a day"),
    "not_found": _("not found"),
    "conflict": _("guests can't be moderators: they need an account"),
    "too_long": _("the reason is too long"),
}
Rejected = tuple[Any, RealtimeError]
Perform = Callable[[Caller, Sequence[Any], dict[str, Any]], Iterable[Rejected]]
"""`(caller, rows, values of the form) -> the rows that were refused, with their errors`"""


class ReasonForm(forms.Form):
    """The form of an action: the reason goes into the audit log."""

    reason = forms.CharField(
        label=_("Reason"), max_length=REASON_LENGTH, widget=forms.Textarea(attrs={"rows": 2, "cols": 60})
    )


class OptionalReasonForm(ReasonForm):
    """The form of an action that restricts nobody: the reason may be empty."""

    reason = forms.CharField(
        label=_("Reason"),
        max_length=REASON_LENGTH,
        required=False,
        widget=forms.Textarea(attrs={"rows": 2, "cols": 60}),
    )


def for_each(service: Callable[..., Any], name: str) -> Perform:
    """Return a function that calls the service once for each row, as the argument `name`."""

    def do(caller: Caller, rows: Sequence[Any], given: dict[str, Any]) -> Iterable[Rejected]:
        for row in rows:
            try:
                service(caller=caller, **{name: row}, **given)
            except RealtimeError as error:
                yield row, error

    return do


def action(name: str, title: Any, do: Perform, form: type[forms.Form] = ReasonForm, rank: Rank = Rank.MODERATOR) -> Any:
    """Return an admin action with a page that asks for confirmation, for staff of at least this rank."""

    def action(table: Any, request: HttpRequest, queryset: "QuerySet[Any]") -> HttpResponse | None:
        rows = list(queryset[: ROWS_LIMIT + 1])
        if len(rows) > ROWS_LIMIT:
            messages.error(request, _("At most %(most)d at once. Narrow the list.") % {"most": ROWS_LIMIT})
            return None
        filled = form(request.POST if "sure" in request.POST else None)
        if not filled.is_valid():
            return _page(table, request, rows, filled, name, title)
        user: Any = request.user
        caller = caller_of(user)
        if caller is not None:
            _report(request, title, len(rows), list(do(caller, rows, filled.cleaned_data)))
        return HttpResponseRedirect(request.get_full_path())

    action.__name__ = name
    action.short_description = title  # type: ignore[attr-defined]
    action.rank = rank  # type: ignore[attr-defined]
    return action


class AdminWithActions(ReadOnlyAdmin):
    """An admin page with actions for its list and for one row. Staff see the actions that their rank allows."""

    change_form_template = "moderation/admin_row.html"

    def get_actions(self, request: HttpRequest) -> dict[str, Any]:
        found: dict[str, Any] = super().get_actions(request)
        rank = usable_rank_of(request.user)  # type: ignore[arg-type]
        return {name: each for name, each in found.items() if rank >= getattr(each[0], "rank", Rank.MEMBER)}

    def change_view(self, request: HttpRequest, object_id: str, form_url: str = "", extra_context: Any = None) -> Any:
        actions = [(name, title) for _function, name, title in self.get_actions(request).values()]
        more = {"acts": actions, "checkbox": ACTION_CHECKBOX_NAME}
        return super().change_view(request, object_id, form_url, more)


def _page(
    table: Any, request: HttpRequest, rows: Sequence[Any], form: forms.Form, name: str, title: Any
) -> HttpResponse:
    context = {
        **table.admin_site.each_context(request),
        "title": title,
        "opts": table.opts,
        "form": form,
        "rows": rows,
        "media": table.media,
        "action": name,
        "checkbox": ACTION_CHECKBOX_NAME,
    }
    return render(request, "moderation/admin_act.html", context)


def _report(request: HttpRequest, title: Any, asked: int, rejected: Sequence[Rejected]) -> None:
    if done := asked - len(rejected):
        text = ngettext("%(act)s: %(n)d done.", "%(act)s: %(n)d done.", done)
        messages.success(request, text % {"act": title, "n": done})
    for row, error in rejected[:ERRORS_SHOWN]:
        messages.warning(request, f"{row}: {ERROR_TEXTS.get(str(error.args[0]), error.args[0])}")
    if len(rejected) > ERRORS_SHOWN:
        messages.warning(request, _("… and %(n)d more were refused.") % {"n": len(rejected) - ERRORS_SHOWN})
