"""The first minute: what this is, who is here, and that somebody comes."""

from playwright.sync_api import expect

from tests.system.conftest import NewGuest, NewPerson
from tests.system.person import PHONE


def test_visitor_on_a_phone_reads_the_name_and_who_was_here(person: NewPerson, guest: NewGuest) -> None:
    teller = guest("Teller of news")
    room = teller.makes_room("News here")
    teller.say(room, "hello")
    visitor = person(**PHONE)
    visitor.page.goto(f"/r/{room}/")
    expect(visitor.page.locator(".enter-brand")).to_be_visible()
    expect(visitor.page.get_by_text("Recently here: Teller of news")).to_be_visible()


def test_room_says_who_has_come_in_and_offers_the_bot_only_to_one_who_is_alone(person: NewPerson) -> None:
    bo = person().enter("Bo alone")
    address = bo.makes_room("Quiet room")
    expect(bo.page.get_by_text("You're the only one here.")).to_be_visible()
    person().enter("Cy arrives", address)
    expect(bo.page.locator(".toast", has_text="Cy arrives is here")).to_be_visible()
    expect(bo.page.get_by_text("You're the only one here.")).to_be_hidden()


def test_theme_is_kept_and_holds_from_the_first_paint(person: NewPerson) -> None:
    ann = person(color_scheme="light").enter("Ann likes the dark")
    ann.page.get_by_role("button", name="You: name, face and colour").click()
    ann.page.locator("#themes .segment", has_text="Dark").click()
    ground = "getComputedStyle(document.body.querySelector('.talk')).backgroundColor"
    dark = ann.page.evaluate(ground)
    ann.page.reload(wait_until="commit")
    expect(ann.page.locator("html")).to_have_attribute("data-theme", "dark")
    expect(ann.composer).to_be_visible()
    assert ann.page.evaluate(ground) == dark


def test_board_is_seen_whole_on_a_phone_on_its_side_and_opens_with_the_game(person: NewPerson) -> None:
    ann = person(viewport={"width": 740, "height": 360}).enter("Ann on her side")
    ann.makes_room("Sideways")
    ann.say("/play easy")
    board = ann.page.locator("#board")
    expect(board).to_be_in_viewport(ratio=1)
    expect(ann.composer).to_be_in_viewport(ratio=1)


def test_current_room_and_tab_stand_out_in_forced_colours(person: NewPerson) -> None:
    ann = person(forced_colors="active").enter("Ann in high contrast")
    ann.makes_room("Contrast")
    ann.page.locator("#people-toggle").click()
    expect(ann.page.locator("#tab-people")).to_be_visible()
    colours = """(selector) => {
      const { backgroundColor, color } = getComputedStyle(document.querySelector(selector));
      return [backgroundColor, color];
    }"""
    for current, other in ((".room[aria-current]", ".room:not([aria-current])"), ("#tab-people", "#tab-safety")):
        ground, ink = ann.page.evaluate(colours, current)
        assert ground != ink
        assert ground != ann.page.evaluate(colours, other)[0]
