"""Sanctions that hold in a browser: after logging out, after an account is deleted, for whoever is new there."""

from typing import Any

import pytest
from django.test import Client

from accounts.models import LoginSession, User
from chat.models import Membership
from moderation.models import DeviceBan
from realtime.errors import RealtimeError
from realtime.log import now_ms
from realtime.types import Caller, LogKey
from tests.actions import act, again, post, room

pytestmark = pytest.mark.django_db

PASSWORD = "correct horse 9 battery"


def caller(name: str) -> Caller:
    return again(User.objects.get(name=name))


def sign_up(browser: Client, name: str) -> Caller:
    """Return an account that is older than a day."""
    answer = browser.post("/account/signup/", {"name": name, "password": PASSWORD, "email": ""})
    assert answer.status_code == 302
    User.objects.filter(name=name).update(account_at=1, created_at=1)
    return caller(name)


def enter(browser: Client, name: str) -> Any:
    return browser.post("/enter/", {"name": name, "face": "", "colour": "1", "next": "/"})


def sanction(host: Caller, user: Caller, key: LogKey, kind: str = "ban", duration_ms: int | None = None) -> str:
    about = {"kind": kind, "duration_ms": duration_ms, "reason": "", "rule": "spam", "approval": False}
    act(host, "sanction.make", room=key, user=user.id, **about)
    return str(DeviceBan.objects.latest("pk").sanction.key)


def error(user: Caller, method: str, **params: Any) -> str:
    with pytest.raises(RealtimeError) as refused:
        act(user, method, **params)
    return str(refused.value.args[0])


def log_out(browser: Client) -> None:
    assert browser.post("/account/logout/").status_code == 302


def forget(browser: Client) -> None:
    assert browser.post("/account/forget/", {"old": PASSWORD}).status_code == 302


@pytest.mark.parametrize("kind", ["ban", "kick"])
@pytest.mark.parametrize("leave", [log_out, forget])
def test_ban_of_an_old_account_holds_for_a_new_guest_of_its_browser(host: Caller, leave: Any, kind: str) -> None:
    key, browser = room(host), Client()
    bad = sign_up(browser, "Bad")
    act(bad, "room.join", room=key)
    sanction(host, bad, key, kind)
    leave(browser)
    assert enter(browser, "New").status_code == 303
    assert error(caller("New"), "room.join", room=key) == "banned"


def test_ban_holds_in_every_browser_where_the_account_is_logged_in(host: Caller) -> None:
    key, home, phone = room(host), Client(), Client()
    bad = sign_up(home, "Bad")
    phone.post("/account/login/", {"login": "Bad", "password": PASSWORD})
    assert LoginSession.objects.values("device").distinct().count() == 2
    act(bad, "room.join", room=key)
    sanction(host, bad, key)
    for browser, name in ((home, "One"), (phone, "Two")):
        log_out(browser)
        enter(browser, name)
        assert error(caller(name), "room.join", room=key) == "banned"


def test_ban_follows_into_a_browser_where_the_banned_log_in_later(host: Caller) -> None:
    key, home, later = room(host), Client(), Client()
    bad = sign_up(home, "Bad")
    act(bad, "room.join", room=key)
    sanction(host, bad, key)
    later.post("/account/login/", {"login": "Bad", "password": PASSWORD})
    forget(later)
    enter(later, "New")
    assert error(caller("New"), "room.join", room=key) == "banned"


def test_ban_follows_into_a_browser_of_a_login_that_is_older_than_the_record_of_browsers(host: Caller) -> None:
    key, browser = room(host), Client()
    bad = sign_up(browser, "Bad")
    User.objects.update(device="")
    LoginSession.objects.update(device="")
    act(bad, "room.join", room=key)
    act(host, "sanction.make", room=key, user=bad.id, kind="ban", duration_ms=None, reason="", rule="spam")
    assert not DeviceBan.objects.exists()
    log_out(browser)
    enter(browser, "New")
    assert error(caller("New"), "room.join", room=key) == "banned"


def test_ban_from_the_site_keeps_the_browser_from_entering(host: Caller) -> None:
    User.objects.filter(pk=host.pk).update(is_moderator=True)
    key, browser = room(host), Client()
    bad = sign_up(browser, "Bad")
    act(bad, "room.join", room=key)
    act(host, "sanction.make", room=key, user=bad.id, kind="ban", site=True, duration_ms=None, reason="", rule="spam")
    log_out(browser)
    assert enter(browser, "New").status_code == 403
    assert not User.objects.filter(name="New").exists()


def test_lifting_a_ban_lets_the_browser_in_again(host: Caller) -> None:
    key, browser = room(host), Client()
    bad = sign_up(browser, "Bad")
    act(bad, "room.join", room=key)
    made = sanction(host, bad, key)
    log_out(browser)
    enter(browser, "New")
    act(host, "sanction.lift", room=key, sanction=made, reason="")
    assert act(caller("New"), "room.join", room=key)["room"] == key


def test_ban_that_is_over_lets_the_browser_in_again(host: Caller) -> None:
    key, browser = room(host), Client()
    bad = sign_up(browser, "Bad")
    act(bad, "room.join", room=key)
    sanction(host, bad, key, duration_ms=60_000)
    log_out(browser)
    enter(browser, "New")
    DeviceBan.objects.update(until=now_ms() - 1)
    assert act(caller("New"), "room.join", room=key)["room"] == key


def test_older_account_of_the_same_browser_is_not_concerned(host: Caller) -> None:
    key, browser = room(host), Client()
    sign_up(browser, "Sister")
    log_out(browser)
    bad = sign_up(browser, "Bad")
    act(bad, "room.join", room=key)
    sanction(host, bad, key)
    assert act(caller("Sister"), "room.join", room=key)["room"] == key


def test_mute_holds_for_a_new_guest_of_the_browser_until_it_is_lifted(host: Caller) -> None:
    key, browser = room(host), Client()
    bad = sign_up(browser, "Bad")
    act(bad, "room.join", room=key)
    made = sanction(host, bad, key, "mute", duration_ms=3_600_000)
    log_out(browser)
    enter(browser, "New")
    act(caller("New"), "room.join", room=key)
    assert error(caller("New"), "message.post", room=key, text="again") == "muted"
    act(host, "sanction.lift", room=key, sanction=made, reason="")
    post(caller("New"), key)


def test_mute_of_the_site_holds_in_a_room_of_ones_own(host: Caller) -> None:
    User.objects.filter(pk=host.pk).update(is_moderator=True)
    key, browser = room(host), Client()
    bad = sign_up(browser, "Bad")
    act(bad, "room.join", room=key)
    about = {"kind": "mute", "site": True, "duration_ms": None, "reason": "", "rule": "spam"}
    act(host, "sanction.make", room=key, user=bad.id, **about)
    log_out(browser)
    enter(browser, "New")
    assert error(caller("New"), "room.create", name="Mine", topic="", public=True) == "muted"
    act(host, "sanction.lift", room=key, sanction=DeviceBan.objects.get().sanction.key, reason="")
    act(caller("New"), "room.create", name="Mine", topic="", public=True)
    assert Membership.objects.filter(user__name="New", muted_until=0).count() == 2
