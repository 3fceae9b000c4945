"""The link that makes the first admin: printed, good for one, gone."""

import stat
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest
from django.core.management import CommandError, call_command
from django.db import connection
from django.test import Client

from accounts import setup
from accounts.models import User
from realtime.log import SITE, tail
from tests.accounts.people import PASSWORD, account, entered, user_at

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def folder(tmp_path: Path, settings: Any) -> Path:
    settings.DATA, settings.STAFF_MFA = tmp_path, True
    return tmp_path


@pytest.fixture
def link() -> str:
    found = setup.link()
    assert found
    return found


def become(client: Client, link: str, name: str = "Root", **more: str) -> Any:
    return client.post(link, {"name": name, "password": PASSWORD, **more})


def test_setup_file_has_no_secret_and_is_readable_by_its_owner_only(folder: Path, link: str) -> None:
    token = link.rpartition("/")[2]
    assert len(token) == 22
    assert token not in (folder / "setup_token").read_text()
    assert stat.S_IMODE((folder / "setup_token").stat().st_mode) == 0o600


def test_setup_link_creates_an_admin_and_leads_to_the_second_step(client: Client, folder: Path, link: str) -> None:
    assert client.get(link).status_code == 200
    assert become(client, link)["Location"] == "/account/2fa/totp/activate/"
    root = User.objects.get()
    assert (root.is_superuser, root.is_staff, user_at(client)) == (True, True, root)
    assert client.get("/account/2fa/totp/activate/").status_code == 200
    assert not (folder / "setup_token").exists()


def test_setup_link_works_once(client: Client, link: str) -> None:
    become(client, link)
    assert client.get(link).status_code == 404
    assert become(Client(), link, "Second").status_code == 404
    assert setup.link() is None
    assert setup.greeting() == []


def test_setup_link_ends_when_an_admin_exists(client: Client, link: str) -> None:
    account(is_superuser=True)
    assert client.get(link).status_code == 404
    assert become(client, link, "Second").status_code == 404


def test_new_setup_link_ends_the_one_before(client: Client, link: str) -> None:
    assert setup.link() != link
    assert client.get(link).status_code == 404


@pytest.mark.parametrize("token", ["x", "A" * 22, "a" * 5000])
def test_guessed_setup_token_is_404(client: Client, link: str, token: str) -> None:
    assert client.get(f"/setup/{token}").status_code == 404


def test_guest_becomes_the_admin_under_the_same_name(link: str) -> None:
    browser = entered("Gus")
    assert "will become the admin" in browser.get(link).content.decode()
    become(browser, link)
    assert User.objects.get().is_superuser
    assert User.objects.get().key in str(tail(SITE, 1)[0].data), "connections that are open are asked about again"
    assert user_at(browser) == User.objects.get(name="Gus")


@pytest.mark.parametrize("given", [{"name": ""}, {"name": "x" * 33}, {"password": "short"}, {"email": "none"}])
def test_invalid_setup_leaves_the_link_valid(client: Client, link: str, given: dict[str, str]) -> None:
    assert client.post(link, {"name": "Root", "password": PASSWORD, **given}).status_code == 422
    assert not User.objects.exists()
    assert become(client, link).status_code == 302


def test_setuplink_prints_the_link_until_an_admin_exists(capsys: pytest.CaptureFixture[str]) -> None:
    call_command("setuplink")
    assert "/setup/" in capsys.readouterr().out
    account(is_superuser=True)
    with pytest.raises(CommandError):
        call_command("setuplink")


@pytest.mark.django_db(transaction=True)
def test_six_concurrent_setups_create_one_admin(link: str) -> None:
    def race(n: int) -> int:
        try:
            status: int = become(Client(REMOTE_ADDR=f"192.0.2.{n}"), link, f"Root {n}").status_code
            return status
        finally:
            connection.close()

    with ThreadPoolExecutor(6) as pool:
        answers = sorted(pool.map(race, range(6)))
    assert answers == [302] + [404] * 5
    assert User.objects.filter(is_superuser=True).count() == User.objects.count() == 1
