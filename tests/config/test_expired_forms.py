"""Tests of forms whose token is wrong: the page is shown again with the typed values, and nothing is done."""

from typing import Any

import pytest
from django.conf import settings
from django.contrib.auth import SESSION_KEY
from django.test import Client

from accounts.models import User
from chat.models import Invite, Membership
from realtime.types import LogKey
from tests.accounts.people import PASSWORD, account
from tests.actions import act, guest, room

pytestmark = pytest.mark.django_db
EXPIRED = "This form has expired"
NAME: dict[str, Any] = {"name": "Ana", "face": "🦦", "colour": "3", "next": "/", "invite": ""}


@pytest.fixture
def tab() -> Client:
    """Return a browser whose forms are checked, with the cookie of the first page."""
    tab = Client(enforce_csrf_checks=True)
    tab.get("/account/login/")
    return tab


def send(tab: Client, path: str, *, valid: bool = False, **form: str) -> Any:
    token = tab.cookies[settings.CSRF_COOKIE_NAME].value if valid else "x" * 32
    return tab.post(path, {**form, "csrfmiddlewaretoken": token})


def test_second_tab_goes_on_when_the_first_has_entered(tab: Client) -> None:
    tab.get("/")
    old = tab.cookies[settings.CSRF_COOKIE_NAME].value
    assert send(tab, "/enter/", valid=True, **NAME).status_code == 303
    answer = tab.post("/enter/", {**NAME, "name": "Second", "csrfmiddlewaretoken": old})
    assert (answer.status_code, answer["Location"]) == (303, "/")
    assert User.objects.count() == 1


def test_name_and_face_are_kept_and_the_next_try_works(tab: Client) -> None:
    page = send(tab, "/enter/", **NAME)
    assert page.status_code == 403
    assert EXPIRED in page.content.decode()
    assert [page.context["enter"][name].value() for name in ("name", "face", "colour")] == ["Ana", "🦦", "3"]
    assert not User.objects.exists()
    assert send(tab, "/enter/", valid=True, **NAME).status_code == 303


def test_browser_without_cookies_is_told_so() -> None:
    page = send(Client(enforce_csrf_checks=True), "/enter/", **NAME)
    assert page.status_code == 403
    assert "keeps no cookies" in page.content.decode()
    assert settings.CSRF_COOKIE_NAME in page.cookies


def test_sentence_is_in_the_readers_language(tab: Client) -> None:
    tab.cookies[settings.LANGUAGE_COOKIE_NAME] = "zh-hans"
    assert "表单已过期" in send(tab, "/enter/", **NAME).content.decode()


def test_invite_keeps_the_name_of_a_newcomer_and_asks_a_guest_again(tab: Client) -> None:
    host = guest("Host")
    key = room(host, public=False)
    act(host, "invite.create", room=key, expires_ms=None, uses=None)
    code = Invite.objects.get(room__log__key=key).code
    page = send(tab, "/enter/", **NAME | {"invite": code})
    assert (page.status_code, page.context["enter"]["name"].value()) == (403, "Ana")
    assert send(tab, "/enter/", valid=True, **NAME).status_code == 303
    answer = send(tab, f"/i/{code}/join")
    assert answer["Location"] == f"/i/{code}"
    assert not Membership.objects.filter(user__name="Ana", room__log__key=LogKey(key)).exists()


def test_login_and_signup_keep_the_name_and_try_no_password(tab: Client) -> None:
    account("Ben")
    page = send(tab, "/account/login/", login="Ben", password=PASSWORD)
    assert (page.status_code, page.context["form"]["login"].value()) == (403, "Ben")
    assert SESSION_KEY not in tab.session
    page = send(tab, "/account/signup/", name="Cleo", password="correct horse")
    assert (page.status_code, page.context["form"]["name"].value()) == (403, "Cleo")
    assert User.objects.count() == 1
    assert "correct horse" not in page.content.decode()


def test_keeping_a_name_asks_again_on_the_page_and_in_the_dialog(tab: Client) -> None:
    send(tab, "/enter/", valid=True, **NAME)
    page = send(tab, "/account/keep/", password="correct horse", email="a@b.example")
    assert EXPIRED in page.content.decode()
    answer = tab.post("/account/keep/", {"password": "correct horse"}, headers={"Accept": "application/json"})
    assert EXPIRED in answer.json()["errors"]["__all__"][0]
    form = {"password": "correct horse", "csrfmiddlewaretoken": answer.json()["csrf"]}
    assert tab.post("/account/keep/", form, headers={"Accept": "application/json"}).status_code == 200


def test_language_changes_all_the_same(tab: Client) -> None:
    assert send(tab, "/language/", language="zh-hans").status_code == 302
    assert tab.cookies[settings.LANGUAGE_COOKIE_NAME].value == "zh-hans"


def test_page_of_an_account_comes_again_with_the_sentence(tab: Client) -> None:
    tab.force_login(account("Ben"))
    answer = send(tab, "/account/password/", old=PASSWORD, password="another horse")
    assert answer["Location"] == "/account/password/"
    assert EXPIRED in tab.get("/account/password/").content.decode()
    assert User.objects.get(name="Ben").check_password(PASSWORD)


def test_form_of_another_site_is_refused(tab: Client) -> None:
    answer = tab.post("/enter/", NAME, headers={"Origin": "https://evil.example"})
    assert answer.status_code == 403
    assert "enter" not in (answer.context or {})
    assert not User.objects.exists()
