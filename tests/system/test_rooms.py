"""Rooms: who gets in, what is unread, who is there."""

import re

from playwright.sync_api import expect

from tests.system.conftest import NewGuest, NewPerson
from tests.system.person import Person

GONE = "Failed to load resource: the server responded with a status of 410"


def invite_link(person: Person, uses: str) -> str:
    """Made in the dialog and read from it."""
    person.page.get_by_role("main").get_by_role("button", name="Invite", exact=True).click()
    dialog = person.page.get_by_role("dialog", name="Invite")
    dialog.get_by_label("Max uses").select_option(uses)
    dialog.get_by_role("button", name="Create invite link").click()
    card = dialog.get_by_role("listitem").filter(has_text="for 1 person") if uses else dialog.get_by_role("listitem")
    expect(card.first.get_by_role("img", name="QR code of the invite link")).not_to_have_js_property("naturalWidth", 0)
    link = card.first.get_by_role("textbox", name="Invite link").input_value()
    dialog.get_by_role("button", name="Close").click()
    return link


def test_invite_for_one_brings_one_into_a_private_room_and_tells_the_next_kindly(person: NewPerson) -> None:
    ann, bo, late = person().enter("Ann of the den"), person(), person()
    ann.makes_room("Den", private=True)
    ann.say("only for us")
    ann.expect_said("only for us")
    link = invite_link(ann, uses="1")

    late.page.goto(link)
    expect(late.page.get_by_role("heading", name="Den")).to_be_visible()
    expect(late.page.get_by_text("only for us")).to_have_count(0)

    bo.enter("Bo of the den", link)
    bo.expect_said("only for us")
    bo.say("thanks")
    ann.expect_said("thanks")
    ann.expect_rows(bo.rows)

    late.expects(GONE)
    late.page.get_by_label("Your name").press("Enter")
    expect(late.page.get_by_role("heading", name="This invite has expired")).to_be_visible()
    late.page.get_by_role("link", name="Go to the lounge").click()
    expect(late.page.get_by_label("Your name")).to_be_visible()


def test_invite_to_a_public_room_shows_its_talk_behind_the_field_until_it_is_taken_back(person: NewPerson) -> None:
    ann, bo, late = person().enter("Ann who invites"), person(), person()
    room = ann.makes_room("Open house")
    ann.say("come on in")
    ann.expect_said("come on in")
    link = invite_link(ann, uses="")

    bo.page.goto(link)
    expect(bo.line("come on in")).to_be_visible()
    expect(bo.composer).to_have_count(0)
    bo.enter("Bo who was invited", link)
    assert bo.path == room
    bo.say("here I am")
    ann.expect_said("here I am")

    ann.page.get_by_role("main").get_by_role("button", name="Invite", exact=True).click()
    invites = ann.page.get_by_role("dialog", name="Invite")
    taken_back = invites.locator(f"[data-code='{link.rsplit('/', 1)[1]}']")
    expect(taken_back).to_be_visible()
    taken_back.get_by_role("button", name="Revoke").click()
    expect(taken_back).to_have_count(0)
    late.expects(GONE)
    late.page.goto(link)
    expect(late.page.get_by_role("heading", name="This invite has expired")).to_be_visible()


def test_unread_messages_are_counted_live_and_shown_under_one_divider(person: NewPerson, guest: NewGuest) -> None:
    teller = guest("Teller of news")
    room = teller.makes_room("News")
    teller.say(room, "old news")
    ann = person().enter("Ann of the news", f"/r/{room}/")
    ann.expect_said("old news")
    ann.go("Lounge")
    teller.say(room, "news 1", "news 2", "news 3")
    expect(ann.room("News").get_by_label("3 unread")).to_be_visible()
    expect(ann.page).to_have_title(re.compile(r"^\(\d+\) Lounge"))

    ann.go("News")
    new = ann.log.get_by_text("New", exact=True)
    expect(new).to_have_count(1)
    expect(ann.room("News").get_by_label("unread")).to_be_hidden()
    teller.say(room, "news 4")
    ann.expect_said("news 4")
    expect(new).to_have_count(1)
    old, first, *_ = ann.rows
    assert ann.top_of(old.o) < new.evaluate("(mark) => mark.getBoundingClientRect().top") < ann.top_of(first.o)


def test_list_of_rooms_lives_when_rooms_are_found_joined_renamed_and_left(person: NewPerson) -> None:
    ann, bo = person().enter("Ann of many rooms"), person().enter("Bo of many rooms")
    ann.makes_room("Garden")
    bo.page.get_by_role("button", name="Browse rooms").click()
    found = bo.page.get_by_role("dialog", name="Browse rooms").get_by_role("listitem").filter(has_text="Garden")
    found.get_by_role("button", name="Join room").click()
    expect(bo.heading("Garden")).to_be_visible()
    expect(ann.page.get_by_role("button", name="2 here")).to_be_visible()

    ann.page.get_by_role("button", name="Room menu").click()
    ann.page.get_by_role("menuitem", name="Room settings").click()
    settings = ann.page.get_by_role("dialog", name="Room settings")
    settings.get_by_label("Name").fill("Orchard")
    settings.get_by_label("Topic").fill("Apples and pears")
    settings.get_by_role("button", name="Save", exact=True).click()
    expect(bo.heading("Orchard")).to_be_visible()
    expect(bo.room("Orchard")).to_be_visible()
    expect(bo.page.get_by_role("main").get_by_text("Apples and pears", exact=True)).to_be_visible()
    expect(bo.log).to_contain_text("Ann of many rooms renamed the room to Orchard")

    bo.page.get_by_role("button", name="Room menu").click()
    bo.page.get_by_role("menuitem", name="Leave room").click()
    bo.page.get_by_role("dialog", name="Leave Orchard?").get_by_role("button", name="Leave").click()
    expect(bo.heading("Lounge")).to_be_visible()
    expect(bo.room("Orchard")).to_have_count(0)


def test_removed_member_is_told_and_goes_to_another_room(person: NewPerson) -> None:
    ann, bo = person().enter("Ann the host"), person()
    room = ann.makes_room("Host's room")
    bo.enter("Bo put out", room)
    ann.page.get_by_role("button", name="2 here").click()
    people = ann.page.get_by_role("complementary", name="People")
    expect(people.get_by_role("button", name="Ann the host")).to_contain_text("Host")
    people.get_by_role("button", name="Bo put out").click()
    ann.page.get_by_role("button", name="Remove from room").click()
    ann.page.get_by_role("dialog", name="Remove Bo put out?").get_by_role("button", name="Remove").click()
    told = bo.page.get_by_role("alert").filter(has_text="You were removed from Host's room.")
    told.get_by_role("button", name="Go to the lounge").click()
    expect(bo.heading("Lounge")).to_be_visible()
    expect(bo.room("Host's room")).to_have_count(0)


def test_name_that_is_taken_is_answered_with_a_free_one(person: NewPerson) -> None:
    person().enter("Ann the first")
    second = person()
    second.expects("Failed to load resource: the server responded with a status of 409")
    second.page.goto("/")
    second.page.get_by_label("Your name").fill("ann the FIRST")
    second.page.get_by_label("Your name").press("Enter")
    expect(second.page.get_by_role("alert")).not_to_be_empty()
    second.page.get_by_label("Your name").press("Enter")
    expect(second.composer).to_be_visible()
