"""Acts of the admin: what the services do, from outside the rooms, each written down and refused like any other."""

from collections.abc import Iterable
from typing import Any

import msgspec
import pytest
from django.contrib.messages import get_messages
from django.db.models import Model
from django.test import Client
from django.urls import reverse

from accounts.models import User
from chat.models import Invite, Membership, Message, Room
from chat.permissions import Rank
from chat.services.rooms import lounge
from moderation.admin.actions import ROWS_LIMIT
from moderation.models import Audit, Report, Sanction
from moderation.services.site import MESSAGES_PER_BATCH
from realtime.log import now_ms
from realtime.models import Event
from realtime.types import Caller, LogKey
from tests.actions import act, guest, message, post, room
from tests.admin.conftest import RANKS, Come, person
from tests.queries import queries

pytestmark = pytest.mark.django_db
HOUR = 60 * 60_000


@pytest.fixture
def superuser(come: Come) -> Client:
    return come("superuser")


def do(client: Client, action: str, rows: Iterable[Model], **given: Any) -> list[str]:
    """Choose the rows, fill the page in, and read what is said."""
    chosen = list(rows)
    meta = chosen[0]._meta
    address = reverse(f"admin:{meta.app_label}_{meta.model_name}_changelist")
    selected = {"_selected_action": [row.pk for row in chosen], "action": action}
    asked = client.post(address, {**selected, "index": "0"})
    assert asked.status_code == 200, "the act is asked about first"
    done = client.post(address, {**selected, "sure": "1", **given})
    return [str(each) for each in get_messages(done.wsgi_request)]


def user(caller: Caller) -> User:
    return User.objects.get(pk=caller.pk)


def entry() -> Audit:
    return Audit.objects.latest("pk")


def kinds(key: LogKey) -> list[str]:
    return list(Event.objects.filter(log__key=key).order_by("offset").values_list("kind", flat=True))


# People


def test_mute_of_the_site_holds_in_every_room_for_an_hour(superuser: Client, ann: Caller, key: LogKey) -> None:
    before = now_ms()
    said = do(superuser, "mute", [user(ann)], reason="adverts", rule="spam", lasting=str(HOUR))
    assert said == ["Mute on the site: 1 done."]
    assert before + HOUR <= user(ann).muted_until <= now_ms() + HOUR
    made = Sanction.objects.get()
    assert (made.kind, made.room, made.reason, made.rule, made.rank) == ("mute", None, "adverts", "spam", Rank.ADMIN)
    assert (entry().act, entry().user_id, entry().reason) == ("sanction.mute", ann.pk, "adverts")
    assert entry().by == User.objects.get(name="Superuser")
    revoked = msgspec.json.decode(str(Event.objects.filter(log__key="site").latest("pk").data))
    assert (revoked["user"], revoked["log"]) == (ann.id, None), "asked again in every room"


def test_ban_of_the_site_takes_the_lines_too_and_is_lifted(superuser: Client, ann: Caller, key: LogKey) -> None:
    hall = LogKey(lounge().log.key)
    act(ann, "room.join", room=hall)
    o = post(ann, hall, "an advert")
    do(superuser, "ban", [user(ann)], reason="adverts", rule="spam", lasting="", remove="all")
    assert user(ann).banned_until > now_ms()
    assert message(hall, o).removed_at is not None
    assert entry().act == "sanction.ban"
    do(superuser, "pardon", [user(ann)], reason="a mistake")
    assert user(ann).banned_until == 0
    assert message(hall, o).removed_at is None
    assert Audit.objects.get(act="sanction.ban").undone
    assert (entry().act, entry().reason) == ("sanction.lift", "a mistake")


def test_actions_without_effect_are_reported(superuser: Client, ann: Caller) -> None:
    given = {"reason": "x", "rule": "spam", "lasting": str(HOUR)}
    do(superuser, "mute", [user(ann)], **given)
    assert do(superuser, "mute", [user(ann)], **given)[-1] == "Ann: already done"
    assert do(superuser, "pardon", [user(ann)])[-1] == "Remove site sanctions: 1 done."
    assert do(superuser, "pardon", [user(ann)])[-1] == "Ann: already done"


@pytest.mark.parametrize(
    ("by", "over"), [("moderator", "moderator"), ("moderator", "superuser"), ("superuser", "superuser")]
)
@pytest.mark.parametrize("action", ["mute", "ban"])
def test_action_on_the_same_or_a_higher_rank_is_refused(come: Come, by: str, over: str, action: str) -> None:
    target = person("Target", **RANKS[over])
    below = guest("Below")
    given = {"reason": "x", "rule": "spam", "lasting": "", "remove": "none"}
    said = do(come(by), action, [user(target), user(below)], **given)
    assert said[1:] == ["Target: you can't moderate someone of your rank or higher"], "the others are done all the same"
    assert Sanction.objects.get().user_id == below.pk


def test_action_on_oneself_is_refused(come: Come) -> None:
    client = come("moderator")
    said = do(client, "mute", User.objects.filter(name="Moderator"), reason="x", rule="spam", lasting="")
    assert said == ["Moderator: you can't moderate someone of your rank or higher"]


def test_moderator_is_made_and_unmade_by_superusers_only(superuser: Client, come: Come, ann: Caller) -> None:
    pat = person("Pat")
    assert do(superuser, "make_moderator", [user(pat)], reason="kind") == ["Make moderator: 1 done."]
    assert (user(pat).is_moderator, user(pat).is_staff) == (True, True)
    assert (entry().act, entry().reason, msgspec.json.decode(entry().detail)) == ("moderator.set", "kind", {"on": True})
    assert do(superuser, "make_moderator", [user(ann)])[-1] == "Ann: guests can't be moderators: they need an account"
    assert do(superuser, "unmake_moderator", [user(pat)])[-1] == "Remove moderator: 1 done."
    assert (user(pat).is_moderator, user(pat).is_staff) == (False, False)
    listed = come("moderator", "Mo").get(reverse("admin:accounts_user_changelist")).content.decode()
    assert "make_moderator" not in listed
    assert 'value="ban"' in listed


def test_staff_without_a_rank_have_no_actions(come: Come, ann: Caller) -> None:
    client = come("staff")
    assert 'value="ban"' not in client.get(reverse("admin:accounts_user_changelist")).content.decode()
    address = reverse("admin:accounts_user_changelist")
    given = {"reason": "x", "rule": "spam", "lasting": ""}
    client.post(address, {"_selected_action": [ann.pk], "action": "mute", "sure": "1", **given})
    assert Sanction.objects.count() == 0


def test_reason_is_asked_for(superuser: Client, ann: Caller) -> None:
    address = reverse("admin:accounts_user_changelist")
    given = {
        "_selected_action": [ann.pk],
        "action": "ban",
        "sure": "1",
        "reason": " ",
        "rule": "spam",
        "remove": "none",
    }
    page = superuser.post(address, given)
    assert "reason" in page.context["form"].errors
    assert Sanction.objects.count() == 0


# Rooms, invites, reports, sanctions


def test_rooms_are_locked_slowed_and_put_to_panic(superuser: Client, host: Caller, key: LogKey) -> None:
    other = room(host, name="Other")
    rooms = Room.objects.filter(log__key__in=[key, other])
    do(superuser, "lock", rooms, reason="a raid")
    assert set(rooms.values_list("locked", flat=True)) == {True}
    assert [kinds(each)[-1] for each in (key, other)] == ["room.restricted"] * 2
    assert (entry().act, entry().reason, entry().rank) == ("room.restrict", "a raid", Rank.ADMIN)
    do(superuser, "rules", rooms, reason="calmer", slow_s="30", locked="0", guests_off="")
    assert set(rooms.values_list("locked", "slow_s", "guests_off")) == {(False, 30, False)}
    do(superuser, "panic", rooms, reason="again")
    assert all(each.panic_until > now_ms() and each.locked for each in rooms.all())
    assert (entry().act, entry().reason) == ("room.panic", "again")
    assert len(do(superuser, "panic", rooms, reason="again")) >= 2
    do(superuser, "calm", rooms, reason="")
    assert set(rooms.values_list("locked", "slow_s", "panic_until")) == {(False, 30, 0)}


def test_invite_is_revoked(superuser: Client, host: Caller, key: LogKey) -> None:
    act(host, "invite.create", room=key, expires_ms=None, uses=None)
    assert do(superuser, "revoke", Invite.objects.all(), reason="leaked") == ["Revoke: 1 done."]
    assert Invite.objects.get().revoked_at is not None
    assert kinds(key)[-1] == "invite.revoked"
    assert (entry().act, entry().user_id, entry().reason) == ("invite.revoke", host.pk, "leaked")
    assert "it has expired" in do(superuser, "revoke", Invite.objects.all())[-1]


@pytest.mark.parametrize("outcome", ["handled", "dismissed"])
def test_report_is_closed(superuser: Client, host: Caller, ann: Caller, key: LogKey, outcome: str) -> None:
    act(host, "report.create", room=key, o=post(ann, key), rule="insult")
    do(superuser, outcome, Report.objects.all(), reason="looked at")
    report = Report.objects.get()
    assert (report.state, report.closed_by) == (outcome, User.objects.get(name="Superuser"))
    assert (entry().act, entry().reason) == (f"report.{outcome}", "looked at")
    assert kinds(key)[-1] == "report.closed"
    assert "already done" in do(superuser, outcome, Report.objects.all())[-1]


def test_sanction_of_a_host_is_lifted_in_its_room(superuser: Client, host: Caller, ann: Caller, key: LogKey) -> None:
    act(host, "sanction.make", room=key, user=ann.id, kind="ban", reason="adverts")
    do(superuser, "lift", Sanction.objects.all(), reason="too hard")
    assert Sanction.objects.get().lifted_reason == "too hard"
    assert Membership.objects.get(user=ann.pk).state == "member"
    assert "sanction.lifted" in kinds(key)


def test_decision_of_a_higher_rank_stays(come: Come, ann: Caller) -> None:
    do(come("superuser"), "mute", [user(ann)], reason="x", rule="spam", lasting="")
    said = do(come("moderator"), "lift", Sanction.objects.all(), reason="y")
    assert "you can't moderate someone of your rank or higher" in said[-1]
    assert Sanction.objects.get().lifted_at is None


def test_moderator_outside_a_private_room_can_use_actions(superuser: Client, host: Caller, ann: Caller) -> None:
    hidden = room(host, ann, public=False)
    o = post(ann, hidden)
    do(superuser, "delete_lines", Message.objects.filter(log__key=hidden, offset=o), reason="x", rule="spam")
    assert message(hidden, o).removed_at is not None
    assert not Membership.objects.filter(user__name="Superuser").exists()


# Lines


def test_lines_are_deleted_and_come_back(superuser: Client, host: Caller, ann: Caller, key: LogKey) -> None:
    other = room(host, ann, name="Other")
    places = [(each, post(ann, each, f"line {n}")) for n in range(3) for each in (key, other)]
    lines = Message.objects.filter(author=ann.pk, kind="text")
    assert do(superuser, "delete_lines", lines, reason="adverts", rule="spam") == ["Delete messages: 6 done."]
    assert [message(*place).data for place in places] == [None] * 6
    assert Event.objects.filter(data__contains="line 1").count() == 0, "the text is in no event"
    assert Audit.objects.filter(act="message.delete", reason="adverts", rule="spam", user=ann.pk).count() == 6
    said = do(superuser, "delete_lines", lines, reason="adverts", rule="spam")
    assert [each.rpartition(": ")[2] for each in said] == ["already deleted"] * 6
    do(superuser, "restore_lines", lines, reason="no advert")
    assert [message(*place).removed_at for place in places] == [None] * 6
    assert Audit.objects.filter(act="message.restore", reason="no advert").count() == 6


def test_line_of_a_higher_rank_stays_and_the_batch_goes_on(come: Come, ann: Caller, key: LogKey) -> None:
    boss = person("Boss", **RANKS["superuser"])
    act(boss, "room.join", room=key)
    kept, gone = post(boss, key), post(ann, key)
    lines = Message.objects.filter(log__key=key, offset__in=[kept, gone])
    said = do(come("moderator"), "delete_lines", lines, reason="x", rule="spam")
    assert said[-1].endswith("you can't moderate someone of your rank or higher")
    assert (message(key, kept).removed_at is None, message(key, gone).removed_at is None) == (True, False)
    offsets = list(Event.objects.filter(log__key=key).order_by("offset").values_list("offset", flat=True))
    assert offsets == list(range(1, len(offsets) + 1)), "no hole where a line was refused"


def test_transaction_removes_at_most_a_hundred_messages_of_a_room(
    superuser: Client, host: Caller, key: LogKey, grown: Any
) -> None:
    grown(key, MESSAGES_PER_BATCH + 21)
    lines = Message.objects.filter(log__key=key, kind="text")
    with queries() as asked:
        do(superuser, "delete_lines", lines, reason="x", rule="spam")
    assert lines.filter(removed_at=None).count() == 0
    locks = [sql for sql in asked if sql.startswith('UPDATE "realtime_log"')]
    assert len(locks) == 2


def test_more_than_one_act_can_take_is_refused(superuser: Client, host: Caller, key: LogKey, grown: Any) -> None:
    grown(key, ROWS_LIMIT + 10)
    address = reverse("admin:chat_message_changelist")
    pk = Message.objects.filter(kind="text").first()
    assert pk is not None
    chosen = {"action": "delete_lines", "select_across": "1", "index": "0", "_selected_action": [pk.pk]}
    answer = superuser.post(address, chosen)
    assert [str(each) for each in get_messages(answer.wsgi_request)] == ["At most 500 at once. Narrow the list."]


def test_row_s_page_has_the_acts_of_its_list(
    superuser: Client, come: Come, host: Caller, ann: Caller, key: LogKey
) -> None:
    act(host, "report.create", room=key, o=post(ann, key), rule="insult")
    report = Report.objects.get()
    page = superuser.get(reverse("admin:moderation_report_change", args=[report.pk]))
    assert [name for name, _ in page.context["acts"]] == ["handled", "dismissed"]
    asked = superuser.post(
        reverse("admin:moderation_report_changelist"), {"action": "handled", "_selected_action": report.pk}
    )
    assert asked.context["action"] == "handled"
    assert Report.objects.get().state == "open", "it is asked about first"
    unranked = come("staff").get(reverse("admin:moderation_report_change", args=[report.pk]))
    assert unranked.context["acts"] == []


def test_moderators_find_reports_that_no_host_reads(come: Come, superuser: Client, host: Caller, ann: Caller) -> None:
    hidden = room(host, ann, public=False)
    act(ann, "report.create", room=hidden, o=post(host, hidden), rule="insult")
    act(host, "report.create", room=hidden, o=post(ann, hidden), rule="insult")
    about_host, about_ann = Report.objects.order_by("pk")
    page = come("moderator").get(reverse("admin:moderation_report_changelist"))
    assert list(page.context["cl"].queryset) == [about_host]
    assert list(come("staff").get(reverse("admin:moderation_report_changelist")).context["cl"].queryset) == []
    assert set(superuser.get(reverse("admin:moderation_report_changelist")).context["cl"].queryset) == {
        about_host,
        about_ann,
    }
