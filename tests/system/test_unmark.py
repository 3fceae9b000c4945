"""A room marked as unread from a message on, in two tabs of one person."""

from playwright.sync_api import expect

from tests.system.conftest import NewPerson


def test_room_marked_unread_stays_unread_in_every_tab(person: NewPerson) -> None:
    ann, bo = person().enter("Ann reads later"), person().enter("Bo writes now")
    address = bo.makes_room("Read later")
    ann.page.goto(address)
    ann.page.get_by_role("button", name="Join room").click()
    bo.say("first", "second", "third")
    ann.expect_said("first", "second", "third")
    other = ann.context.new_page()
    other.goto("/")
    listed = other.get_by_role("navigation", name="Rooms").get_by_role("link", name="Read later")
    unread = listed.locator(".room-unread")
    expect(listed).to_be_visible()
    expect(unread).to_be_hidden()

    ann.line("second").focus()
    ann.page.keyboard.press("u")
    expect(unread).to_have_text("2")
    expect(ann.page.locator(".day.new + article")).to_contain_text("second")
    bo.say("fourth")
    expect(unread).to_have_text("3")
    ann.page.evaluate("dispatchEvent(new Event('focus'))")
    expect(unread).to_have_text("3")

    ann.say("here I am")
    expect(unread).to_be_hidden()
