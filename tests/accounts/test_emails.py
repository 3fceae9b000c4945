"""E-mail addresses: proved before they count, and the same is said of all of them."""

import re
from typing import Any

import pytest
import time_machine
from django.core import mail
from django.test import Client

from accounts.models import User
from accounts.services.accounts import EmailTaken, email_ask, email_prove
from tests.accounts.people import PASSWORD, account, entered, log_in, logged_in, words_of

pytestmark = pytest.mark.django_db
ANN = "ann@example.org"


@pytest.fixture(autouse=True)
def mails(settings: Any) -> None:
    settings.EMAIL_URL = "smtp://mail"


def sign_up(name: str, email: str) -> Any:
    return Client().post("/account/signup/", {"name": name, "password": PASSWORD, "email": email})


def link() -> str:
    """Return the link in the last mail."""
    found = re.search(r"http://testserver(/account/email/\S+)", str(mail.outbox[-1].body))
    assert found
    return found[1]


def test_address_counts_once_its_owner_has_followed_the_link() -> None:
    assert sign_up("Ann", "Ann@Example.org").status_code == 302
    ann = User.objects.get()
    assert (ann.email, ann.email_asked, mail.outbox[0].to) == ("", ANN, [ANN])
    assert log_in(Client(), ANN).status_code == 422
    assert ANN in Client().get(link()).content.decode()  # looking at it is not yet following it
    ann.refresh_from_db()
    assert not ann.email_proved
    assert "can now log in" in Client().post(link()).content.decode()
    ann.refresh_from_db()
    assert (ann.email, ann.email_proved, ann.email_asked) == (ANN, True, "")
    assert log_in(Client(), ANN).status_code == 302
    assert Client().post(link()).status_code == 410


def test_mail_to_an_address_that_nobody_has_proved_says_nothing_that_its_sender_chose() -> None:
    sign_up("evil.example/login", ANN)
    assert "evil" not in str(mail.outbox[-1].body) + str(mail.outbox[-1].subject)


def answers(send: Any, free: str) -> tuple[Any, Any]:
    """Return the answers for an address of somebody else, and for one that nobody has."""
    account("Ann", email=ANN)
    taken, other = [(each.status_code, each.headers.get("Location"), words_of(each)) for each in map(send, [ANN, free])]
    return taken, other


def signing_up(email: str) -> Any:
    return sign_up(f"Probe {len(mail.outbox)}", email)


def keeping(email: str) -> Any:
    return entered(f"Probe {len(mail.outbox)}").post("/account/keep/", {"password": PASSWORD, "email": email})


def changing(email: str) -> Any:
    name = f"Probe {len(mail.outbox)}"
    account(name)
    return logged_in(name).post("/account/email/", {"old": PASSWORD, "email": email})


def resetting(email: str) -> Any:
    return Client().post("/account/reset/", {"email": email})


@pytest.mark.parametrize("send", [signing_up, keeping, changing, resetting])
def test_answer_says_nothing_about_who_has_an_address(send: Any) -> None:
    taken, free = answers(send, "nobody@example.org")
    assert taken == free
    assert len(mail.outbox) == 2
    assert [each.to for each in mail.outbox] == [[ANN], ["nobody@example.org"]]


def test_owner_is_told_that_they_have_an_account() -> None:
    account("Ann", email=ANN)
    sign_up("Probe", ANN)
    assert "already" in mail.outbox[0].subject
    assert "/account/email/" not in str(mail.outbox[0].body)


def test_address_that_is_not_proved_stands_in_nobodys_way_and_gets_no_reset() -> None:
    sign_up("Squatter", ANN)
    Client().post("/account/reset/", {"email": ANN})
    assert "/account/reset/" not in str(mail.outbox[-1].body)
    sign_up("Ann", ANN)
    Client().post(link())
    assert User.objects.get(email=ANN).name == "Ann"
    squatter = User.objects.get(name="Squatter")
    with pytest.raises(EmailTaken):
        email_prove(key=squatter.key, email=ANN)


def test_address_of_0_1_works_until_somebody_proves_it() -> None:
    squatter, ann = account("Squatter"), account("Ann")
    User.objects.filter(pk=squatter.pk).update(email=ANN)
    Client().post("/account/reset/", {"email": ANN})
    assert "/account/reset/" in str(mail.outbox[-1].body)
    email_ask(user=ann, email=ANN)
    email_prove(key=ann.key, email=ANN)
    squatter.refresh_from_db()
    assert (squatter.email, User.objects.get(email=ANN)) == ("", ann)


def test_own_address_of_0_1_can_be_proved() -> None:
    ann = account("Ann")
    User.objects.filter(pk=ann.pk).update(email=ANN)
    logged_in("Ann").post("/account/email/", {"old": PASSWORD, "email": ANN})
    Client().post(link())
    ann.refresh_from_db()
    assert (ann.email, ann.email_proved) == (ANN, True)


def test_link_of_an_address_that_was_replaced_is_void() -> None:
    account("Ann")
    client = logged_in("Ann")
    client.post("/account/email/", {"old": PASSWORD, "email": ANN})
    old = link()
    client.post("/account/email/", {"old": PASSWORD, "email": "other@example.org"})
    assert Client().post(old).status_code == 410
    assert Client().post(link()).status_code == 200


def test_link_ends_after_three_days_and_no_other_is_taken() -> None:
    with time_machine.travel("2026-01-01") as clock:
        sign_up("Ann", ANN)
        clock.shift(3 * 24 * 3600 + 1)
        assert Client().get(link()).status_code == 410
    for token in ("x", "a:b:c", "%00", "x" * 5000):
        assert Client().post(f"/account/email/{token}").status_code == 410


def test_no_address_leaves_none() -> None:
    account("Ann", email=ANN)
    logged_in("Ann").post("/account/email/", {"old": PASSWORD, "email": ""})
    ann = User.objects.get()
    assert (ann.email, ann.email_proved, ann.email_asked, mail.outbox) == ("", False, "", [])


def test_mailbox_is_not_filled_from_here() -> None:
    with time_machine.travel("2026-01-01", tick=False):
        answered = [sign_up(f"Probe {n}", ANN).status_code for n in range(5)]
    assert (answered, len(mail.outbox)) == ([302] * 5, 3)


def test_mail_server_that_is_away_keeps_nobody_from_signing_up(monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*given: Any, **more: Any) -> None:
        raise ConnectionRefusedError

    monkeypatch.setattr("django.core.mail.message.EmailMessage.send", refuse)
    assert sign_up("Ann", ANN).status_code == 302


def test_site_without_mail_keeps_no_address(settings: Any) -> None:
    settings.EMAIL_URL = ""
    sign_up("Ann", ANN)
    assert (User.objects.get().email_asked, mail.outbox) == ("", [])
    page = logged_in("Ann").post("/account/email/", {"old": PASSWORD, "email": ANN})
    assert (page.status_code, list(page.context["form"].errors)) == (422, ["email"])


@pytest.mark.parametrize("language", ["en", "zh-hans"])
def test_pages_and_mails_are_there_in_both_languages(language: str, settings: Any) -> None:
    client = Client()
    client.cookies[settings.LANGUAGE_COOKIE_NAME] = language
    client.post("/account/signup/", {"name": "Ann", "password": PASSWORD, "email": ANN})
    assert ("Hello" in str(mail.outbox[0].body)) == (language == "en")
    assert ANN in client.get("/account/").content.decode()
    assert client.get(link()).status_code == 200
    assert ("confirm" in str(mail.outbox[0].body)) == (language == "en")
