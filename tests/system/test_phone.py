"""A telephone: 360 points wide, fingers, and Android's way back."""

from playwright.sync_api import expect

from tests.system.conftest import NewPerson
from tests.system.person import PHONE

BECOMES = """(state) => {
  Object.defineProperty(document, "visibilityState", { value: state, configurable: true });
  document.dispatchEvent(new Event("visibilitychange", { bubbles: true }));
}"""


def test_phone_enters_and_posts_by_touch(person: NewPerson) -> None:
    ann, bo = person(**PHONE), person().enter("Bo at a desk")
    ann.page.goto("/")
    ann.page.get_by_label("Your name").fill("Ann on the phone")
    ann.page.get_by_role("button", name="Enter").tap()
    expect(ann.composer).to_be_visible()
    assert ann.page.evaluate("document.documentElement.scrollWidth") == 360

    ann.composer.tap()
    ann.page.keyboard.type("uno")
    ann.page.keyboard.press("Enter")
    ann.page.keyboard.type("dos")
    ann.page.get_by_role("button", name="Send").tap()
    bo.expect_said("uno\ndos")

    menu = ann.page.get_by_role("menu", name="Message actions")
    ann.hold(ann.line("uno\ndos"))
    menu.get_by_role("menuitem", name="Edit").tap()
    ann.composer.fill("uno, dos")
    ann.page.get_by_role("button", name="Save", exact=True).tap()
    expect(bo.line("uno, dos")).to_contain_text("(edited)")


def test_rooms_are_one_step_back_from_the_talk(person: NewPerson) -> None:
    ann = person(**PHONE).enter("Ann goes back")
    rooms = ann.page.get_by_role("navigation", name="Rooms")
    expect(rooms).to_be_hidden()
    ann.page.get_by_role("button", name="Rooms").tap()
    expect(rooms).to_be_visible()
    expect(ann.composer).to_be_hidden()
    ann.makes_room("Pocket")
    expect(rooms).to_be_hidden()
    ann.page.go_back()
    expect(rooms).to_be_visible()
    ann.room("Lounge").tap()
    expect(ann.heading("Lounge")).to_be_visible()


def test_phone_that_is_put_away_is_not_here_until_it_is_taken_out_again(person: NewPerson) -> None:
    bo, ann = person().enter("Bo stays here"), person(**PHONE)
    ann.enter("Ann puts it away", bo.makes_room("Pockets"))
    expect(bo.page.get_by_role("button", name="2 here")).to_be_visible()
    ann.page.evaluate(BECOMES, "hidden")
    expect(bo.page.get_by_role("button", name="1 here")).to_be_visible()
    ann.page.evaluate(BECOMES, "visible")
    expect(bo.page.get_by_role("button", name="2 here")).to_be_visible()
