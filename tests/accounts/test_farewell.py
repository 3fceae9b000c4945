"""Going for good: nobody is this person any more, and what they said keeps its place."""

import pytest
from django.contrib.sessions.models import Session
from django.test import Client

from accounts.models import User
from chat.models import Membership, Message
from realtime.log import SITE, tail
from realtime.types import LogKey
from tests.accounts.people import PASSWORD, account, entered, logged_in, user_at
from tests.actions import act, again, guest, post, room

pytestmark = pytest.mark.django_db


def forget(client: Client, **typed: str) -> int:
    return client.post("/account/forget/", typed).status_code


def test_deleted_user_is_anonymous_and_messages_stay() -> None:
    ana = account("Ana", email="ana@example.org")
    key = LogKey(room(again(ana), guest("Bo")))
    o = post(again(ana), key, "still here")
    browser = logged_in("Ana")
    assert forget(browser, old=PASSWORD) == 302
    gone = User.objects.get(pk=ana.pk)
    assert (gone.email, gone.device, gone.face) == ("", "", "")
    assert not gone.is_active
    assert not gone.has_usable_password()
    assert gone.name.startswith("Deleted user ")
    assert gone.rev == ana.rev + 1
    line = Message.objects.get(log__key=key, offset=o)
    assert (line.author_id, line.data) == (ana.pk, '{"text":"still here"}')
    assert user_at(browser) is None
    assert not Session.objects.filter(loginsession__user=ana).exists()
    assert f'"user":"{ana.key}"' in str(tail(SITE, 1)[0].data)


def test_name_of_a_deleted_user_is_free() -> None:
    account("Ana")
    assert forget(logged_in("Ana"), old=PASSWORD) == 302
    assert user_at(entered("Ana")) == User.objects.get(name="Ana")


def test_guest_is_deleted_without_a_password() -> None:
    browser = entered("Gus")
    assert browser.get("/account/forget/").status_code == 200
    assert forget(browser) == 302
    assert not User.objects.get().is_active


def test_deletion_needs_the_password_of_an_account() -> None:
    account("Ana")
    browser = logged_in("Ana")
    for typed in ("", "wrong"):
        assert forget(browser, old=typed) == 422
    assert User.objects.get(name="Ana").is_active


def test_longest_member_becomes_host_when_the_last_host_is_deleted() -> None:
    ana, bo, cy = account("Ana"), guest("Bo"), guest("Cy")
    key = room(again(ana), bo, cy)
    assert forget(logged_in("Ana"), old=PASSWORD) == 302
    assert dict(Membership.objects.filter(room__log__key=key).values_list("user__name", "role")) == {
        "Bo": "host",
        "Cy": "member",
    }


def test_last_admin_cannot_be_deleted() -> None:
    account("Ana", is_superuser=True)
    assert forget(logged_in("Ana"), old=PASSWORD) == 422
    account("Bea", is_superuser=True)
    assert forget(logged_in("Ana"), old=PASSWORD) == 302


def test_banned_user_is_not_forgotten() -> None:
    browser = entered("Gus")
    User.objects.update(banned_until=2**53 - 1)
    assert forget(browser) == 422
    assert User.objects.get().name == "Gus"


def test_visitor_has_nothing_to_delete(client: Client) -> None:
    assert forget(client) == 302


def test_game_of_a_deleted_user_ends() -> None:
    from tests.game.play import begun, table

    ana, bo = account("Ana"), guest("Bo")
    key = room(bo, again(ana))
    o = begun(bo, again(ana), key)
    assert forget(logged_in("Ana"), old=PASSWORD) == 302
    assert table(bo, key, o)["result"] == {"winner": 0, "reason": "left"}


def test_host_cannot_demote_another_host() -> None:
    ana, bo = guest("Ana"), guest("Bo")
    key = room(ana, bo)
    act(ana, "member.role", room=key, user=bo.id, role="host")
    from tests.game.play import refused

    assert refused(bo, "member.role", room=key, user=ana.id, role="member").type == "rank"
    act(bo, "member.role", room=key, user=bo.id, role="member")
