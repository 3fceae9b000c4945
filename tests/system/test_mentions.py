"""People call each other: by @, in the list of rooms, in the title and in the inbox."""

import re

import pytest
from playwright.sync_api import expect

from tests.system.conftest import NewPerson
from tests.system.look import ViewCheck
from tests.system.person import PHONE


def test_person_completes_a_name_and_the_other_finds_it_in_the_inbox(person: NewPerson) -> None:
    ann, ben = person().enter("Ann who calls"), person().enter("Bén Müller")
    address = ann.makes_room("Calling")
    ben.page.goto(address)
    ben.page.get_by_role("button", name="Join room").click()
    expect(ben.composer).to_be_visible()
    ben.say("I am here")
    ann.expect_said("I am here")
    ben.go("Lounge")

    ann.composer.focus()
    ann.page.keyboard.type("hello @ben")
    options = ann.page.get_by_role("listbox", name="People").get_by_role("option")
    expect(options).to_have_count(1)
    expect(options).to_contain_text("@Bén Müller")
    ann.page.keyboard.press("Tab")
    expect(ann.composer).to_have_value("hello @Bén Müller ")
    ann.page.reload()
    expect(ann.composer).to_have_value("hello @Bén Müller ")
    ann.composer.press("Enter")
    ann.expect_said("hello @Bén Müller")
    expect(ann.page.locator(".mention")).to_have_text("@Bén Müller")

    badge = ben.room("Calling").locator(".room-unread")
    expect(badge).to_have_text("@1")
    expect(badge).to_have_attribute("aria-label", "1 mention, 1 unread")
    expect(ben.page).to_have_title(re.compile(r"^\(@1\) "))
    ben.page.get_by_role("button", name="Inbox, 1 mention").click()
    inbox = ben.page.get_by_role("dialog", name="Inbox")
    entry = inbox.get_by_role("link")
    expect(entry).to_contain_text("Ann who calls mentioned you in Calling")
    expect(entry).to_contain_text("hello @Bén Müller")
    entry.click()
    expect(inbox).to_be_hidden()
    mine = ben.page.locator(".mention.to-me")
    expect(mine).to_have_text("@Bén Müller")
    assert mine.evaluate("(mention) => getComputedStyle(mention).display") == "inline"
    expect(ben.page.locator(".line.calls")).to_have_count(1)
    expect(ben.page.get_by_role("button", name="Inbox", exact=True)).to_be_visible()

    ann.edit("hello @Bén Müller", "bye @Bén Müller")
    ben.expect_said("bye @Bén Müller")
    ben.page.reload()
    ben.expect_said("bye @Bén Müller")


def test_other_mentions_of_a_room_are_read_with_the_one_that_is_opened(person: NewPerson) -> None:
    ann, ben = person().enter("Ann the caller"), person().enter("Ben the called")
    address = ann.makes_room("Calls")
    ben.page.goto(address)
    ben.page.get_by_role("button", name="Join room").click()
    expect(ben.composer).to_be_visible()
    ben.go("Lounge")
    for text in ("one", "two", "three"):
        ann.say(f"{text} @Ben the called")
        ann.expect_said(f"{text} @Ben the called")
    badge = ben.room("Calls").locator(".room-unread")
    expect(badge).to_have_text("@3")
    ben.page.get_by_role("button", name="Inbox, 3 mentions").click()
    ben.page.get_by_role("dialog", name="Inbox").get_by_role("link").last.click()
    expect(badge).to_be_hidden()


def test_person_marks_all_as_read_in_every_tab(person: NewPerson) -> None:
    ann, ben = person().enter("Ann who shouts"), person().enter("Ben who hears")
    address = ann.makes_room("Shouting")
    ben.page.goto(address)
    ben.page.get_by_role("button", name="Join room").click()
    expect(ben.composer).to_be_visible()
    ben.go("Lounge")
    second = ben.context.new_page()
    second.goto(ben.page.url)
    ann.say("@here one", "@Ben who hears two", "three `@here`")
    ann.expect_said("@here one", "@Ben who hears two")
    for page in (ben.page, second):
        expect(page.get_by_role("button", name="Inbox, 2 mentions")).to_be_visible()
    ben.page.get_by_role("button", name="Inbox, 2 mentions").click()
    links = ben.page.get_by_role("dialog", name="Inbox").get_by_role("link")
    expect(links).to_have_count(2)
    links.first.focus()
    ben.page.keyboard.press("ArrowDown")
    expect(links.last).to_be_focused()
    ben.page.get_by_role("button", name="Mark all as read").click()
    for page in (ben.page, second):
        expect(page.locator("#inbox-count")).to_be_hidden()
    expect(links.locator(".inbox-new:not([hidden])")).to_have_count(0)
    expect(ben.page.get_by_role("button", name="Mark all as read")).to_be_hidden()


def test_refused_mention_comes_back_and_one_who_cannot_read_is_named(person: NewPerson) -> None:
    ann, ben = person().enter("Ann who invites"), person().enter("Ben who is out")
    ben.expects("WebSocket")
    address = ann.makes_room("Inviting")
    ben.page.goto(address)
    ben.page.get_by_role("button", name="Join room").click()
    ben.say("@here all of you")
    expect(ben.page.locator("#composer-note")).to_contain_text("Only hosts and moderators can use @here")
    expect(ben.composer).to_have_value("@here all of you")
    ben.composer.fill("bye")
    ben.composer.press("Enter")
    ann.expect_said("bye")
    ben.page.get_by_role("button", name="Room menu").click()
    ben.page.get_by_role("menuitem", name="Leave room").click()
    ben.page.get_by_role("dialog").get_by_role("button", name="Leave").click()
    expect(ben.room("Inviting")).to_have_count(0)
    ann.say("come back, @Ben who is out")
    expect(ann.page.get_by_role("status").filter(has_text="Ben who is out can't read this message")).to_be_visible()


@pytest.mark.parametrize("options", [{}, PHONE], ids=["wide", "phone"])
def test_inbox_has_no_violations_empty_and_filled(person: NewPerson, options: dict[str, object]) -> None:
    name = f"Cas of {'phone' if options else 'desk'}"
    ann, cas = person().enter(f"Ann for {name}"), person(**options).enter(name)
    check = ViewCheck(cas)
    check.opened("#inbox", "#inbox-dialog")
    ann.say(f"<b>@{name}</b> see https://e.example/@here and @Nobody")
    expect(cas.page.locator("#inbox-count")).to_be_attached()
    check.opened("#inbox", "#inbox-dialog")
    assert check.faults == []
