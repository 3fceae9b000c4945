"""Pinned messages: the mark, the list beside the talk, and the way to undo a pin."""

from playwright.sync_api import expect

from tests.system.conftest import NewPerson
from tests.system.look import ViewCheck
from tests.system.person import PHONE, Person


def opens_pins(person: Person) -> None:
    person.page.get_by_role("button", name="Room menu").click()
    person.page.get_by_role("menuitem", name="Pinned messages").click()


def test_host_pins_a_message_and_everybody_finds_it(person: NewPerson) -> None:
    ann, bo = person().enter("Ann pins"), person(**PHONE).enter("Bo finds pins")
    address = ann.makes_room("Pinboard")
    bo.page.goto(address)
    bo.page.get_by_role("button", name="Join room").tap()
    opens_pins(ann)
    expect(ann.page.get_by_text("No pinned messages yet. Pin one from the menu")).to_be_visible()
    ann.say("the rules: **be kind**")
    ann.expect_said("the rules: be kind")
    ann.act_on("the rules: be kind", "More")
    ann.page.get_by_role("menuitem", name="Pin message").click()
    pins = ann.page.get_by_role("tabpanel", name="Pinned")
    expect(pins.get_by_text("the rules: be kind")).to_be_visible()
    for one in (ann, bo):
        expect(one.line("the rules: be kind").and_(one.page.locator("#lines [data-o]"))).to_contain_text("Pinned")

    opens_pins(bo)
    expect(bo.page.get_by_role("tabpanel").get_by_text("the rules: be kind")).to_be_visible()
    expect(bo.page.get_by_role("button", name="Unpin message")).to_have_count(0)
    faults = ViewCheck(bo)
    faults.at("pins", "#side")
    assert faults.faults == []
    bo.page.get_by_role("link", name="Show in the room").tap()
    expect(bo.page.locator("#side")).to_be_hidden()
    expect(bo.page.locator("#lines .line.lit")).to_be_visible()

    pins.get_by_role("button", name="Unpin message").click()
    expect(pins.get_by_text("No pinned messages yet.")).to_be_visible()
    ann.page.get_by_role("button", name="Undo").click()
    expect(pins.get_by_text("the rules: be kind")).to_be_visible()
