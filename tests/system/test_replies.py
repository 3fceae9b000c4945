"""Answers to messages: with the pointer, the keyboard and a finger, and the way to the original and back."""

import re

from playwright.sync_api import Locator, expect

from tests.system.conftest import NewGuest, NewPerson
from tests.system.person import PHONE, Person


def quote(person: Person, text: str) -> Locator:
    return person.line(text).locator(".quote")


def chip(person: Person) -> Locator:
    return person.page.locator("#replying")


def test_reply_shows_its_original_to_everybody(person: NewPerson) -> None:
    ann, bo = person().enter("Ann asks"), person().enter("Bo answers")
    ann.say("Pizza or *sushi*?")
    bo.act_on("Pizza or sushi?", "Reply")
    expect(chip(bo)).to_contain_text("Replying to Ann asks")
    expect(chip(bo)).to_contain_text("Pizza or sushi?")
    expect(bo.composer).to_be_focused()
    bo.say("Sushi")
    expect(chip(bo)).to_be_hidden()
    for one in (ann, bo):
        expect(quote(one, "Sushi")).to_contain_text("Ann asks Pizza or sushi?")
    ann.page.reload()
    expect(quote(ann, "Sushi")).to_contain_text("Ann asks Pizza or sushi?")

    ann.edit("Pizza or sushi?", "Pizza?")
    expect(quote(bo, "Sushi")).to_contain_text("Ann asks Pizza?")
    ann.act_on("Pizza?", "Delete")
    expect(quote(bo, "Sushi")).to_have_text(re.compile("The original message was deleted$"))
    ann.page.get_by_role("button", name="Undo").click()
    expect(quote(bo, "Sushi")).to_contain_text("Ann asks Pizza?")


def test_reply_is_kept_with_the_draft_and_dropped_by_escape(person: NewPerson) -> None:
    ann = person().enter("Ann drafts")
    ann.makes_room("Reply drafts")
    ann.say("first", "second")
    ann.expect_said("second")
    ann.line("first").focus()
    ann.page.keyboard.press("r")
    expect(ann.composer).to_be_focused()
    ann.page.keyboard.type("half an answer")
    ann.page.reload()
    expect(ann.composer).to_have_value("half an answer")
    expect(chip(ann)).to_contain_text("first")
    ann.go("Lounge")
    expect(chip(ann)).to_be_hidden()
    ann.go("Reply drafts")
    expect(chip(ann)).to_contain_text("first")
    ann.composer.press("Escape")
    expect(chip(ann)).to_be_hidden()
    expect(ann.composer).to_have_value("half an answer")
    ann.composer.press("Enter")
    expect(quote(ann, "half an answer")).to_be_hidden()


def test_reply_to_a_message_that_is_gone_comes_back_as_a_text(person: NewPerson) -> None:
    ann, bo = person().enter("Ann removes"), person().enter("Bo is late")
    address = ann.makes_room("Late replies")
    bo.page.goto(address)
    bo.page.get_by_role("button", name="Join room").click()
    ann.say("short-lived")
    bo.act_on("short-lived", "Reply")
    ann.act_on("short-lived", "Delete")
    expect(chip(bo)).to_contain_text("The original message was deleted")
    bo.say("my long answer")
    expect(bo.page.get_by_text("The message you replied to is gone.")).to_be_visible()
    expect(bo.composer).to_have_value("my long answer")
    expect(chip(bo)).to_be_hidden()
    bo.composer.press("Enter")
    ann.expect_said("my long answer")


def test_quote_leads_to_the_original_and_back(person: NewPerson, guest: NewGuest) -> None:
    ann = person().enter("Ann goes there")
    ann.makes_room("There and back")
    ann.say("the beginning")
    key = ann.path.split("/")[2]
    talker = guest("Talker")
    talker.act("room.join", room=key)
    for number in range(60):
        talker.act("message.post", room=key, text=f"between {number}")
    ann.expect_said("between 59")
    o = next(row.o for row in ann.rows if row.text == "the beginning")
    talker.act("message.post", room=key, text="an answer", re=o)
    ann.page.reload()
    expect(quote(ann, "an answer")).to_contain_text("the beginning")
    quote(ann, "an answer").click()
    expect(ann.line("the beginning")).to_be_focused()
    expect(ann.line("the beginning")).to_be_in_viewport()
    ann.page.get_by_role("button", name="Back to the reply").click()
    expect(ann.line("an answer")).to_be_focused()
    expect(ann.line("an answer")).to_be_in_viewport()
    expect(ann.page.get_by_role("button", name="Back to the reply")).to_be_hidden()

    quote(ann, "an answer").click()
    expect(ann.line("the beginning")).to_be_focused()
    ann.page.keyboard.press("Escape")
    expect(ann.line("an answer")).to_be_focused()
    talker.act("message.post", room=key, text="another answer", re=o)
    near = next(row.o for row in ann.rows if row.text == "an answer")
    talker.act("message.post", room=key, text="an answer nearby", re=near)
    quote(ann, "an answer nearby").click()
    expect(ann.line("an answer")).to_be_focused()
    expect(ann.page.get_by_role("button", name="Back to the reply")).to_be_hidden()


def test_swipe_of_a_finger_answers(person: NewPerson) -> None:
    ann, bo = person(**PHONE).enter("Ann swipes"), person().enter("Bo at work")
    bo.say("lunch at noon")
    expect(ann.line("lunch at noon")).to_be_visible()
    box = ann.line("lunch at noon").bounding_box()
    assert box
    touch = ann.context.new_cdp_session(ann.page)
    y = box["y"] + box["height"] / 2
    for kind, xs in (("touchStart", [280]), ("touchMove", range(270, 190, -10)), ("touchEnd", [None])):
        for x in xs:
            points = [] if x is None else [{"x": x, "y": y}]
            touch.send("Input.dispatchTouchEvent", {"type": kind, "touchPoints": points})
    expect(chip(ann)).to_contain_text("lunch at noon")
    assert ann.page.evaluate("document.documentElement.scrollWidth") == 360
    ann.page.keyboard.type("yes")
    ann.page.get_by_role("button", name="Send").tap()
    expect(quote(bo, "yes")).to_contain_text("Bo at work lunch at noon")
