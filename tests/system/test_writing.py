"""The keys under one's fingers: what sends, what does not, and that nothing typed is lost."""

import json
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import expect

from tests.services.parlor import Parlor
from tests.system.conftest import NewPerson


@pytest.fixture
def strict_server(tmp_path: Path) -> Iterator[Parlor]:
    with Parlor(tmp_path, REALTIME=json.dumps({"rate": 4, "burst": 8})) as parlor:
        yield parlor


def test_enter_sends_and_shift_enter_begins_a_line(person: NewPerson) -> None:
    ann = person().enter("Ann at the keys")
    ann.page.keyboard.type("one")
    ann.page.keyboard.press("Shift+Enter")
    ann.page.keyboard.type("two")
    expect(ann.composer).to_have_value("one\ntwo")
    ann.page.keyboard.press("Enter")
    ann.expect_said("one\ntwo")
    expect(ann.composer).to_have_value("")


def test_enter_that_chooses_a_word_of_an_input_method_sends_nothing(person: NewPerson) -> None:
    ann = person().enter("Ann who composes")
    ann.makes_room("Composing")
    ann.page.evaluate("heard = []; addEventListener('keydown', (event) => heard.push(event.isComposing), true)")
    keys = ann.context.new_cdp_session(ann.page)
    keys.send("Input.imeSetComposition", {"text": "ni hao", "selectionStart": 6, "selectionEnd": 6})
    expect(ann.composer).to_have_value("ni hao")
    keys.send("Input.dispatchKeyEvent", {"type": "rawKeyDown", "key": "Enter", "windowsVirtualKeyCode": 13})
    keys.send("Input.insertText", {"text": "你好"})
    # Safari ends the composition first and tells of its Enter then, by this key code alone.
    ann.composer.dispatch_event("keydown", {"key": "Enter", "keyCode": 229})
    expect(ann.composer).to_have_value("你好")
    assert ann.page.evaluate("heard") == [True, False]

    ann.page.keyboard.press("Enter")
    ann.expect_said("你好")
    expect(ann.page.get_by_role("article")).to_have_count(1)


def test_typing_too_fast_is_a_matter_of_waiting_and_loses_nothing(person: NewPerson, strict_server: Parlor) -> None:
    ann = person(strict_server.url).enter("Ann in a hurry")
    lines = [f"quick {number}" for number in range(1, 25)]
    ann.say(*lines)
    ann.composer.press_sequentially("and still writing")
    expect(ann.page.get_by_text("Slow down a little")).to_be_visible()
    ann.expect_said(lines[-1])
    expect(ann.page.get_by_text("Slow down a little")).to_be_hidden()
    expect(ann.composer).to_have_value("and still writing")
    assert [row.text for row in ann.rows] == lines
    expect(ann.page.get_by_text("Not sent.")).to_have_count(0)


def test_text_that_is_too_long_stays_where_it_was_written(person: NewPerson) -> None:
    ann = person().enter("Ann at length")
    ann.makes_room("Length")
    ann.composer.fill("x" * 10_001)
    ann.page.keyboard.press("Enter")
    expect(ann.page.get_by_text("1 character over the limit.")).to_be_visible()
    expect(ann.composer).to_have_value("x" * 10_001)
    ann.page.keyboard.press("Backspace")
    ann.page.keyboard.press("Enter")
    ann.expect_said("x" * 10_000)
    expect(ann.page.get_by_role("article")).to_have_count(1)
