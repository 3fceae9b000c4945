"""Tests of the live page and the admin in a browser, also by keyboard."""

import re
from collections.abc import Iterator
from pathlib import Path
from secrets import token_hex
from typing import Any

import pytest
from playwright.sync_api import expect

from tests.accounts.people import PASSWORD
from tests.client import BlockingClient
from tests.services.parlor import Parlor
from tests.system.conftest import HURRY, NewPerson
from tests.system.look import ViewCheck
from tests.system.person import DESKTOP, PHONE, Person

REFUSED_PAGE = "Failed to load resource: the server responded with a status of 4"
MAKE = """
from django.contrib.auth.hashers import make_password
from accounts.models import User
from accounts.services.accounts import account_create
user = account_create(name={name!r}, hashed=make_password({password!r}), email="", colour=0, device="", now=1)
User.objects.filter(pk=user.pk).update(is_superuser=True, is_staff=True)
"""

UNGUARDED = {"REALTIME": HURRY, "STAFF_MFA": "false"}


@pytest.fixture(scope="module")
def unguarded(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Parlor]:
    """Start a site where ranks need no two-step login."""
    with Parlor(tmp_path_factory.mktemp("unguarded"), **UNGUARDED) as parlor:
        yield parlor


@pytest.fixture
def of_its_own(tmp_path: Path) -> Iterator[Parlor]:
    """Start another site, because new guests wait for approval after a ban of a guest."""
    with Parlor(tmp_path, **UNGUARDED) as parlor:
        yield parlor


def admin(person: NewPerson, site: Parlor, **options: Any) -> Person:
    name = f"Adele {token_hex(3)}"
    site.manage("shell", "-c", MAKE.format(name=name, password=PASSWORD))
    one = person(site.url, **options)
    one.page.goto("/account/login/")
    one.page.locator("[name=login]").fill(name)
    one.page.locator("[name=password]").fill(PASSWORD)
    one.page.locator("[name=password]").press("Enter")
    expect(one.page.locator("#text")).to_be_visible()
    return one


def chosen(one: Person, name: str) -> None:
    """Select a person's row and the ban above the list, by keyboard."""
    row = one.page.locator("#result_list tbody tr", has_text=name)
    row.locator(".action-select").focus()
    one.page.keyboard.press("Space")
    one.page.locator("select[name=action]").select_option("ban")
    one.page.locator("select[name=action]").focus()
    one.page.keyboard.press("Tab")
    one.page.keyboard.press("Enter")
    expect(one.page.locator("form.act")).to_be_visible()


@pytest.mark.parametrize("locale", ["en-GB", "zh-CN"])
@pytest.mark.parametrize("size", [DESKTOP, PHONE], ids=["1280", "360"])
def test_axe_has_nothing_against_what_guards_look_at(
    person: NewPerson, unguarded: Parlor, size: dict[str, Any], locale: str
) -> None:
    troll = BlockingClient(unguarded.url, f"Troll {token_hex(3)}")
    o = troll.say(troll.lounge, "buy this")[0]
    other = BlockingClient(unguarded.url, f"Other {token_hex(3)}")
    other.act("report.create", room=other.lounge, o=o, rule="spam")
    one = admin(person, unguarded, **size, locale=locale)
    look = ViewCheck(one)
    one.page.goto("/live/")
    expect(one.page.locator("#connections")).not_to_have_text("–")
    look.at("live, with numbers")
    look.visit("/admin/", "the admin")
    look.visit("/admin/moderation/report/", "reports")
    one.page.locator("#result_list tbody a").first.click()
    expect(one.page).to_have_url(re.compile("/change/"))
    expect(one.page.get_by_role("main")).to_be_visible()
    look.at("a report")
    look.visit("/admin/accounts/user/", "people")
    chosen(one, troll.name)
    look.at("an act")
    for guest in (troll, other):
        guest.leave()
    assert not look.faults, "\n".join(look.faults)


def test_ban_from_the_admin_is_seen_by_the_banned_and_by_a_bystander(of_its_own: Parlor, person: NewPerson) -> None:
    one = admin(person, of_its_own)
    name = f"Troll {token_hex(3)}"
    troll, by = person(of_its_own.url).enter(name), person(of_its_own.url).enter(f"By {token_hex(3)}")
    troll.expects(REFUSED_PAGE)
    adverts = [f"{name} sells {what}" for what in ("this", "more", "that")]
    troll.say(*adverts)
    by.expect_said(*adverts)
    one.page.goto("/admin/accounts/user/")
    chosen(one, name)
    one.page.locator("#id_reason").focus()
    one.page.keyboard.insert_text("adverts")
    one.page.locator("#id_remove").select_option("all")
    one.page.locator("form.act [type=submit]").press("Enter")
    expect(one.page.locator(".messagelist")).to_contain_text("1 done")

    expect(by.page.locator("#lines .fold")).to_have_text("3 messages removed")
    expect(troll.page.locator("#talk[data-out]")).to_be_attached()
    troll.page.goto("/")
    expect(troll.page.locator(".banned")).to_contain_text("adverts")
    expect(troll.page.locator(".banned")).to_contain_text("a site moderator")
    one.page.goto("/admin/moderation/sanction/")
    one.page.locator("#result_list tbody tr", has_text=name).locator(".action-select").check()
    one.page.locator("select[name=action]").select_option("lift")
    one.page.locator("#changelist-form [name=index]").press("Enter")
    one.page.locator("form.act [type=submit]").press("Enter")
    by.expect_said(*adverts)
    troll.page.goto("/")
    troll.say(f"{name} is back")
    by.expect_said(f"{name} is back")


def test_moderator_joins_and_moderates_from_the_menu_of_a_public_room(person: NewPerson, unguarded: Parlor) -> None:
    host = BlockingClient(unguarded.url, f"Hanna {token_hex(2)}")
    room = host.makes_room("Unruly")
    one = admin(person, unguarded)
    one.page.goto(f"/r/{room}/")
    expect(one.page.locator("#join")).to_contain_text("Join to post and to moderate.")
    one.page.locator("#room-more").click()
    one.page.get_by_role("menuitem", name="Join and moderate").click()
    expect(one.page.locator("#safety-room")).to_be_visible()
    expect(one.page.locator("#tab-safety")).to_be_visible()
    host.leave()
