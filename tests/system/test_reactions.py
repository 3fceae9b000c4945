"""Reactions, as two or three people see them: by mouse, keyboard and finger, and without a connection."""

import re

from playwright.sync_api import Locator, expect

from tests.client import cid
from tests.system.conftest import NewGuest, NewPerson
from tests.system.connection_proxy import ConnectionProxy
from tests.system.look import ViewCheck
from tests.system.person import LOST_LINE, PHONE, Person


def reaction(one: Person, text: str, label: str) -> Locator:
    return one.line(text).get_by_role("button", name=label, exact=True)


def react(one: Person, text: str, emoji: str) -> None:
    """Choose an emoji in the quick row of a message's bar."""
    one.act_on(text, "React")
    one.page.get_by_role("menu", name="React").get_by_role("menuitemcheckbox", name=f"React with {emoji}").click()


def test_two_people_react_and_both_see_the_count_and_who_it_was(person: NewPerson) -> None:
    ann, bo = person().enter("Ann who jokes"), person().enter("Bo who laughs")
    bo.page.goto(ann.makes_room("Laughter"))
    bo.page.get_by_role("button", name="Join room").click()
    ann.say("a joke")
    bo.expect_said("a joke")

    react(bo, "a joke", "😂")
    expect(reaction(bo, "a joke", "😂 1, you reacted")).to_have_attribute("aria-pressed", "true")
    expect(ann.page.get_by_role("status").get_by_text("Bo who laughs reacted with 😂 to your message")).to_have_count(1)
    reaction(ann, "a joke", "😂 1").click()
    expect(reaction(ann, "a joke", "😂 2, you reacted")).to_have_attribute("aria-pressed", "true")
    expect(reaction(bo, "a joke", "😂 2, you reacted")).to_be_visible()

    ann.page.mouse.move(0, 0)
    reaction(ann, "a joke", "😂 2, you reacted").hover()
    expect(ann.page.get_by_role("tooltip")).to_have_text("You and Bo who laughs reacted with 😂")

    ann.page.reload()
    expect(reaction(ann, "a joke", "😂 2, you reacted")).to_be_visible()
    reaction(ann, "a joke", "😂 2, you reacted").click()
    expect(reaction(bo, "a joke", "😂 1, you reacted")).to_be_visible()
    reaction(bo, "a joke", "😂 1, you reacted").click()
    expect(ann.line("a joke").get_by_role("group", name="Reactions")).to_be_hidden()


def test_reaction_stands_below_the_message_before_the_server_has_heard_of_it(
    person: NewPerson, connection_proxy: ConnectionProxy
) -> None:
    bo, ann = person().enter("Bo online"), person(connection_proxy.url)
    ann.enter("Ann offline", bo.makes_room("Tunnel"))
    ann.expects(LOST_LINE)
    bo.say("into the tunnel")
    ann.expect_said("into the tunnel")
    connection_proxy.cut_sockets()
    react(ann, "into the tunnel", "👍")
    reaction(ann, "into the tunnel", "👍 1, you reacted").click()
    react(ann, "into the tunnel", "🎉")
    expect(reaction(ann, "into the tunnel", "🎉 1, you reacted")).to_be_visible()
    expect(reaction(ann, "into the tunnel", "👍 1, you reacted")).to_have_count(0)
    connection_proxy.restore()
    expect(reaction(bo, "into the tunnel", "🎉 1")).to_be_visible()
    expect(bo.line("into the tunnel").locator("[data-emoji]")).to_have_count(1)
    expect(ann.line("into the tunnel").locator("[data-emoji]")).to_have_count(1)


def test_keyboard_reacts_and_walks_through_reactions(person: NewPerson) -> None:
    ann = person().enter("Ann with keys")
    ann.makes_room("Keys")
    ann.say("press here")
    ann.expect_said("press here")
    page = ann.page
    ann.line("press here").focus()
    page.keyboard.press("Enter")
    page.get_by_role("toolbar", name="Message actions").get_by_role("button", name="React").focus()
    page.keyboard.press("Enter")
    expect(page.get_by_role("menuitemcheckbox", name="React with 👍")).to_be_focused()
    page.keyboard.press("ArrowRight")
    page.keyboard.press("Enter")
    expect(reaction(ann, "press here", "❤️ 1, you reacted")).to_be_visible()
    expect(page.get_by_role("status").get_by_text("You reacted with ❤️")).to_have_count(1)

    ann.line("press here").focus()
    page.keyboard.press("ArrowRight")
    expect(reaction(ann, "press here", "❤️ 1, you reacted")).to_be_focused()
    expect(page.get_by_role("tooltip")).to_have_text("You reacted with ❤️")
    page.keyboard.press("Enter")
    expect(ann.line("press here")).to_be_focused()
    expect(ann.line("press here").get_by_role("group", name="Reactions")).to_be_hidden()
    expect(page.get_by_role("status").get_by_text("Reaction ❤️ removed")).to_have_count(1)


def test_phone_reacts_by_a_long_press_and_sees_who_did(person: NewPerson, guest: NewGuest) -> None:
    ann = person(**PHONE).enter("Ann with a thumb")
    ann.page.get_by_role("button", name="Rooms").tap()
    path = ann.makes_room("Thumbs")
    ann.composer.tap()
    ann.page.keyboard.insert_text("hold me")
    ann.page.get_by_role("button", name="Send").tap()
    ann.expect_said("hold me")
    room = path.removeprefix("/r/").split("/")[0]
    o = int(ann.line("hold me").get_attribute("data-o") or 0)
    for n in range(4):
        other = guest(f"Guest {n} of thumbs")
        other.request("room.join", room=room, cid=cid())
        other.request("reaction.set", room=room, cid=cid(), o=o, emoji="🎉", on=True)
    expect(reaction(ann, "hold me", "🎉 4")).to_be_visible()

    ann.hold(ann.line("hold me").locator(".line-body"))
    ann.page.get_by_role("menu", name="Message actions").get_by_role("menuitemcheckbox", name="React with 👍").tap()
    expect(reaction(ann, "hold me", "👍 1, you reacted")).to_be_visible()
    reaction(ann, "hold me", "🎉 4").tap()
    expect(reaction(ann, "hold me", "🎉 5, you reacted")).to_be_visible()
    ann.hold(reaction(ann, "hold me", "🎉 5, you reacted"))
    names = "You, Guest 0 of thumbs, Guest 1 of thumbs, Guest 2 of thumbs, and Guest 3 of thumbs"
    expect(ann.page.get_by_role("tooltip")).to_have_text(f"{names} reacted with 🎉")
    expect(reaction(ann, "hold me", "🎉 5, you reacted")).to_be_visible()
    expect(ann.page.get_by_role("menu", name="Message actions")).to_be_hidden()
    assert ann.page.evaluate("document.documentElement.scrollWidth") == 360
    ann.composer.tap()
    expect(ann.page.get_by_role("tooltip")).to_be_hidden()


def test_refused_reaction_says_why_and_is_gone(person: NewPerson, connection_proxy: ConnectionProxy) -> None:
    host, ann = person().enter("Host of all"), person(connection_proxy.url)
    ann.enter("Ann too late", host.makes_room("Too late"))
    ann.expects(LOST_LINE)
    ann.say("mine")
    host.expect_said("mine")
    ann.expect_said("mine")
    connection_proxy.cut_sockets()
    react(ann, "mine", "👍")
    expect(reaction(ann, "mine", "👍 1, you reacted")).to_be_visible()
    host.act_on("mine", "Delete")
    connection_proxy.restore()
    expect(ann.line("Message removed by a host")).to_be_visible()
    expect(ann.page.get_by_text("Reaction not saved. The message has been deleted.")).to_be_visible()
    ann.line("Message removed by a host").hover()
    expect(ann.page.get_by_role("button", name="React", exact=True)).to_have_count(0)


def test_any_emoji_of_the_picker_is_a_reaction_and_becomes_a_quick_one(person: NewPerson) -> None:
    ann = person().enter("Ann the picker")
    ann.makes_room("Picked")
    ann.say("pick one")
    ann.expect_said("pick one")
    ann.act_on("pick one", "React")
    ann.page.get_by_role("menu", name="React").get_by_role("menuitem", name="More emoji").click()
    ann.page.locator("#emoji-search").fill("octopus")
    expect(ann.page.locator("#emoji-list").get_by_text("🐙")).to_be_visible()
    ann.page.keyboard.press("Enter")
    expect(reaction(ann, "pick one", "🐙 1, you reacted")).to_be_visible()
    ann.page.keyboard.press("Escape")
    ann.act_on("pick one", "React")
    quick = ann.page.get_by_role("menu", name="React").get_by_role("menuitemcheckbox")
    expect(quick.first).to_have_attribute("aria-label", "React with 🐙")
    expect(quick).to_have_count(6)


def test_reactions_have_no_faults_that_axe_finds(person: NewPerson) -> None:
    ann = person().enter("Ann looks at it")
    ann.makes_room("Looks of reactions")
    ann.say("look at me")
    ann.expect_said("look at me")
    react(ann, "look at me", "👍")
    react(ann, "look at me", "😢")
    expect(ann.line("look at me").locator("[data-emoji]")).to_have_count(2)
    check = ViewCheck(ann)
    check.at("reactions", "#lines")
    ann.act_on("look at me", "React")
    check.at("quick row", "#react-menu")
    assert check.faults == []
    assert re.search("aria-pressed", ann.line("look at me").inner_html())
