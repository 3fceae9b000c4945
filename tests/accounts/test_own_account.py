"""Tests of a person's own pages: keeping a name, password, e-mail, and the list of browsers."""

import re
from typing import Any

import pytest
import time_machine
from django.conf import settings
from django.contrib.sessions.models import Session
from django.test import Client

from accounts.login import SEEN
from accounts.models import LoginSession, User
from accounts.quotas import DAY_MS
from realtime.log import SITE, head_of, tail
from realtime.security import token_fits
from tests.accounts.people import PASSWORD, account, entered, log_in, logged_in, row_of, user_at

pytestmark = pytest.mark.django_db
JSON = {"Accept": "application/json"}


def keep(client: Client, password: str = PASSWORD, **more: str) -> Any:
    return client.post("/account/keep/", {"password": password, **more})


def told() -> str:
    """Return the last change of permissions."""
    return str(tail(SITE, 1)[0].data)


@pytest.mark.parametrize("address", ["/account/", "/account/password/", "/account/email/"])
def test_own_pages_are_for_accounts(client: Client, address: str) -> None:
    assert client.get(address)["Location"].startswith("/account/login/?next=%2Faccount%2F")
    assert entered().get(address)["Location"] == "/account/keep/"
    account()
    assert logged_in().get(address).status_code == 200


# Keeping the name


def test_guest_sets_a_password_and_nothing_else_changes() -> None:
    browser = entered("Gus")
    before, head = User.objects.values().get(), head_of(SITE)
    assert keep(browser, next="/r/x/")["Location"] == "/r/x/"
    gus = User.objects.get()
    changed = {name for name, value in before.items() if getattr(gus, name) != value}
    assert changed == {"password", "account_at", "rev"}
    assert head_of(SITE) == head
    assert user_at(browser) == user_at(logged_in("Gus")) == gus
    assert gus.logins.get(session=row_of(browser)).agent == "Firefox, Linux"


def test_keeping_the_name_makes_another_key_and_the_copied_one_opens_nothing() -> None:
    browser = entered("Gus")
    key = str(browser.session.session_key)
    token = browser.get("/realtime/token").json()["token"]
    keep(browser)
    assert browser.session.session_key != key
    thief = Client()
    thief.cookies[settings.SESSION_COOKIE_NAME] = key
    assert user_at(thief) is None
    assert thief.get("/account/")["Location"].startswith("/account/login/")
    assert not token_fits(token, str(browser.session.session_key))
    assert [here for _, here in browser.get("/account/").context["logins"]] == [True]


def test_request_on_its_way_while_the_name_is_kept_leaves_the_new_cookie() -> None:
    browser = entered("Gus")
    late, gone = Client(), Client()
    late.cookies[settings.SESSION_COOKIE_NAME] = str(browser.session.session_key)
    gone.cookies[settings.SESSION_COOKIE_NAME] = "a" * 32
    keep(browser)
    assert settings.SESSION_COOKIE_NAME not in late.get("/").cookies
    assert gone.get("/").cookies[settings.SESSION_COOKIE_NAME].value == ""


@pytest.mark.parametrize(
    ("given", "field"),
    [
        ({"password": ""}, "password"),
        ({"password": "short"}, "password"),
        ({"password": "Gustav12"}, "password"),
        ({"password": "x" * 10_001}, "password"),
        ({"password": "a\0 long password"}, "password"),
        ({"email": "none"}, "email"),
    ],
)
def test_invalid_password_is_reported_on_the_page_and_in_the_dialog(given: dict[str, str], field: str) -> None:
    account(email="ana@example.org")
    browser = entered("Gustav")
    page = keep(browser, **given)
    assert (page.status_code, list(page.context["form"].errors)) == (422, [field])
    answer = browser.post("/account/keep/", {"password": PASSWORD, **given}, headers=JSON)
    assert (answer.status_code, list(answer.json()["errors"])) == (422, [field])
    assert answer.json()["errors"][field][0]
    assert User.objects.get(name="Gustav").is_guest


def test_dialog_is_answered_in_json() -> None:
    browser = entered("Gus")
    answer = browser.post("/account/keep/", {"password": PASSWORD}, headers=JSON)
    assert (answer.status_code, answer.json()) == (200, {})
    assert not User.objects.get().is_guest


def test_name_kept_in_another_tab_is_kept() -> None:
    browser = entered("Gus")
    keep(browser)
    assert keep(browser, "another password")["Location"] == "/account/"
    assert User.objects.get().check_password(PASSWORD)


def test_keeping_leads_to_no_foreign_place() -> None:
    assert keep(entered("Gus"), next="//evil.example/")["Location"] == "/account/"


def test_visitor_has_no_name_to_keep(client: Client) -> None:
    assert client.get("/account/keep/")["Location"] == "/account/signup/"


def test_profile_offers_available_actions() -> None:
    browser = entered("Gus")
    words = browser.get("/", follow=True).content.decode()
    assert 'id="guest-ways">' in words
    assert 'id="account-ways" hidden' in words
    keep(browser)
    words = browser.get("/", follow=True).content.decode()
    assert 'id="guest-ways" hidden' in words
    assert "Log in with this name on any device" in words
    assert "keep-dialog" not in words


# Password and e-mail


def test_new_password_logs_out_all_other_browsers() -> None:
    ana = account()
    here, there = logged_in(), logged_in()
    key = str(here.session.session_key)
    answer = here.post("/account/password/", {"old": PASSWORD, "password": "entirely new words"}, follow=True)
    assert "Password changed" in answer.content.decode()
    assert (user_at(here), user_at(there)) == (ana, None)
    assert here.session.session_key != key
    assert [each.session_id for each in ana.logins.all()] == [row_of(here)]
    assert f'"user":"{ana.key}","log":null,"login":null' in told()
    thief = Client()
    thief.cookies[settings.SESSION_COOKIE_NAME] = key
    assert user_at(thief) is None
    assert log_in(Client(), password="entirely new words").status_code == 302


@pytest.mark.parametrize(
    ("old", "new", "field"),
    [
        ("wrong", "entirely new words", "old"),
        (PASSWORD, "short", "password"),
        ("x" * 10_001, "entirely new words", "old"),
        (PASSWORD, "a\0 new password", "password"),
    ],
)
def test_invalid_password_changes_nothing(old: str, new: str, field: str) -> None:
    ana = account()
    client = logged_in()
    page = client.post("/account/password/", {"old": old, "password": new})
    assert (page.status_code, list(page.context["form"].errors)) == (422, [field])
    ana.refresh_from_db()
    assert ana.check_password(PASSWORD)


def test_password_tries_in_an_open_browser_are_limited() -> None:
    account()
    client = logged_in()
    with time_machine.travel("2026-01-01", tick=False):
        answers = [client.post("/account/password/", {"old": f"try {n}"}).status_code for n in range(6)]
    assert answers == [422] * 5 + [429]


def test_email_change_needs_the_password(settings: Any) -> None:
    settings.EMAIL_URL = "smtp://mail"
    ana = account()
    client = logged_in()
    page = client.post("/account/email/", {"old": "wrong", "email": "a@b.org"})
    assert (page.status_code, list(page.context["form"].errors)) == (422, ["old"])
    client.post("/account/email/", {"old": PASSWORD, "email": "Ana@Example.org"})
    ana.refresh_from_db()
    assert ana.email_asked == "ana@example.org"


# Where one is logged in


def test_login_list_names_browsers_and_marks_this_one() -> None:
    account()
    client = logged_in()
    log_in(Client(headers={"user-agent": "Mozilla/5.0 (iPhone) Safari/604.1"}))
    shown = [(each.agent, here) for each, here in client.get("/account/").context["logins"]]
    assert sorted(shown) == [("Firefox, Linux", True), ("Safari, iPhone", False)]


def test_log_out_there_ends_that_login_session() -> None:
    ana = account()
    here, there = logged_in(), logged_in()
    login = ana.logins.get(session=row_of(there)).login
    assert here.post(f"/account/logins/{login}/end")["Location"] == "/account/"
    assert (user_at(here), user_at(there)) == (ana, None)
    assert f'"login":"{login}"' in told()
    assert here.post(f"/account/logins/{login}/end").status_code == 404


def test_login_session_of_another_user_cannot_be_ended() -> None:
    account()
    account("Ben")
    ana, ben = logged_in(), logged_in("Ben")
    login = LoginSession.objects.get(user__name="Ben").login
    assert ana.post(f"/account/logins/{login}/end").status_code == 404
    assert ana.get(f"/account/logins/{login}/end").status_code == 405
    assert user_at(ben) is not None


def test_log_out_everywhere_else_leaves_this_one() -> None:
    ana = account()
    here, *others = [logged_in() for _ in range(3)]
    here.post("/account/logins/others/end")
    assert user_at(here) == ana
    assert [user_at(each) for each in others] == [None, None]
    assert ana.logins.count() == 1


def test_login_session_records_last_use_once_a_day() -> None:
    ana = account()
    first, second = logged_in(), logged_in()
    LoginSession.objects.update(seen_at=1)
    session = first.session
    session[SEEN] -= DAY_MS
    session.save()
    first.get("/realtime/token")
    seen = dict(ana.logins.values_list("session", "seen_at"))
    assert seen[row_of(first)] > 1
    assert seen[row_of(second)] == 1
    assert settings.SESSION_COOKIE_NAME not in first.get("/realtime/token").cookies


def test_expired_login_session_is_not_listed() -> None:
    ana = account()
    logged_in()
    Session.objects.all().delete()
    assert not ana.logins.exists()


# As it looks


def test_initials_are_those_of_the_rooms() -> None:
    account("Mira Stone")
    assert 'aria-hidden="true">MS</span>' in logged_in("Mira Stone").get("/account/").content.decode()


def focused(page: Any) -> list[str]:
    """Return the fields with autofocus."""
    return re.findall(r'<input class="input" id="\w+" name="(\w+)"[^>]*? autofocus', page.content.decode())


def test_cursor_is_in_the_field_that_was_refused() -> None:
    account()
    assert focused(Client().get("/account/signup/")) == ["name"]
    assert focused(Client().post("/account/signup/", {"name": "Zoe", "password": "short"})) == ["password"]
    assert focused(Client().post("/account/login/", {"login": "Ana", "password": "wrong"})) == ["password"]
    browser = entered("Gus")
    assert focused(browser.get("/account/keep/")) == ["password"]
    assert focused(keep(browser, password="short")) == ["password"]


@pytest.mark.parametrize("come", [entered, logged_in])
def test_log_out_can_be_cancelled(come: Any) -> None:
    account()
    client = come("Ana" if come is logged_in else "Gus")
    assert 'href="/">Cancel</a>' in client.get("/account/logout/").content.decode()
