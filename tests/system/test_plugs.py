"""A page on which an app fails: its card says so, and the talk goes on."""

from playwright.sync_api import expect

from tests.system.conftest import NewPerson

BROKEN_CARD = """
export const cardSees = () => [];
export function paintCard() { throw new Error("broken card"); }
"""
BROKEN_START = """
export class Place {
  constructor() { throw new Error("broken table"); }
}
"""


def test_talk_goes_on_when_a_card_fails(person: NewPerson) -> None:
    ann, bo = person().enter("Ann with a broken page"), person().enter("Bo with a whole page")
    room = ann.makes_room("Cards that fail")
    ann.expects("card match failed: Error: broken card")
    ann.page.route(
        "**/game/views/card.js",
        lambda route: route.fulfill(body=BROKEN_CARD, content_type="text/javascript"),
    )
    ann.page.reload()
    ann.say("/play")
    expect(ann.line("This message cannot be shown. Reload the page to try again.")).to_be_visible()
    ann.say("still here")
    ann.expect_said("still here")
    bo.page.goto(room)
    bo.page.get_by_role("button", name="Join").click()
    bo.say("hello")
    ann.expect_said("hello")


def test_talk_goes_on_when_an_app_does_not_start(person: NewPerson) -> None:
    ann = person().enter("Ann without tables")
    ann.makes_room("Apps that fail")
    ann.expects("game.start failed: Error: broken table")
    ann.page.route(
        "**/game/views/place.js",
        lambda route: route.fulfill(body=BROKEN_START, content_type="text/javascript"),
    )
    ann.page.reload()
    ann.say("still here")
    ann.expect_said("still here")
    ann.page.locator("#room-more").click()
    expect(ann.page.get_by_role("menuitem", name="Moderation")).to_be_visible()
