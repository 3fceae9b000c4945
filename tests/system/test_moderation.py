"""A host at the door: from the message, seen by who is meant, by the host and by a bystander."""

from secrets import token_hex
from typing import Any

import pytest
from playwright.sync_api import expect

from tests.system.conftest import NewGuest, NewPerson
from tests.system.look import ViewCheck
from tests.system.person import DESKTOP, PHONE, Person

REFUSED_PAGE = "Failed to load resource: the server responded with a status of 4"


def moderates(host: Person, text: str) -> None:
    """Open the dialog of a message."""
    host.act_on(text, "More")
    host.page.locator("#line-menu").get_by_role("menuitem", name="Moderate…").click()
    expect(host.page.locator("#sanction-dialog")).to_be_visible()


def decides(host: Person, kind: str, **fields: str) -> None:
    dialog = host.page.locator("#sanction-dialog")
    dialog.locator(".segment", has_text=kind).click()
    for name, value in fields.items():
        dialog.locator(f"[name={name}]").select_option(value)
    dialog.locator("[data-submit]").click()
    expect(dialog).to_be_hidden()


def test_ban_from_the_message_is_seen_by_all_three_and_undone(person: NewPerson) -> None:
    host, troll, by = person().enter("Host of it"), person(), person()
    room = host.makes_room("Well kept")
    troll.enter("Troll", room)
    by.enter("Bystander", room)
    troll.expects(REFUSED_PAGE)
    troll.say("buy this", "and this", "and that")
    by.expect_said("and that")
    by.say("hello")
    for one in (host, by):
        one.expect_said("buy this", "and this", "and that", "hello")

    moderates(host, "buy this")
    decides(host, "Ban", remove="all")
    for one in (host, by):
        expect(one.page.locator("#lines .fold")).to_have_text("3 messages removed")
        expect(one.line("and this")).to_have_count(0)
    expect(by.page.locator("#lines .fold button")).to_be_hidden()
    host.page.locator("#lines .fold button").press("Enter")
    expect(host.page.locator("#lines .line.removed")).to_have_count(3)
    expect(host.page.locator("#lines .line.removed").first).to_be_focused()
    expect(troll.page.locator(".notice")).to_contain_text("By a host of this room")
    troll.page.goto(room)
    expect(troll.page.locator("#appeal-text")).to_be_visible()
    host.page.locator(".toast button", has_text="Undo").click()
    by.expect_said("buy this", "and this", "and that", "hello")
    troll.page.goto(room)
    troll.expect_said("buy this")
    troll.say("I am back")
    by.expect_said("I am back")


def test_muted_person_sees_the_reason_and_lockdown_stops_all(person: NewPerson) -> None:
    host, ann = person().enter("Host with a switch"), person()
    room = host.makes_room("Loud")
    ann.enter("Ann is loud", room)
    ann.say("LOUD")
    host.expect_said("LOUD")
    moderates(host, "LOUD")
    decides(host, "Mute", mute="60000")
    expect(ann.page.locator("#door[data-closed=muted]")).to_be_visible()
    expect(ann.composer).to_be_hidden()
    host.page.locator(".toast button", has_text="Undo").click()
    expect(ann.composer).to_be_visible()

    host.page.locator("#room-more").click()
    host.page.locator("#room-menu [data-act=safety]").click()
    host.page.locator("#panic").click()
    expect(ann.page.locator("#door[data-closed=locked], #door[data-closed=guests_off]")).to_be_visible()
    expect(ann.page.locator("#rules")).to_be_visible()
    host.page.locator("#panic").click()
    expect(ann.composer).to_be_visible()


@pytest.mark.parametrize("size", [DESKTOP, PHONE], ids=["1280", "360"])
def test_axe_finds_no_problem_on_the_page_of_waiting_people(
    person: NewPerson, guest: NewGuest, size: dict[str, Any]
) -> None:
    troll = guest(f"Troll {token_hex(2)}")
    host = person(**size)
    host.enter(f"Holly {token_hex(2)}")
    if size is PHONE:
        host.page.get_by_role("button", name="Rooms").tap()
    room = host.makes_room(f"Looked at {token_hex(2)}").split("/")[2]
    troll.act("room.join", room=room)
    troll.say(room, "buy this")
    host.expect_said("buy this")
    look = ViewCheck(host)
    if size is PHONE:
        host.hold(host.line("buy this"))
        host.page.locator("#line-menu").get_by_role("menuitem", name="Moderate…").tap()
    else:
        moderates(host, "buy this")
    look.at("a decision", "#sanction-dialog")
    decides(host, "Mute", mute="60000")
    host.page.locator("#room-more").click()
    host.page.locator("#room-menu [data-act=safety]").click()
    for tab in ("room", "reports", "sanctions", "log"):
        host.page.locator(f"#safety-tab-{tab}").click()
        look.at(f"safety: {tab}", "#safety")
    assert not look.faults, "\n".join(look.faults)
