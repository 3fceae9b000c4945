"""A page before its scripts have run, and the moment in which the client takes it over."""

from collections.abc import Callable
from secrets import token_hex

import pytest
from playwright.sync_api import Route, expect

from tests.system.conftest import NewGuest, NewPerson
from tests.system.person import PHONE, Person

TOPS = """() => Object.fromEntries([...document.querySelectorAll("#lines [data-o]")].map((line) =>
  [line.dataset.o, Math.round(line.getBoundingClientRect().top)]))"""
SHAPE = """() => [...document.querySelectorAll("#lines [data-o]")].map((line) => {
  const { height } = line.getBoundingClientRect();
  const face = line.querySelector(".face");
  return [line.dataset.o, line.className, Math.round(height), face?.textContent, face?.dataset.colour];
})"""


@pytest.fixture
def talk(guest: NewGuest) -> str:
    """Create a room with messages of many forms, and return its address."""
    teller, other = guest(f"Teller {token_hex(3)}"), guest(f"李雷 {token_hex(3)}")
    room = teller.makes_room(f"First page {token_hex(2)}")
    other.act("room.join", room=room)
    first, *_ = teller.say(room, *(f"message {number}" for number in range(1, 26)))
    teller.act("message.edit", room=room, o=first + 20, text="*better*")
    teller.act("message.delete", room=room, o=first + 21)
    other.say(
        room, "> quoted\n\n- one\n- two", "```\ncode\n```", "🎉🎉", "two\nlines", "https://example.org/a", "the end"
    )
    return f"/r/{room}/"


def held_back(person: Person) -> Callable[[], None]:
    """Keep the scripts back until the function that is returned is called."""
    waiting: list[Route] = []
    person.page.route("**/main.js", lambda route: waiting.append(route))

    def release() -> None:
        for route in waiting:
            route.continue_()

    return release


@pytest.mark.parametrize("device", [{}, PHONE], ids=["desktop", "phone"])
def test_newest_messages_are_seen_without_scripts(person: NewPerson, talk: str, device: dict[str, object]) -> None:
    ann = person(java_script_enabled=False, **device)
    ann.page.goto(talk)
    expect(ann.page.locator("#lines .line-body").last).to_have_text("the end")
    expect(ann.page.locator("#lines .line-body").last).to_be_in_viewport()
    expect(ann.page.locator("#lines .line-name").last).to_contain_text("李雷")


def test_messages_stay_where_they_are_when_the_client_takes_over(person: NewPerson, talk: str) -> None:
    ann = person().enter("Ann who comes early", talk)
    release = held_back(ann)
    ann.page.reload(wait_until="commit")
    expect(ann.line("the end")).to_be_in_viewport()
    expect(ann.composer).to_be_hidden()
    tops, shape = ann.page.evaluate(TOPS), ann.page.evaluate(SHAPE)
    release()
    expect(ann.composer).to_be_visible()
    assert ann.page.evaluate(SHAPE) == shape
    assert list(ann.page.evaluate(TOPS).values())[-10:] == list(tops.values())[-10:]


def test_place_that_one_has_scrolled_to_is_kept_when_the_client_takes_over(person: NewPerson, talk: str) -> None:
    ann = person(**PHONE).enter("Ann who scrolls early", talk)
    release = held_back(ann)
    ann.page.reload(wait_until="commit")
    expect(ann.line("the end")).to_be_in_viewport()
    ann.page.locator("#scroller").evaluate("(box) => box.scrollBy(0, -400)")
    place = ann.place
    release()
    expect(ann.composer).to_be_visible()
    assert ann.place == place
