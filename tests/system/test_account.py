"""A name kept and used elsewhere, in two browsers; and every page of an account before axe-core."""

import re
from secrets import token_hex
from typing import Any

import pytest
from playwright.sync_api import expect

from tests.accounts.people import PASSWORD, code_of
from tests.services.parlor import Parlor
from tests.system.conftest import NewPerson
from tests.system.look import ViewCheck
from tests.system.person import DESKTOP, PHONE, Person

REFUSED_PAGE = "Failed to load resource: the server responded with a status of 4"


def logs_in(person: Person, name: str) -> None:
    person.page.goto("/")
    person.page.get_by_role("link", name="Have an account? Log in").click()
    person.page.get_by_label("Name or email").fill(name)
    person.page.get_by_label("Password").fill(PASSWORD)
    person.page.get_by_label("Password").press("Enter")
    expect(person.composer).to_be_visible()


def test_guest_keeps_the_name_in_the_middle_of_a_talk_and_is_the_same_elsewhere(person: NewPerson) -> None:
    ann, bo = person(), person().enter("Bo who listens")
    lines: list[Any] = []
    ann.page.on("websocket", lambda line: lines.append(line))
    ann.enter("Ann who stays")
    ann.page.get_by_role("button", name=re.compile("^You: ")).click()
    ann.page.get_by_role("link", name="Keep this name").click()
    dialog = ann.page.get_by_role("dialog", name="Keep this name")
    password = dialog.get_by_label("Password")
    ann.expects(REFUSED_PAGE)
    ann.page.keyboard.type("short")  # the cursor is where one types
    expect(password).to_have_value("short")
    ann.page.keyboard.press("Enter")
    expect(password).to_have_attribute("aria-invalid", "true")
    expect(password).to_be_focused()
    expect(dialog.locator("[data-problem=password]")).not_to_be_empty()
    password.clear()
    ann.page.keyboard.type(PASSWORD)
    bo.say("said while Ann types her password")
    dialog.get_by_role("button", name="Keep this name").click()
    expect(ann.page.get_by_text("Name saved")).to_be_visible()
    ann.say("still on the same line")
    bo.expect_said("still on the same line")
    ann.expect_said("said while Ann types her password", "still on the same line")
    assert [line.is_closed() for line in lines] == [False]

    elsewhere = person()
    logs_in(elsewhere, "ann WHO stays")
    elsewhere.expect_said("still on the same line")
    elsewhere.say("and from here")
    expect(ann.line("and from here").get_by_text("Ann who stays")).to_be_visible()

    elsewhere.page.goto("/account/")
    elsewhere.page.get_by_role("button", name=re.compile("^Log out this device")).click()
    expect(elsewhere.page.get_by_text("Device logged out.")).to_be_visible()
    expect(ann.page.get_by_text("You've been logged out.")).to_be_visible()


def test_log_out_asks_about_what_is_not_sent_and_leaves_nothing_in_the_browser(person: NewPerson) -> None:
    ann = person().enter("Ann who goes")
    ann.page.goto("/account/logout/")
    expect(ann.page.locator("[data-unsent]")).to_be_hidden()
    ann.page.goto("/")
    ann.composer.fill("half a secret")
    ann.page.goto("/account/logout/")
    expect(ann.page.locator("[data-unsent]")).to_be_visible()
    ann.page.get_by_role("link", name="Cancel").click()
    expect(ann.composer).to_have_value("half a secret")
    ann.page.goto("/account/logout/")
    ann.page.get_by_role("button", name="Log out anyway").click()
    expect(ann.page.locator("#enter-name")).to_be_visible()
    ann.page.wait_for_function("Object.keys(localStorage).every((key) => !key.startsWith('parlor.draft.'))")


@pytest.mark.parametrize("locale", ["en-GB", "zh-CN"])
@pytest.mark.parametrize("size", [DESKTOP, PHONE], ids=["1280", "360"])
def test_axe_has_nothing_against_any_page_of_an_account(
    person: NewPerson, server: Parlor, size: dict[str, Any], locale: str
) -> None:
    ann = person(**size, locale=locale)
    ann.expects(REFUSED_PAGE)
    look, page = ViewCheck(ann), ann.page
    send = page.locator(".entries .primary")

    look.visit(next(line for line in server.output if "/setup/" in line).split()[-1], "the first admin")
    look.visit("/account/signup/", "signing up")
    send.click()
    look.at("signing up, refused")
    look.visit("/account/reset/", "a password forgotten")
    look.visit("/account/reset/1-x/", "a link that is none")

    page.goto("/")
    page.locator("#enter-name").fill(f"Ann {token_hex(3)}")
    page.locator("#enter-name").press("Enter")
    page.locator("#text").fill("something")
    page.locator("#send").click()
    expect(page.locator("#lines .tick").last).to_be_visible()
    look.visit("/account/logout/", "logging out as a guest")
    look.visit("/account/login/", "logging in as a guest")
    send.click()
    look.at("logging in, refused")
    page.goto("/")
    if size is PHONE:
        page.locator("#back").click()
    page.locator("#me").click()
    page.locator("#keep-name").click()
    look.at("keeping the name", "#keep-dialog")
    look.visit("/account/keep/", "keeping the name, on a page")
    page.locator("[name=password]").fill(PASSWORD)
    send.click()

    expect(page.locator(".logins")).to_be_visible()
    look.at("one's own account")
    look.visit("/account/password/", "another password")
    look.visit("/account/email/", "another e-mail")
    look.visit("/account/2fa/totp/activate/", "the password once more")
    page.locator("[name=password]").fill(PASSWORD)
    send.click()
    look.at("setting up the second step")
    page.locator("[name=code]").fill(code_of(page.locator(".key").inner_text()))
    send.click()
    expect(page.locator(".codes")).to_be_visible()
    look.at("recovery codes")
    for path in ("", "totp/deactivate/", "recovery-codes/generate/"):
        look.visit(f"/account/2fa/{path}", path or "the second step")
    look.visit("/account/logout/", "logging out")
    assert not look.faults, "\n".join(look.faults)
