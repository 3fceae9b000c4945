"""Every page and every dialog before axe-core: both sizes, both themes, both languages."""

from secrets import token_hex
from typing import Any

import pytest
from playwright.sync_api import expect

from tests.client import BlockingClient
from tests.system.conftest import NewGuest, NewPerson
from tests.system.look import ViewCheck
from tests.system.person import DESKTOP, PHONE

SENT_AND_GONE_ON = """() => {
  document.querySelector("#composer").requestSubmit();
  document.querySelector("#text").value = "already something else";
}"""
"""The draft stays in its place when the message is refused."""
REFUSED_PAGE = "Failed to load resource: the server responded with a status of 4"


def furnished(teller: BlockingClient) -> str:
    """Create a room with a message of every kind, and return its address."""
    name = f"Furniture {token_hex(2)}"
    room = teller.makes_room(name, "All that a talk may hold")
    texts = [
        "plain, *leaning*, **bold**, `code` and https://example.org/a/link",
        f"```\nif True:\n    print('a block of code {'much ' * 20}wider than the column')\n```",
        "> quoted\n\n1. one\n2. two\n\n- [a link with words](https://example.org/)",
        "看第三列",
        "🎲",
        "to be edited",
        "to be removed",
    ]
    *_, edited, removed = teller.say(room, *texts)
    teller.act("message.edit", room=room, o=edited, text="edited")
    teller.act("message.delete", room=room, o=removed)
    teller.act("room.change", room=room, name=name, topic="All that a talk may hold, and more", public=True)
    return room


def invite_to(teller: BlockingClient, room: str) -> str:
    teller.act("invite.create", room=room, expires_ms=None, uses=1)
    opened = teller.request("room.open", room=room, position=None)
    return str(opened["snapshot"]["parts"]["invites"][0]["code"])


@pytest.mark.parametrize("locale", ["en-GB", "zh-CN"])
@pytest.mark.parametrize("size", [DESKTOP, PHONE], ids=["1280", "360"])
def test_axe_has_nothing_against_any_view(
    person: NewPerson, guest: NewGuest, size: dict[str, Any], locale: str
) -> None:
    teller = guest(f"Teller {token_hex(2)}")
    room = furnished(teller)
    private = teller.makes_room("Private", public=False)
    ann = person(**size, locale=locale)
    ann.expects(REFUSED_PAGE)
    look = ViewCheck(ann)

    look.visit("/", "the way in")
    look.opened(".enter-face", "#enter-faces")
    look.visit(f"/i/{invite_to(teller, room)}", "an invite to a public room")
    look.visit(f"/i/{invite_to(teller, private)}", "an invite to a private room")
    look.visit("/i/nosuchinvite", "no such invite")
    look.visit("/r/nosuchroom000000/", "no such room")

    ann.page.goto(f"/r/{room}/")
    ann.page.locator("#enter-name").fill(teller.name)
    ann.page.locator("#enter-name").press("Enter")
    expect(ann.page.locator("#enter-problem")).not_to_be_empty()
    look.at("a name that is taken")
    ann.page.locator("#enter-name").press("Enter")
    expect(ann.page.locator("#text")).to_be_visible()
    look.at("a room")

    ann.page.locator("#text").fill("/nosuchcommand")
    ann.page.evaluate(SENT_AND_GONE_ON)
    for text in ("gone in a moment", "mine"):
        ann.page.locator("#text").fill(text)
        ann.page.locator("#send").click()
    expect(ann.line("mine").locator(".tick")).to_be_visible()
    ann.line("gone in a moment").focus()
    expect(ann.page.locator("[data-act=rewrite]:visible")).to_have_count(1)
    look.at("a line and its acts, another not sent")
    if size is PHONE:
        ann.hold(ann.line("gone in a moment"))
        expect(ann.page.locator("#line-menu")).to_be_visible()
        look.at("what a finger that rests on a line gets")
        ann.page.locator("#line-menu .menu-act.danger").tap()
    else:
        ann.page.locator("#actions .action").last.click()
        look.at("the menu of a line")
        ann.page.locator("#line-menu .menu-act.danger").click()
    expect(ann.page.locator("#toasts button")).to_be_visible()
    look.at("deleted, with a way back")
    ann.line("mine").locator(".tick").click()
    expect(ann.page.locator("#delivery")).to_be_visible()
    look.at("where it is stored")
    ann.page.keyboard.press("Escape")
    look.opened("#people-toggle", "#people")
    look.opened("#invite", "#invite-dialog")
    look.opened("#room-more", "#room-menu")
    look.opened("#me", "#profile-dialog")
    look.at("the rooms")
    look.opened("#browse", "#browse-dialog")
    look.opened("#switch", "#switch-dialog")
    look.opened("#create", "#create-dialog")

    ann.page.locator("#create").click()
    ann.page.locator("#create-dialog [name=name]").fill(f"An empty room {token_hex(2)}")
    ann.page.locator("#create-dialog [data-submit]").click()
    expect(ann.page.locator("#empty .invite-link")).to_be_visible()
    look.at("an empty room")
    elsewhere = teller.makes_room(f"Looking in {token_hex(2)}")
    look.visit(f"/r/{elsewhere}/", "a room one is not in")
    ann.page.go_back()
    ann.page.locator("#room-more").click()
    look.opened("#room-menu [data-act=settings]", "#settings-dialog")
    ann.page.locator("#room-more").click()
    look.opened("#room-menu [data-act=leave]", "#confirm-dialog")
    assert not look.faults, "\n".join(look.faults)
