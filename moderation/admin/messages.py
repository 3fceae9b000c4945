"""The admin page of messages. Actions change a message, never a form."""

from collections.abc import Iterable, Sequence
from typing import Any, Final

import msgspec
from django import forms
from django.contrib import admin
from django.db.models import Q, QuerySet
from django.http import HttpRequest
from django.urls import reverse
from django.utils.html import format_html
from django.utils.translation import gettext_lazy as _

from accounts.models import User
from accounts.names import fold
from chat.models import Message, Revision, Room
from chat.selectors.messages import visible
from moderation.admin.actions import RULES, AdminWithActions, OptionalReasonForm, ReasonForm, Rejected, action
from moderation.admin.rooms import person
from moderation.admin.visible_rooms import COLUMN_NAMES, VisibleRoomsMixin
from moderation.services import site
from realtime import Caller, Scopes
from realtime.storage.admin import at, listed, moment, page, short

SEARCH_LIMIT: Final = 50
"""The greatest number of people, and of rooms, that a search word finds."""
HOSTS: Final[Scopes] = frozenset({"host", "member"})


class DeleteForm(ReasonForm):
    rule = forms.ChoiceField(label=_("Rule"), choices=RULES, initial="other")


def delete(caller: Caller, messages: Sequence[Message], given: dict[str, Any]) -> Iterable[Rejected]:
    return site.messages_delete_each(caller=caller, messages=messages, **given)


def restore(caller: Caller, messages: Sequence[Message], given: dict[str, Any]) -> Iterable[Rejected]:
    return site.messages_restore_each(caller=caller, messages=messages, **given)


class RemovedFilter(admin.SimpleListFilter):
    title = _("state")
    parameter_name = "removed"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, Any]]:
        return [("no", _("not deleted")), ("yes", _("deleted"))]

    def queryset(self, request: HttpRequest, queryset: "QuerySet[Any]") -> "QuerySet[Any]":
        value = self.value()
        return queryset.filter(removed_at__isnull=value == "no") if value in {"no", "yes"} else queryset


def text_of(kind: str, data: str | None) -> str:
    """Return a message as plain text; of a rich message, its kind and data."""
    if data is None:
        return ""
    found = msgspec.json.decode(data)
    return str(found["text"]) if kind == "text" else f"{kind}: {data}"


@admin.register(Message)
class MessageAdmin(VisibleRoomsMixin, AdminWithActions):
    named = _("message"), _("messages")
    words = COLUMN_NAMES
    room = "log__room"
    actions: Any = [
        action("delete_lines", _("Delete messages"), delete, DeleteForm),
        action("restore_lines", _("Restore deleted messages"), restore, OptionalReasonForm),
    ]
    list_display = ["place", "by", "where", "said", "state", moment("at", _("at"))]
    list_filter = [RemovedFilter]
    list_select_related = ["author", "log__room", "removed_by"]
    search_fields = ["pk"]  # shows the search field; `get_search_results` searches
    search_help_text = _("Start of the author's name, part of the room name, or a key")
    ordering = ["-pk"]
    shown: Any = [
        "place",
        "by",
        "where",
        "whole",
        "was",
        "state",
        moment("at", _("at")),
        moment("edited_at", _("edited")),
        "audience",
        "touched",
        "in_log",
    ]

    def get_queryset(self, request: HttpRequest) -> "QuerySet[Any]":
        """Return the rows: for a superuser all, for other staff those that the hosts of the room see."""
        rows = super().get_queryset(request)
        user: Any = request.user
        return rows if user.is_superuser else rows.filter(visible(HOSTS))

    @admin.display(description=_("place"))
    def place(self, message: Message) -> str:
        return f"@{message.offset}"

    @admin.display(description=_("by"))
    def by(self, message: Message) -> str:
        return person(message, "author")

    @admin.display(description=_("room"))
    def where(self, message: Message) -> str:
        return page("chat_room", message.log.room.pk, message.log.room.name)

    @admin.display(description=_("text"))
    def said(self, message: Message) -> str:
        return short(text_of(message.kind, message.data))

    @admin.display(description=_("text"))
    def whole(self, message: Message) -> str:
        return format_html('<div class="said">{}</div>', text_of(message.kind, message.data))

    @admin.display(description=_("previous text"))
    def was(self, message: Message) -> str:
        """Return the earlier texts, which are kept for a day."""
        kept = Revision.objects.filter(log=message.log_id, offset=message.offset).order_by("pk")
        texts = "\n".join(f"{at(row.at)}  {text_of(message.kind, row.data)}" for row in kept)
        return format_html('<div class="said">{}</div>', texts) if texts else "–"

    @admin.display(description=_("state"))
    def state(self, message: Message) -> Any:
        if message.removed_at is None:
            return _("edited") if message.edited_at else ""
        by = message.removed_by.name if message.removed_by else "–"
        return _("deleted by %(name)s, %(at)s") % {"name": by, "at": at(message.removed_at)}

    @admin.display(description=_("in the room"))
    def in_log(self, message: Message) -> str:
        address = reverse("line", kwargs={"key": message.log.key, "o": message.offset})
        events = listed("realtime_event", _("events up to here"), q=f"{message.log.key}@{message.touched}")
        return format_html('<a href="{}">{}</a> · {}', address, address, events)

    def get_search_results(
        self, request: HttpRequest, queryset: "QuerySet[Any]", search_term: str
    ) -> tuple["QuerySet[Any]", bool]:
        """Find the people and rooms of each word first, so that an index finds the messages."""
        for word in search_term.split():
            folded = Q(name_folded__startswith=fold(word)) | Q(key=word)
            people = list(User.objects.filter(folded).values_list("pk", flat=True)[:SEARCH_LIMIT])
            named = Q(name__icontains=word) | Q(log__key=word)
            rooms = list(Room.objects.filter(named).values_list("log", flat=True)[:SEARCH_LIMIT])
            queryset = queryset.filter(Q(author__in=people) | Q(log__in=rooms))
        return queryset, False
