"""A password is made in seconds: it undoes no ban, and opens no room that is closed to guests."""

from typing import Any

import pytest
import time_machine
from django.test import Client

from accounts.forms import colour_drawn
from accounts.models import User
from accounts.selectors import NEW_FOR
from chat.models import Membership
from moderation.models import DeviceBan
from realtime.errors import RealtimeError
from realtime.log import now_ms
from realtime.types import Caller, LogKey
from tests.accounts.people import PASSWORD, entered
from tests.actions import act, again, post, room

pytestmark = pytest.mark.django_db


def ban(by: Caller, whom: Caller, key: LogKey, **more: Any) -> None:
    act(by, "sanction.make", room=key, user=whom.id, kind="ban", **more)


def named(name: str) -> Caller:
    return again(User.objects.get(name=name))


def sign_up(browser: Client, name: str) -> Any:
    return browser.post("/account/signup/", {"name": name, "password": PASSWORD})


def keep(browser: Client) -> None:
    browser.post("/account/keep/", {"password": PASSWORD})


def refused(caller: Caller, key: LogKey) -> str:
    with pytest.raises(RealtimeError) as error:
        act(caller, "room.join", room=key)
    return str(error.value.args[0])


def test_browser_banned_from_the_site_creates_no_account(host: Caller) -> None:
    key = room(host)
    User.objects.filter(pk=host.pk).update(is_moderator=True)
    browser = entered("Gus")
    act(named("Gus"), "room.join", room=key)
    ban(host, named("Gus"), key, site=True)
    browser.post("/account/logout/")
    page = sign_up(browser, "Gus again")
    assert page.status_code == 422
    assert "a guest was banned" in page.content.decode()
    assert not User.objects.filter(name="Gus again").exists()


def test_second_guest_of_a_banned_browser_gains_nothing_by_a_password(host: Caller) -> None:
    key = room(host)
    browser = entered("Gus")
    act(named("Gus"), "room.join", room=key)
    ban(host, named("Gus"), key)
    browser.post("/account/logout/")
    browser.post("/enter/", {"name": "Gus again", "face": "", "colour": "1", "next": "/"})
    assert refused(named("Gus again"), key) == "banned"
    keep(browser)
    assert not User.objects.get(name="Gus again").is_guest
    assert refused(named("Gus again"), key) == "banned"


def test_older_account_is_not_banned_with_a_guest_of_its_browser(host: Caller) -> None:
    key = room(host)
    browser = Client()
    with time_machine.travel(now_ms() / 1000 - 60, tick=False):
        sign_up(browser, "Ana")
        browser.post("/account/logout/")
    browser.post("/enter/", {"name": "Gus", "face": "", "colour": "1", "next": "/"})
    assert len(set(User.objects.filter(name__in=["Ana", "Gus"]).values_list("device", flat=True))) == 1
    act(named("Gus"), "room.join", room=key)
    ban(host, named("Gus"), key)
    act(named("Ana"), "room.join", room=key)


def test_ban_of_a_new_account_bans_its_browser(host: Caller) -> None:
    key = room(host)
    sign_up(Client(), "Ana")
    act(named("Ana"), "room.join", room=key)
    ban(host, named("Ana"), key)
    assert DeviceBan.objects.get().device == User.objects.get(name="Ana").device


def test_guests_off_and_a_hosts_yes_hold_for_the_first_day_of_an_account(host: Caller) -> None:
    key = room(host)
    sign_up(Client(), "Ana")
    act(host, "room.restrict", room=key, slow_s=0, locked=False, guests_off=True, approval=False)
    assert refused(named("Ana"), key) == "guests_off"
    act(host, "room.restrict", room=key, slow_s=0, locked=False, guests_off=False, approval=True)
    act(named("Ana"), "room.join", room=key)
    assert Membership.objects.get(user__name="Ana", room__log__key=key).state == Membership.State.WAITING
    act(host, "member.admit", room=key, user=named("Ana").id, yes=True)
    act(host, "room.restrict", room=key, slow_s=0, locked=False, guests_off=True, approval=False)
    with pytest.raises(RealtimeError, match="guests_off"):
        post(named("Ana"), key)
    with time_machine.travel((now_ms() + NEW_FOR) / 1000, tick=False):
        post(named("Ana"), key)


def test_staff_is_no_newcomer(host: Caller) -> None:
    key = room(host)
    sign_up(Client(), "Ana")
    act(host, "room.restrict", room=key, slow_s=0, locked=False, guests_off=True, approval=False)
    User.objects.filter(name="Ana").update(is_moderator=True)
    assert act(named("Ana"), "room.join", room=key)["room"] == key


def test_newcomer_draws_a_colour_that_the_fewest_have() -> None:
    assert colour_drawn([colour for colour in range(12) if colour != 7]) == 7
    assert {colour_drawn([*range(12), *range(0, 12, 2)]) for _ in range(100)} <= set(range(1, 12, 2))
