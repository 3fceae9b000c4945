"""Spoilers, code and tables in messages: by mouse, by keyboard, on a phone, and before axe-core."""

from secrets import token_hex
from typing import Any

import pytest
from playwright.sync_api import expect

from tests.system.conftest import NewGuest, NewPerson
from tests.system.look import ViewCheck
from tests.system.person import PHONE

CODE = "```python\ndef f(x):\n    return 1  # one\n```"
TABLE = "|Name|Wins|Remark|\n|-|-:|:-:|\n|Ann|12|" + "a long remark " * 8 + "|\n|小明|3||"


def test_spoiler_opens_by_key_and_stays_open_while_it_is_quoted_as_hidden(person: NewPerson, guest: NewGuest) -> None:
    teller = guest(f"Teller {token_hex(2)}")
    room = teller.makes_room(f"Spoilers {token_hex(2)}")
    [o] = teller.say(room, "The end: ||Rosebud is **a sled**, https://example.com/||")
    teller.act("message.post", room=room, text="an answer", re=o)
    ann = person()
    ann.enter(f"Ann {token_hex(2)}", f"/r/{room}/")
    line = ann.page.locator(f"article[data-o='{o}']")
    hidden = line.get_by_role("button", name="Show spoiler")
    expect(hidden).to_be_visible()
    expect(line.get_by_role("link", name="https://example.com/")).to_have_count(0)
    expect(ann.page.locator(".quote-text").last).to_have_text("The end: ▒▒▒")
    hidden.press("Enter")
    expect(hidden).to_have_count(0)
    expect(line.get_by_role("link", name="https://example.com/")).to_be_visible()
    teller.act("reaction.set", room=room, o=o, emoji="👍", on=True)
    expect(line.get_by_role("button", name="👍")).to_be_visible()
    expect(line.get_by_role("link", name="https://example.com/")).to_be_visible()


def test_code_is_copied_as_it_was_typed(person: NewPerson, guest: NewGuest) -> None:
    teller = guest(f"Teller {token_hex(2)}")
    room = teller.makes_room(f"Code {token_hex(2)}")
    teller.say(room, CODE)
    ann = person(permissions=["clipboard-read", "clipboard-write"])
    ann.enter(f"Ann {token_hex(2)}", f"/r/{room}/")
    expect(ann.page.locator(".hl-keyword").first).to_have_text("def")
    ann.page.locator("pre").hover()
    ann.page.get_by_role("button", name="Copy code").click()
    expect(ann.page.locator(".toast")).to_contain_text("Copied")
    assert ann.page.evaluate("navigator.clipboard.readText()") == "def f(x):\n    return 1  # one"


@pytest.mark.parametrize("options", [{}, PHONE], ids=["1280", "360"])
def test_axe_has_nothing_against_markup_and_no_table_widens_the_page(
    person: NewPerson, guest: NewGuest, options: dict[str, Any]
) -> None:
    teller = guest(f"Teller {token_hex(2)}")
    room = teller.makes_room(f"Markup {token_hex(2)}")
    teller.say(room, "a ||hidden [link](https://example.com/)|| and ||more||", CODE, TABLE)
    ann = person(**options)
    ann.enter(f"Ann {token_hex(2)}", f"/r/{room}/")
    frame = ann.page.get_by_role("region", name="Table")
    expect(frame.get_by_role("cell", name="12")).to_be_visible()
    ann.page.get_by_role("button", name="Show spoiler").first.click()
    look = ViewCheck(ann)
    look.at("markup", "#lines")
    assert look.faults == []


@pytest.mark.parametrize("options", [{}, PHONE], ids=["1280", "360"])
def test_preview_shows_what_is_posted_and_ends_with_the_message(person: NewPerson, options: dict[str, Any]) -> None:
    ann = person(**options).enter(f"Ann {token_hex(2)}")
    toggle = ann.page.get_by_role("button", name="Preview")
    ann.composer.press_sequentially("short")
    expect(toggle).to_be_hidden()
    ann.composer.fill(TABLE)
    toggle.click()
    preview = ann.page.get_by_role("region", name="Preview")
    expect(preview.get_by_role("cell", name="12")).to_be_visible()
    shown = preview.locator(".line-body").inner_html()
    ann.composer.fill(TABLE + "\n|Zoë|1|x|")
    expect(preview.get_by_role("cell", name="Zoë")).to_be_visible()
    assert ann.page.evaluate("document.documentElement.scrollWidth <= innerWidth")
    look = ViewCheck(ann)
    look.at("preview", "#composer")
    assert look.faults == []
    ann.composer.fill(TABLE)
    ann.page.get_by_role("button", name="Send").click()
    expect(preview).to_be_hidden()
    expect(ann.page.locator("#lines").get_by_role("cell", name="12").last).to_be_visible()
    assert ann.page.locator("#lines .line-body").last.inner_html() == shown
