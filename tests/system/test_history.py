"""A long talk: read upwards, opened in the middle, and joined again at its end."""

import re
from secrets import token_hex

import pytest
from playwright.sync_api import expect

from tests.system.conftest import NewGuest, NewPerson
from tests.system.connection_proxy import ConnectionProxy
from tests.system.person import LOST_LINE

LONG = 350
KEPT = 300


@pytest.fixture
def long_room(guest: NewGuest) -> str:
    """Create a room with many messages, and return its address."""
    teller = guest(f"Teller {token_hex(2)}")
    room = teller.makes_room(f"Long story {token_hex(2)}")
    teller.say(room, *(f"line {number}{' and more' * (number % 7 * 20)}" for number in range(1, LONG + 1)))
    teller.act("message.post", room=room, text="the end")
    return f"/r/{room}/"


TO_THE_TOP = """() => {
  const scroller = document.querySelector("#scroller");
  scroller.scrollTo(0, 0);
  const { top } = scroller.getBoundingClientRect();
  const line = [...document.querySelectorAll("[data-o]")].find((line) => line.getBoundingClientRect().bottom > top);
  return [Number(line.dataset.o), line.getBoundingClientRect().top];
}"""
OLDER = "(o) => Number(document.querySelector('#lines [data-o]').dataset.o) < o"


def test_history_is_read_up_to_the_first_message_without_a_jump_and_back(person: NewPerson, long_room: str) -> None:
    ann = person().enter("Ann who reads upwards", long_room)
    ann.expect_said("the end")
    pages = 0
    while ann.rows[0].o > 2:
        o, top = ann.page.evaluate(TO_THE_TOP)
        ann.page.wait_for_function(OLDER, arg=o)
        assert abs(ann.top_of(o) - top) < 1
        assert ann.page.get_by_role("article").count() <= KEPT
        pages += 1
    assert pages >= LONG // 40
    offsets = [row.o for row in ann.rows]
    assert offsets == list(range(offsets[0], offsets[0] + len(offsets)))

    ann.page.get_by_role("button", name="Jump to latest").click()
    ann.expect_said("the end")
    expect(ann.line("the end")).to_be_in_viewport()
    assert ann.page.get_by_role("article").count() <= KEPT


def test_link_to_a_line_opens_it_among_its_neighbours(person: NewPerson, long_room: str) -> None:
    ann = person().enter("Ann who follows a link", long_room)
    ann.page.goto(f"{long_room}@106", wait_until="commit")
    line = ann.page.locator("[data-o='106']")
    expect(line).to_be_focused()
    expect(line).to_have_class(re.compile(r"\blit\b"))
    expect(line).to_be_in_viewport()
    expect(ann.page.locator("[data-o='104']")).to_be_attached()
    expect(ann.page.locator("[data-o='108']")).to_be_attached()
    expect(ann.line("the end")).to_have_count(0)
    ann.page.get_by_role("button", name="Jump to latest").click()
    expect(ann.line("the end")).to_be_in_viewport()


def test_message_posted_from_the_middle_of_a_history_is_shown_at_once_also_offline(
    person: NewPerson, guest: NewGuest, connection_proxy: ConnectionProxy
) -> None:
    teller = guest("Teller of a middle")
    room = teller.makes_room(f"Middle {token_hex(2)}")
    first, *_ = teller.say(room, *(f"line {number}" for number in range(1, 201)))
    ann = person(connection_proxy.url).enter("Ann in the middle", f"/r/{room}/@{first + 20}")
    ann.expects(LOST_LINE)
    expect(ann.line("line 20")).to_be_in_viewport()
    expect(ann.line("line 200")).to_have_count(0)
    connection_proxy.cut_sockets()
    ann.say("from the middle")
    expect(ann.line("from the middle")).to_be_in_viewport()
    teller.say(room, *(f"more {number}" for number in range(1, 31)))
    connection_proxy.restore()
    ann.page.evaluate("dispatchEvent(new Event('online'))")
    ann.expect_said("from the middle", "more 30")
    expect(ann.line("from the middle")).to_be_in_viewport()


def test_reader_further_up_is_not_moved_and_sees_the_number_of_new_messages(person: NewPerson, guest: NewGuest) -> None:
    teller = guest("Teller of more")
    room = teller.makes_room(f"More and more {token_hex(2)}")
    teller.say(room, *(f"line {number}" for number in range(1, 81)))
    ann = person().enter("Ann who reads above", f"/r/{room}/")
    ann.expect_said("line 80")
    ann.scroll_to(200)
    place = ann.place
    teller.say(room, "more 1", "more 2", "more 3")
    told = ann.page.get_by_role("button", name="3 new messages")
    expect(told).to_be_visible()
    assert ann.place == place
    told.click()
    expect(ann.line("more 3")).to_be_in_viewport()
    expect(told).to_be_hidden()


def test_line_that_is_read_stays_when_a_panel_opens_and_is_found_again_in_its_room(
    person: NewPerson, long_room: str
) -> None:
    ann = person().enter("Ann who keeps her place", long_room)
    ann.expect_said("the end")
    name = ann.page.locator("#room-name").inner_text()
    ann.scroll_to(900)
    ann.page.wait_for_function("document.querySelector('#scroller').scrollTop === 900")
    place = ann.place
    ann.page.locator("#people-toggle").click()
    expect(ann.page.locator("#people")).to_be_visible()
    assert ann.place.o == place.o
    ann.page.locator("#side-close").click()
    expect(ann.page.locator("#people")).to_be_hidden()
    assert ann.place.o == place.o
    ann.go("Lounge")
    ann.go(name)
    ann.page.wait_for_function("(o) => document.querySelector(`[data-o='${o}']`)", arg=place.o)
    assert ann.place.o == place.o
