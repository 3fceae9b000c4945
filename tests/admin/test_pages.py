"""Every page of the admin: who may look, that nothing is typed, and what a long table costs."""

from collections.abc import Callable
from typing import Any

import pytest
from django.contrib import admin
from django.contrib.admin.models import LogEntry
from django.db.models import Model, QuerySet
from django.test import Client
from django.urls import reverse

from accounts.models import User
from chat.models import Invite, Membership, Message, Room
from game.models import Match, Seat
from moderation.models import Audit, Report, Sanction
from realtime.models import Deadline, Event, Log
from realtime.types import LogKey
from tests.actions import act, post, room
from tests.admin.conftest import Come
from tests.queries import queries

pytestmark = pytest.mark.django_db
OURS = [User, Room, Membership, Invite, Message, Sanction, Report, Audit, Match, Seat, Log, Event, Deadline]
FOR_SUPERUSERS = [Log, Event, Deadline]
CHANGES = ["add", "change", "delete"]


def address(model: type[Model], page: str, *args: Any) -> str:
    return reverse(f"admin:{model._meta.app_label}_{model._meta.model_name}_{page}", args=args)


@pytest.fixture
def superuser(come: Come) -> Client:
    return come("superuser")


def test_every_table_of_ours_is_there_and_no_other() -> None:
    assert set(admin.site._registry) == set(OURS)
    assert LogEntry not in admin.site._registry  # acts are in the audit


@pytest.mark.parametrize("model", OURS)
@pytest.mark.parametrize("language", ["en", "zh-hans"])
def test_list_search_and_row_of_every_table(
    superuser: Client, lived: LogKey, model: type[Model], language: str, settings: Any
) -> None:
    superuser.cookies[settings.LANGUAGE_COOKIE_NAME] = language
    row = model._default_manager.first()
    assert row is not None
    for page in (address(model, "changelist"), address(model, "change", row.pk)):
        assert superuser.get(page).status_code == 200
    assert superuser.get(address(model, "changelist"), {"q": "Ann 12@ x"}).status_code == 200
    assert superuser.get(reverse("admin:index")).status_code == 200


@pytest.mark.parametrize("model", OURS)
def test_admin_has_no_editable_field(superuser: Client, lived: LogKey, model: type[Model]) -> None:
    row = model._default_manager.first()
    assert row is not None
    assert superuser.get(address(model, "add")).status_code == 403
    for page in ("change", "delete"):
        assert superuser.post(address(model, page, row.pk), {"data": "x"}).status_code == 403
    assert superuser.get(address(model, "delete", row.pk)).status_code == 403
    listed = {"action": "delete_selected", "_selected_action": row.pk, "post": "yes"}
    superuser.post(address(model, "changelist"), listed)
    assert model._default_manager.filter(pk=row.pk).exists()


@pytest.mark.parametrize("model", [Log, Event])
def test_no_form_touches_the_log(superuser: Client, lived: LogKey, model: type[Model]) -> None:
    table = admin.site._registry[model]
    request = superuser.get(address(model, "changelist")).wsgi_request
    assert table.get_actions(request) == {}
    assert [name for name in CHANGES if getattr(table, f"has_{name}_permission")(request)] == []
    assert table.list_editable == ()
    assert list(table.inlines) == []
    row = model._default_manager.first()
    assert row is not None
    page = superuser.get(address(model, "change", row.pk))
    assert page.context["adminform"].form.fields == {}


@pytest.mark.parametrize("rank", ["moderator", "staff"])
@pytest.mark.parametrize("model", OURS)
def test_staff_looks_but_not_into_the_log(come: Come, lived: LogKey, rank: str, model: type[Model]) -> None:
    expected = 403 if model in FOR_SUPERUSERS else 200
    assert come(rank).get(address(model, "changelist")).status_code == expected


@pytest.mark.parametrize("model", [Room, Membership, Invite, Message, Match])
def test_private_rooms_are_shown_to_superusers_only(
    come: Come, host: Any, ann: Any, model: type[Model], superuser: Client
) -> None:
    hidden = room(host, ann, public=False, name="Cellar")
    act(host, "match.create", room=hidden, game="four")
    tables: dict[type[Model], QuerySet[Any]] = {
        Room: Room.objects.filter(log__key=hidden),
        Membership: Membership.objects.filter(room__log__key=hidden),
        Invite: Invite.objects.filter(room__log__key=hidden),
        Message: Message.objects.filter(log__key=hidden),
        Match: Match.objects.filter(log__key=hidden),
    }
    pk = tables[model].values_list("pk", flat=True)[0]
    assert superuser.get(address(model, "change", pk)).status_code == 200
    assert come("moderator").get(address(model, "change", pk)).status_code == 302  # "perhaps it was deleted"


def test_line_for_one_person_alone_is_not_for_moderators(come: Come, ann: Any, key: LogKey) -> None:
    o = post(ann, key, "psst")
    line = Message.objects.get(log__key=key, offset=o)
    moderator = come("moderator")
    assert b"psst" in moderator.get(address(Message, "changelist")).content
    Message.objects.filter(pk=line.pk).update(audience=f" u:{ann.id} ")
    assert b"psst" not in moderator.get(address(Message, "changelist")).content


@pytest.mark.parametrize("page", ["admin:index", "admin:chat_message_changelist", "admin:realtime_event_changelist"])
def test_admin_is_closed_to_others(come: Come, page: str) -> None:
    answer = Client().get(reverse(page))
    assert answer.status_code == 302
    assert "login" in answer["Location"]
    assert come("account").get(reverse(page)).status_code == 404


def test_banned_staff_cannot_open_the_admin(superuser: Client) -> None:
    assert superuser.get(reverse("admin:index")).status_code == 200
    User.objects.update(banned_until=2**53 - 1)
    assert superuser.get(reverse("admin:index")).status_code == 302


def test_text_is_shown_as_text(superuser: Client, lived: LogKey) -> None:
    line = Message.objects.get(data__contains="loud")
    for page in (address(Message, "changelist"), address(Message, "change", line.pk)):
        shown = superuser.get(page).content.decode()
        assert "&lt;b&gt;loud&lt;/b&gt;" in shown
        assert "<b>loud" not in shown


def test_removed_line_shows_what_it_said_while_that_is_known(superuser: Client, lived: LogKey) -> None:
    line = Message.objects.exclude(removed_at=None).get()
    assert "an advert" not in superuser.get(address(Message, "changelist")).content.decode()
    assert "an advert" in superuser.get(address(Message, "change", line.pk)).content.decode()


def test_report_shows_the_lines_around(superuser: Client, lived: LogKey) -> None:
    report = Report.objects.get()
    shown = superuser.get(address(Report, "change", report.pk)).content.decode()
    assert f"@{report.offset}" in shown
    assert "&lt;b&gt;loud&lt;/b&gt;" in shown
    assert "an advert" in shown


def test_no_page_has_the_secrets_of_people_and_links(superuser: Client, lived: LogKey) -> None:
    user, invite = User.objects.get(name="Ann"), Invite.objects.get()
    User.objects.filter(pk=user.pk).update(device="d" * 64, password="secret-hash")
    for model, row in ((User, user), (Invite, invite)):
        for page in (address(model, "changelist"), address(model, "change", row.pk)):
            shown = superuser.get(page).content.decode()
            assert [word for word in ("d" * 64, "secret-hash", invite.code) if word in shown] == []


def test_filters_and_searches_find(superuser: Client, lived: LogKey) -> None:
    def found(model: type[Model], **asked: str) -> int:
        return int(superuser.get(address(model, "changelist"), asked).context["cl"].result_count)

    assert found(User, q="an") == 1
    assert found(User, who="guest", seen="day") == 2
    assert found(User, who="banned") == 0
    assert found(Message, q="kitchen ann") == 2
    assert found(Message, q="ann", removed="yes") == 1
    assert found(Event, q=f"{lived}@3") == 3
    assert found(Event, kind="sanction.made") == 2
    assert found(Event, kind="sanction.made", log__id__exact=str(Log.objects.get(key=lived).pk)) == 2
    assert found(Event, q="nothing") == found(Event, q=f"{lived}@x") == 0
    assert found(Sanction, force="yes", q="Ann", place="room") == 1
    assert found(Audit, did="message.delete") == 1
    assert found(Invite, stands="yes") == 1


LONG = 10_000


@pytest.mark.parametrize("asked", [{}, {"q": "Host"}, {"q": "Kitchen"}, {"removed": "no"}, {"p": "5"}])
def test_long_list_of_lines_costs_as_much_as_a_short_one(
    superuser: Client, key: LogKey, grown: Callable[[LogKey, int], None], asked: dict[str, str]
) -> None:
    check_long(superuser, key, grown, Message, asked)


@pytest.mark.parametrize("asked", [{}, {"q": "{key}"}, {"q": "{key}@5000"}, {"kind": "message.posted"}, {"p": "5"}])
def test_long_list_of_events_costs_as_much_as_a_short_one(
    superuser: Client, key: LogKey, grown: Callable[[LogKey, int], None], asked: dict[str, str]
) -> None:
    check_long(superuser, key, grown, Event, {name: value.format(key=key) for name, value in asked.items()})


def check_long(
    superuser: Client, key: LogKey, grown: Callable[[LogKey, int], None], model: type[Model], asked: dict[str, str]
) -> None:
    asked_for = {name: value for name, value in asked.items() if name != "p"}
    superuser.get(address(model, "changelist"), asked_for)
    with queries() as short:
        superuser.get(address(model, "changelist"), asked_for)
    grown(key, LONG)
    with queries() as long:
        page = superuser.get(address(model, "changelist"), asked)
    assert page.status_code == 200
    assert len(long) <= len(short)
    unbounded = [sql for sql in long if "COUNT(" in sql and "LIMIT" not in sql]
    assert unbounded == []
    assert page.context["cl"].result_count <= 1000


@pytest.mark.parametrize("table", ["sanction", "report", "audit"])
def test_old_addresses_of_moderation_redirect(come: Come, table: str) -> None:
    moved = come("superuser").get(f"/admin/chat/{table}/7/change/?q=a")
    assert (moved.status_code, moved["Location"]) == (302, f"/admin/moderation/{table}/7/change/?q=a")
