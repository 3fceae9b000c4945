"""Two-step verification: for anyone who likes, and for those who guard the site."""

from typing import Any

import pytest
import time_machine
from allauth.mfa.models import Authenticator
from django.core.management import call_command
from django.http import HttpRequest, HttpResponse
from django.test import Client
from django.urls import include, path

import config.urls
from accounts.models import User
from accounts.selectors import guards_unproven
from realtime.errors import RealtimeError
from realtime.log import SITE, head_of
from tests import actions
from tests.accounts.people import PASSWORD, account, code_of, entered, log_in, logged_in, second_step, user_at

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def required(settings: Any) -> None:
    settings.STAFF_MFA = True


ACTIVATE = "/account/2fa/totp/activate/"
AUTHENTICATE = "/account/2fa/authenticate/"
DEACTIVATE = "/account/2fa/totp/deactivate/"
CODES = "/account/2fa/recovery-codes/"
GENERATE = f"{CODES}generate/"


def inside(request: HttpRequest) -> HttpResponse:
    return HttpResponse("inside")


admin = ([path("", inside, name="index"), path("login/", inside, name="login")], "admin")
urlpatterns = [path("admin/", include(admin)), *config.urls.urlpatterns]


def set_up(client: Client) -> str:
    """Set up two-step login as a person does, and return the secret."""
    client.post("/account/reauthenticate/", {"password": PASSWORD})
    secret: str = client.get(ACTIVATE).context["form"].secret
    assert client.post(ACTIVATE, {"code": code_of(secret)})["Location"] == "/account/2fa/recovery-codes/"
    return secret


def test_anyone_may_set_it_up_and_is_asked_for_it_from_then_on() -> None:
    ana = account()
    with time_machine.travel("2026-01-01") as clock:
        client = logged_in()
        assert client.get(ACTIVATE)["Location"].startswith("/account/reauthenticate/")
        secret = set_up(client)
        assert len(client.get("/account/2fa/recovery-codes/").context["unused_codes"]) == 10
        clock.shift(60)
        other = Client()
        assert log_in(other)["Location"] == AUTHENTICATE
        assert user_at(other) is None
        assert b"30 seconds" in other.post(AUTHENTICATE, {"code": "000000"}).content
        assert other.post(AUTHENTICATE, {"code": code_of(secret)})["Location"] == "/"
        assert user_at(other) == ana


def test_second_step_logs_out_sessions_without_it() -> None:
    account()
    here, before = logged_in(), logged_in()
    set_up(here)
    assert user_at(here) is not None
    assert user_at(before) is None


def test_code_works_once() -> None:
    secret = second_step(account())
    with time_machine.travel("2026-01-01", tick=False):
        first, second = Client(), Client()
        for client in (first, second):
            log_in(client)
            client.post(AUTHENTICATE, {"code": code_of(secret)})
        assert (user_at(first) is None, user_at(second) is None) == (False, True)


def test_recovery_code_works_once() -> None:
    ana = account()
    second_step(ana)
    code = Authenticator.objects.get(user=ana, type="recovery_codes").wrap().get_unused_codes()[0]
    came = []
    for _ in range(2):
        client = Client()
        log_in(client)
        client.post(AUTHENTICATE, {"code": code})
        came.append(user_at(client))
    assert came == [ana, None]


def test_codes_are_tried_five_times() -> None:
    second_step(account())
    client = Client()
    with time_machine.travel("2026-01-01", tick=False):
        log_in(client)
        answers = [client.post(AUTHENTICATE, {"code": f"00000{n}"}).status_code for n in range(5)]
        page = client.post(AUTHENTICATE, {"code": "000009"})
    assert (answers, page.status_code, page["Retry-After"]) == ([422] * 5, 429, "300")
    assert "five minutes" in page.content.decode()


@pytest.mark.parametrize("code", ["a\0b", "1" * 10_000, "", "\uff11\uff12\uff13\uff14\uff15\uff16"])
def test_wrong_code_is_reported(code: str) -> None:
    second_step(account())
    client = Client()
    log_in(client)
    assert client.post(AUTHENTICATE, {"code": code}).status_code == 422
    assert user_at(client) is None


def test_second_step_needs_the_first(client: Client) -> None:
    second_step(account())
    assert client.get(AUTHENTICATE)["Location"] == "/account/login/"
    assert client.post(AUTHENTICATE, {"code": "000000"})["Location"] == "/account/login/"


def test_guest_logs_in_as_an_account_with_both_steps() -> None:
    ana = account()
    secret = second_step(ana)
    browser = entered("Gus")
    log_in(browser, next="/r/x/")
    assert browser.post(AUTHENTICATE, {"code": code_of(secret)})["Location"] == "/r/x/"
    assert user_at(browser) == ana


@pytest.mark.parametrize("address", ["/account/2fa/", ACTIVATE, "/account/2fa/recovery-codes/"])
def test_guest_must_keep_the_name_before_the_second_step(address: str) -> None:
    assert entered("Gus").get(address)["Location"] == "/account/keep/"


def test_admin_resets_the_second_step_of_a_lost_phone() -> None:
    ana = account()
    second_step(ana)
    call_command("resetlink", "Ana", "--drop-second-step", verbosity=0)
    assert not Authenticator.objects.filter(user=ana).exists()


@pytest.mark.parametrize(
    "address",
    [
        "/account/2fa/",
        "/account/2fa/totp/deactivate/",
        "/account/2fa/recovery-codes/",
        "/account/2fa/recovery-codes/generate/",
        "/account/2fa/recovery-codes/download/",
        "/account/2fa/reauthenticate/",
    ],
)
def test_every_page_of_it_is_there(address: str) -> None:
    account()
    client = logged_in()
    set_up(client)
    assert client.get(address).status_code == 200


# Whoever sits at an open browser takes nothing away


def left_open(secret: str) -> Client:
    """Return a browser in which Ana logged in with both steps some time ago."""
    client = Client()
    log_in(client)
    client.post(AUTHENTICATE, {"code": code_of(secret)})
    assert user_at(client) is not None
    return client


@pytest.mark.parametrize("address", [DEACTIVATE, GENERATE])
def test_taking_it_away_asks_for_password_and_code(address: str) -> None:
    ana = account()
    secret = second_step(ana)
    kept = Authenticator.objects.get(user=ana, type="recovery_codes").data
    with time_machine.travel("2026-01-01") as clock:
        client = left_open(secret)
        asked = f"/account/reauthenticate/?next={address.replace('/', '%2F')}"
        assert client.get(address)["Location"] == client.post(address)["Location"] == asked
        client.post("/account/reauthenticate/", {"password": PASSWORD})
        assert client.get(address).status_code == 200
        for code in ("", "000000"):
            page = client.post(address, {"code": code})
            assert (page.status_code, list(page.context["form"].errors)) == (422, ["code"])
        assert Authenticator.objects.get(user=ana, type="recovery_codes").data == kept
        clock.shift(60)
        assert client.post(address, {"code": code_of(secret)}).status_code == 302
    left = Authenticator.objects.filter(user=ana, type="recovery_codes").first()
    assert left is None or left.data != kept


def test_taking_it_away_asks_again_right_after_it_was_set_up() -> None:
    account()
    client = logged_in()
    set_up(client)
    assert client.post(DEACTIVATE).status_code == 422
    assert client.post(GENERATE).status_code == 422
    assert Authenticator.objects.count() == 2


@pytest.mark.parametrize("address", [CODES, f"{CODES}download/"])
def test_recovery_codes_are_shown_after_a_code(address: str) -> None:
    secret = second_step(account())
    with time_machine.travel("2026-01-01") as clock:
        client = left_open(secret)
        client.post("/account/reauthenticate/", {"password": PASSWORD})
        assert client.get(address)["Location"].startswith("/account/2fa/reauthenticate/?next=")
        clock.shift(60)
        assert client.post("/account/2fa/reauthenticate/", {"code": "000000"}).status_code == 422
        client.post("/account/2fa/reauthenticate/", {"code": code_of(secret)})
        assert client.get(address).status_code == 200
        clock.shift(301)
        assert client.get(address).status_code == 302


def test_wrong_password_at_confirmation_is_an_error() -> None:
    account()
    client = logged_in()
    assert client.post("/account/reauthenticate/", {"password": "wrong"}).status_code == 422
    assert client.get(ACTIVATE).status_code == 302


def test_wrong_code_at_setup_is_an_error() -> None:
    account()
    client = logged_in()
    client.post("/account/reauthenticate/", {"password": PASSWORD})
    client.get(ACTIVATE)
    answers = [client.post(ACTIVATE, {"code": f"00000{n}"}).status_code for n in range(6)]
    assert answers == [422] * 5 + [429]


# Those who guard the site


@pytest.mark.parametrize("power", ["is_staff", "is_superuser", "is_moderator"])
def test_staff_is_redirected_to_set_up_the_second_step(power: str, settings: Any) -> None:
    ana = account()
    User.objects.filter(pk=ana.pk).update(**{power: True})
    ana.refresh_from_db()
    assert guards_unproven(ana)
    assert log_in(Client())["Location"] == ACTIVATE
    second_step(ana)
    assert not guards_unproven(ana)
    Authenticator.objects.all().delete()
    settings.STAFF_MFA = False
    assert not guards_unproven(ana)
    assert log_in(Client())["Location"] == "/"


def test_staff_has_no_powers_on_the_wire_before_the_second_step() -> None:
    host, ana = actions.guest("Host"), actions.again(account())
    key = actions.room(host, ana)
    o = actions.post(host, key)
    User.objects.filter(pk=ana.pk).update(is_moderator=True)
    with pytest.raises(RealtimeError):
        actions.act(ana, "message.delete", room=key, o=o, reason="spam")
    second_step(User.objects.get(pk=ana.pk))
    actions.act(ana, "message.delete", room=key, o=o, reason="spam")


def test_turning_it_on_or_off_has_every_process_ask_again() -> None:
    account()
    client = logged_in()
    before = head_of(SITE).o
    secret = set_up(client)
    assert head_of(SITE).o == before + 1
    client.post(DEACTIVATE, {"code": code_of(secret)})
    assert head_of(SITE).o == before + 2


@pytest.mark.urls("tests.accounts.test_second_step")
@pytest.mark.parametrize("address", ["/admin/", "/admin/login/"])
def test_admin_opens_only_for_staff_with_both_steps(address: str) -> None:
    def at(client: Client) -> tuple[int, str]:
        answer = client.get(address)
        assert client.post(address, {"username": "ana", "password": PASSWORD}).status_code == answer.status_code
        return answer.status_code, answer.headers.get("Location", "")

    leads_in = (302, f"/account/login/?next={address.replace('/', '%2F')}")
    assert at(Client()) == at(entered("Gus")) == leads_in
    ana = account()
    client = logged_in()
    assert at(client)[0] == 404
    User.objects.filter(pk=ana.pk).update(is_staff=True)
    assert at(client) == (302, ACTIVATE)
    set_up(client)
    assert client.get(address).content == b"inside"


@pytest.mark.urls("tests.accounts.test_second_step")
def test_login_without_the_second_step_opens_no_admin() -> None:
    second_step(account(is_superuser=True))
    client = Client()
    log_in(client, next="/admin/")
    assert client.get("/admin/")["Location"].startswith("/account/login/")
