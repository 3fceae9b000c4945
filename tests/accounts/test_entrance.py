"""Signing up, logging in and out, and what is tried there by those who should not come in."""

import re
from typing import Any
from unittest.mock import patch

import pytest
import time_machine
from django.conf import settings
from django.contrib.auth.hashers import MD5PasswordHasher
from django.contrib.sessions.models import Session
from django.core import mail
from django.core.management import call_command
from django.test import Client

from accounts.models import LoginSession, User
from realtime.security import token_fits
from tests.accounts.people import PASSWORD, account, entered, guest, log_in, logged_in, second_step, user_at, words_of
from tests.actions import again, post, room

pytestmark = pytest.mark.django_db
FOREIGN = [
    "https://evil.example/",
    "//evil.example/",
    "\\\\evil.example",
    "https:evil",
    "/\\evil.example",
    "javascript:alert(1)",
    "/\t/evil.example",
]


def sign_up(client: Client, name: str = "Ana", password: str = PASSWORD, **more: str) -> Any:
    return client.post("/account/signup/", {"name": name, "password": password, **more})


# Signing up


def test_signup_logs_in(client: Client) -> None:
    answer = sign_up(client, next="/r/somewhere/")
    assert (answer.status_code, answer["Location"]) == (302, "/r/somewhere/")
    ana = User.objects.get()
    assert (ana.name, ana.email, ana.check_password(PASSWORD)) == ("Ana", "", True)
    assert user_at(client) == ana
    assert len(ana.device) == 64
    assert [each["lounge"] for each in client.get("/", follow=True).context["boot"]["rooms"]] == [True]


@pytest.mark.parametrize(
    ("given", "field"),
    [
        ({"name": ""}, "name"),
        ({"name": "\u200b"}, "name"),
        ({"name": "x" * 33}, "name"),
        ({"name": "HOST"}, "name"),
        ({"name": "a\0b"}, "name"),
        ({"password": ""}, "password"),
        ({"password": "short"}, "password"),
        ({"password": "password"}, "password"),
        ({"password": "Annabella1"}, "password"),
        ({"password": "x" * 10_001}, "password"),
        ({"password": "four words\0 are enough"}, "password"),
        ({"email": "nobody"}, "email"),
        ({"email": "a\0@example.org"}, "email"),
    ],
)
def test_invalid_signup_shows_the_page_with_the_reason(client: Client, given: dict[str, str], field: str) -> None:
    account("Host", email="taken@example.org")
    page = sign_up(client, **{"name": "Annabella", **given})
    assert page.status_code == 422
    assert list(page.context["form"].errors) == [field]
    assert User.objects.count() == 1
    assert PASSWORD.encode() not in page.content


def test_taken_name_is_answered_with_a_free_one(client: Client) -> None:
    account("Holly")
    assert b"holly 2" in sign_up(client, "holly").content


def test_guest_who_signs_up_keeps_the_name() -> None:
    answer = entered().get("/account/signup/?next=/r/x/")
    assert answer["Location"] == "/account/keep/?next=%2Fr%2Fx%2F"


# Logging in


@pytest.mark.parametrize("login", ["Ana", "aNA", "\uff21na", "ana@example.org", "ANA@example.org "])
def test_login_accepts_the_displayed_name_or_the_email(client: Client, login: str) -> None:
    ana = account(email="ana@example.org")
    assert log_in(client, login)["Location"] == "/"
    assert user_at(client) == ana


def test_second_browser_is_the_same_user(client: Client) -> None:
    ana = account()
    first, second = logged_in(), logged_in()
    assert user_at(first) == user_at(second) == ana
    assert ana.logins.count() == 2


@pytest.mark.parametrize("next", [*FOREIGN, "https://allowed.example/", "https://friend.example/", "a\0b//evil"])
@pytest.mark.parametrize("page", ["login", "signup"])
def test_no_page_leads_to_a_foreign_place(client: Client, settings: Any, page: str, next: str) -> None:
    settings.ALLOWED_HOSTS = ["testserver", "allowed.example"]
    settings.CSRF_TRUSTED_ORIGINS = ["https://friend.example"]
    if page == "login":
        account()
        answer = log_in(client, next=next)
    else:
        answer = sign_up(client, next=next)
    assert answer.status_code == 302
    assert answer["Location"] == "/"


def test_login_redirects_to_the_requested_page(client: Client) -> None:
    account()
    page = client.get("/account/login/?next=/i/code")
    assert 'name="next" value="/i/code"' in page.content.decode()
    assert log_in(client, next="/i/code")["Location"] == "/i/code"
    assert b"/account/login/?next=/" in Client().get("/").content


def test_logged_in_user_is_redirected() -> None:
    account()
    assert logged_in().get("/account/login/?next=/r/x/")["Location"] == "/r/x/"


@pytest.mark.parametrize("address", ["/account/login/", "/account/signup/", "/account/logout/", "/account/keep/"])
def test_form_needs_the_token_of_its_page(address: str) -> None:
    account("Ana")
    client = Client(enforce_csrf_checks=True)
    answer = client.post(address, {"login": "Ana", "name": "Ben", "password": PASSWORD})
    assert answer.status_code in {302, 403}
    assert user_at(client) is None
    assert User.objects.count() == 1


def test_logging_in_changes_the_key_of_the_login_session(client: Client) -> None:
    """An attacker who has planted a key, anonymous or of a guest, gains nothing."""
    account("Ana")
    planted = client.session
    planted["x"] = 1
    planted.save()
    client.cookies[settings.SESSION_COOKIE_NAME] = str(planted.session_key)
    log_in(client)
    assert client.session.session_key != str(planted.session_key)
    assert not planted.exists(str(planted.session_key))

    browser = entered()
    key = browser.session.session_key
    log_in(browser)
    assert browser.session.session_key != key
    assert not browser.session.exists(str(key))


def test_login_answers_unknown_guest_and_wrong_password_alike(client: Client) -> None:
    account("Ana")
    account("Zoe", is_active=False)
    guest("Gus")
    pages, work = set(), []
    for name in ("Ana", "Gus", "Zoe", "Nobody", "no@example.org"):
        with patch.object(MD5PasswordHasher, "encode", autospec=True, side_effect=MD5PasswordHasher.encode) as hashed:
            page = log_in(client, name, "wrong password")
        pages.add(words_of(page).replace(name, ""))
        work.append(hashed.call_count)
        assert page.status_code == 422
    assert (len(pages), work) == (1, [1, 1, 1, 1, 1])
    assert log_in(client, "Zoe").status_code == 422


def test_password_of_ten_thousand_characters_is_not_checked(client: Client) -> None:
    account()
    with patch.object(MD5PasswordHasher, "encode") as hashed:
        assert log_in(client, password="x" * 10_001).status_code == 422
    assert hashed.call_count == 0


@pytest.mark.parametrize("field", ["login", "password", "next"])
def test_nul_in_the_log_in_is_told(client: Client, field: str) -> None:
    account()
    given = {"login": "Ana", "password": PASSWORD, field: "a\0b"}
    assert client.post("/account/login/", given).status_code in {302, 422}


def test_sixth_try_waits_five_minutes_in_every_spelling_of_the_name(client: Client) -> None:
    account(email="ana@example.org")
    with time_machine.travel("2026-01-01", tick=False) as clock:
        spellings = ["Ana", "ANA", "\uff21na", "ana@example.org", "a\u200bna"]
        assert [log_in(client, name, "wrong").status_code for name in spellings] == [422] * 5
        page = log_in(client, "Ana")
        assert (page.status_code, page["Retry-After"]) == (429, "300")
        assert "five minutes" in page.content.decode()
        clock.shift(301)
        assert log_in(client, "Ana").status_code == 302


def test_stranger_locks_nobody_out(client: Client) -> None:
    """Wrong passwords count for the network they come from, and not where the owner has been before."""
    account()
    known = logged_in()
    known.post("/account/logout/")
    stranger, elsewhere = Client(REMOTE_ADDR="192.0.2.1"), Client(REMOTE_ADDR="192.0.2.9")
    with time_machine.travel("2026-01-01", tick=False):
        assert [log_in(stranger, "Ana", "wrong").status_code for _ in range(6)] == [422] * 5 + [429]
        assert log_in(elsewhere).status_code == 302
        known.defaults["REMOTE_ADDR"] = "192.0.2.1"  # beside the stranger, too
        assert log_in(known).status_code == 302


def test_many_strangers_lock_nobody_out_of_a_known_browser(client: Client) -> None:
    account()
    known = logged_in()
    known.post("/account/logout/")
    with time_machine.travel("2026-01-01", tick=False):
        answers = [log_in(Client(REMOTE_ADDR=f"192.0.2.{n // 5}"), "Ana", "wrong").status_code for n in range(301)]
        assert answers == [422] * 300 + [429]
        assert log_in(Client(REMOTE_ADDR="198.51.100.1")).status_code == 429
        assert log_in(known).status_code == 302


def test_known_browser_tries_five_times_too(client: Client) -> None:
    account()
    known = logged_in()
    known.post("/account/logout/")
    with time_machine.travel("2026-01-01", tick=False):
        assert [log_in(known, "Ana", "wrong").status_code for _ in range(6)] == [422] * 5 + [429]
        assert log_in(known, "Ana").status_code == 429


def test_known_browser_gets_no_tries_by_another_device(client: Client) -> None:
    account()
    known = logged_in()
    known.post("/account/logout/")
    with time_machine.travel("2026-01-01", tick=False):
        answers = []
        for _ in range(6):
            known.cookies.pop(settings.DEVICE_COOKIE_NAME, None)
            answers.append(log_in(known, "Ana", "wrong").status_code)
        assert answers == [422] * 5 + [429]


@pytest.mark.parametrize("cookie", ["", "Ana", "anaanaanaana:1:x", "."])
def test_browser_says_by_itself_that_it_is_known_in_vain(client: Client, cookie: str) -> None:
    account()
    client.cookies[settings.KNOWN_COOKIE_NAME] = cookie
    with time_machine.travel("2026-01-01", tick=False):
        assert [log_in(client, "Ana", "wrong").status_code for _ in range(5)] == [422] * 5
        assert log_in(client).status_code == 429


def test_browser_is_known_for_those_who_logged_in_there(client: Client) -> None:
    account()
    account("Ben")
    log_in(client, "Ben")
    client.post("/account/logout/")
    with time_machine.travel("2026-01-01", tick=False):
        for _ in range(5):
            log_in(Client(), "Ana", "wrong")
        assert log_in(client).status_code == 429
        assert log_in(client, "Ben").status_code == 302


def test_right_password_uses_no_try_up(client: Client) -> None:
    account()
    with time_machine.travel("2026-01-01", tick=False):
        assert [log_in(Client()).status_code for _ in range(12)] == [302] * 12


def test_address_may_try_few_names(client: Client) -> None:
    with time_machine.travel("2026-01-01", tick=False):
        answers = [log_in(client, f"Name {n}", "wrong").status_code for n in range(11)]
        assert answers == [422] * 10 + [429]
        assert log_in(Client(REMOTE_ADDR="192.0.2.9"), "Name 99", "wrong").status_code == 422


def test_address_header_of_a_client_is_ignored(client: Client) -> None:
    """The middleware `realtime.server.forwarded` sets the address behind a proxy."""
    with time_machine.travel("2026-01-01", tick=False):
        tries = [Client(headers={"x-forwarded-for": f"198.51.100.{n}"}) for n in range(11)]
        answers = [log_in(each, f"Name {n}", "wrong").status_code for n, each in enumerate(tries)]
    assert answers == [422] * 10 + [429]


def test_too_many_accounts_from_one_address_are_a_page_that_says_when(client: Client) -> None:
    with time_machine.travel("2026-01-01", tick=False):
        answers = [client.post("/account/signup/", {}) for _ in range(21)]
    assert answers[-1].status_code == 429
    assert answers[-1]["Retry-After"] == "60"
    assert "in a minute" in answers[-1].content.decode()


# A guest who logs in


def test_guest_with_messages_is_warned_first() -> None:
    browser = entered("Gus")
    assert b"left behind" not in browser.get("/account/login/").content
    gus = again(User.objects.get(name="Gus"))
    post(gus, room(gus))
    page = browser.get("/account/login/?next=/r/x/").content.decode()
    assert "guest Gus" in page
    assert "/account/keep/?next=/r/x/" in page


def test_guest_row_is_unchanged_after_login_as_an_account() -> None:
    ana, browser = account(), entered("Gus")
    before = User.objects.filter(name="Gus").values().get()
    log_in(browser)
    assert user_at(browser) == ana
    assert User.objects.filter(name="Gus").values().get() == before
    assert LoginSession.objects.filter(user=ana).count() == 1


def test_guest_who_cancels_the_second_step_is_still_logged_in() -> None:
    second_step(account())
    browser = entered("Gus")
    assert log_in(browser)["Location"] == "/account/2fa/authenticate/"
    assert browser.get("/account/2fa/authenticate/").status_code == 200
    assert user_at(browser) == User.objects.get(name="Gus")


# Logging out


def test_logging_out_is_a_post_and_leaves_nothing() -> None:
    account()
    client = logged_in()
    assert client.get("/account/logout/").status_code == 200
    assert user_at(client) is not None
    assert client.post("/account/logout/")["Location"] == "/"
    assert user_at(client) is None
    assert not Session.objects.exists()
    assert not LoginSession.objects.exists()


def test_cookie_of_a_guest_is_invalid_after_logout() -> None:
    browser = entered("Gus")
    assert "return as" in browser.get("/account/logout/").content.decode()
    key = browser.session.session_key or ""
    browser.post("/account/logout/")
    thief = Client()
    thief.cookies[settings.SESSION_COOKIE_NAME] = key
    assert user_at(thief) is None
    assert thief.get("/").context["boot"]["user"] is None


def test_going_out_leads_to_no_foreign_place() -> None:
    for number, next in enumerate(FOREIGN):
        assert entered(f"Gus {number}").post("/account/logout/", {"next": next})["Location"] == "/"


# A password forgotten


def test_page_says_whom_to_ask_without_mail(client: Client) -> None:
    page = client.get("/account/reset/")
    assert "Ask the admin" in page.content.decode()
    assert words_of(client.post("/account/reset/", {"email": "ana@example.org"})) == words_of(page)
    assert mail.outbox == []


def test_reset_link_sets_a_password_once(client: Client, settings: Any) -> None:
    settings.EMAIL_URL = "smtp://mail"
    account(email="ana@example.org")
    elsewhere = logged_in()
    assert client.post("/account/reset/", {"email": "ANA@example.org"})["Location"] == "/account/reset/sent/"
    [sent] = mail.outbox
    assert sent.to == ["ana@example.org"]
    link = re.findall(r"http://testserver(\S+)", str(sent.body))[0]
    form = client.get(link, follow=True)
    assert "New password" in form.content.decode()
    assert link not in form.content.decode()
    too_short = client.post(form.redirect_chain[-1][0], {"password1": "short"})
    assert too_short.context["form"].errors
    client.post(form.redirect_chain[-1][0], {"password1": "entirely new words"})
    assert log_in(client, "Ana").status_code == 422
    assert log_in(client, "Ana", "entirely new words").status_code == 302
    assert user_at(elsewhere) is None
    assert "has been used" in Client().get(link, follow=True).content.decode()


def test_reset_answers_everyone_alike_and_sends_as_many_mails(client: Client, settings: Any) -> None:
    settings.EMAIL_URL = "smtp://mail"
    account(email="ana@example.org")
    known = client.post("/account/reset/", {"email": "ana@example.org"}, follow=True)
    unknown = client.post("/account/reset/", {"email": "nobody@example.org"}, follow=True)
    assert words_of(known) == words_of(unknown)
    assert [each.to for each in mail.outbox] == [["ana@example.org"], ["nobody@example.org"]]


def test_old_email_no_longer_opens_the_account(client: Client, settings: Any) -> None:
    settings.EMAIL_URL = "smtp://mail"
    ana = account(email="old@example.org")
    client.post("/account/reset/", {"email": "old@example.org"})
    ana.email = "new@example.org"
    ana.save()
    link = re.findall(r"http://testserver(\S+)", str(mail.outbox[0].body))[0]
    assert "has been used" in client.get(link, follow=True).content.decode()
    client.post("/account/reset/", {"email": "old@example.org"})
    assert "No Parlor account" in mail.outbox[-1].subject


def test_reset_link_of_another_user_logs_no_guest_out(capsys: pytest.CaptureFixture[str]) -> None:
    account()
    call_command("resetlink", "Ana")
    browser = entered("Gus")
    browser.get(capsys.readouterr().out.strip(), follow=True)
    assert user_at(browser) == User.objects.get(name="Gus")


@pytest.mark.parametrize("address", ["1-set-password", "zzzzzzzzzzzzzzzz-abc-def", "zzzzzzzzzzzz-a-b", "0-x"])
def test_invalid_reset_link_is_reported(client: Client, address: str) -> None:
    assert "has been used or has expired" in client.get(f"/account/reset/{address}/").content.decode()


def test_pages_with_secrets_are_kept_by_nobody(client: Client) -> None:
    assert "no-store" in client.get("/account/login/")["Cache-Control"]
    account()
    assert "no-store" in logged_in().get("/account/2fa/")["Cache-Control"]


def test_page_token_belongs_to_the_new_login_session(client: Client) -> None:
    account()
    log_in(client)
    token = client.get("/realtime/token").json()["token"]
    assert token_fits(token, client.session.session_key or "")
