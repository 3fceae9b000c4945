"""Two write to each other apart from the room, until one does not want to hear the other."""

from playwright.sync_api import expect

from tests.system.conftest import NewPerson
from tests.system.person import Person


def acts_on(person: Person, name: str, act: str) -> None:
    if not person.page.locator("#people").is_visible():
        person.page.locator("#people-toggle").click()
    person.page.locator("#people").get_by_role("button", name=name).click()
    person.page.get_by_role("dialog", name="Person").get_by_role("button", name=act).click()


def test_two_write_to_each_other_until_one_blocks(person: NewPerson) -> None:
    ann, bo = person().enter("Ann writes"), person()
    room = ann.makes_room("Meeting place")
    bo.enter("Bo is written to", room)
    acts_on(ann, "Bo is written to", "Message")
    expect(ann.heading("Bo is written to")).to_be_visible()
    ann.say("only for you")
    bo.go("Ann writes")
    bo.expect_said("only for you")

    acts_on(bo, "Ann writes", "Block")
    expect(bo.log).to_contain_text("Message from someone you blocked")
    ann.say("can you hear me")
    expect(ann.page.get_by_text("You can't message this person.")).to_be_visible()
