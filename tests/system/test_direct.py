"""Two people write to each other apart from the room: asked, answered, closed, blocked."""

from playwright.sync_api import expect

from tests.system.conftest import NewPerson
from tests.system.person import Person


def acts_on(person: Person, name: str, act: str) -> None:
    if not person.page.locator("#people").is_visible():
        person.page.locator("#people-toggle").click()
    person.page.locator("#people").get_by_role("button", name=name).click()
    person.page.get_by_role("dialog", name="Person").get_by_role("button", name=act).click()


def request_of(person: Person, name: str) -> None:
    """Open the request of this name."""
    person.page.get_by_role("region", name="Message requests").get_by_role("button", name=name).click()
    expect(person.page.get_by_role("dialog", name=f"{name} wants to message you")).to_be_visible()


def answer(person: Person, word: str) -> None:
    person.page.locator("#request-dialog").get_by_role("button", name=word).click()


def undo(person: Person) -> None:
    person.page.locator("#toasts").get_by_role("button", name="Undo").click()


def test_request_is_accepted_closed_and_comes_back(person: NewPerson) -> None:
    ann, bo = person().enter("Ann writes"), person()
    room = ann.makes_room("Place to meet")
    bo.enter("Bo is written to", room)
    acts_on(ann, "Bo is written to", "Message")
    expect(ann.heading("Bo is written to")).to_be_visible()
    expect(ann.page.get_by_role("heading", name="Say hello to Bo is written to")).to_be_visible()
    expect(ann.page.get_by_role("button", name="Create invite link")).to_be_hidden()
    expect(ann.page.locator("#people")).to_contain_text("Not joined · 1")
    ann.say("only for you")
    expect(ann.page.get_by_text("Your message was sent as a request")).to_be_visible()
    expect(ann.composer).to_be_hidden()

    request_of(bo, "Ann writes")
    answer(bo, "Ignore")
    expect(bo.page.get_by_role("region", name="Message requests")).to_be_hidden()
    undo(bo)
    request_of(bo, "Ann writes")
    expect(bo.page.locator("#request-text")).to_have_text("only for you")
    answer(bo, "Accept request")
    expect(bo.heading("Ann writes")).to_be_visible()
    bo.expect_said("only for you")
    expect(ann.page.locator("#room-topic")).to_have_text("Bo is written to is here")
    ann.say("and once more")
    bo.expect_said("only for you", "and once more")

    bo.page.get_by_role("button", name="Room menu").click()
    bo.page.get_by_role("menuitem", name="Close conversation").click()
    expect(bo.heading("Lounge")).to_be_visible()
    expect(bo.room("Ann writes")).to_have_count(0)
    ann.say("are you there")
    expect(bo.room("Ann writes")).to_contain_text("1")


def test_person_who_blocks_hears_no_more(person: NewPerson) -> None:
    ann, bo = person().enter("Ann blocked"), person()
    room = ann.makes_room("Meeting place")
    bo.enter("Bo blocks", room)
    acts_on(ann, "Bo blocks", "Message")
    expect(ann.heading("Bo blocks")).to_be_visible()
    ann.say("only for you")
    request_of(bo, "Ann blocked")
    answer(bo, "Accept request")
    bo.expect_said("only for you")

    acts_on(bo, "Ann blocked", "Block")
    expect(bo.heading("Lounge")).to_be_visible()
    ann.say("can you hear me")
    ann.expect_said("can you hear me")
    expect(bo.room("Ann blocked")).to_have_count(0)
    undo(bo)
    bo.go("Ann blocked")
    bo.expect_said("can you hear me")
