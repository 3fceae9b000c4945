"""Emoji in the composer: completion of their names, and the picker by keyboard and by finger."""

import re
from secrets import token_hex

import pytest
from playwright.sync_api import Locator, expect

from tests.system.conftest import NewPerson
from tests.system.look import ViewCheck
from tests.system.person import PHONE, Person


def suggestions(person: Person) -> Locator:
    return person.page.get_by_role("listbox", name=re.compile("Emoji|表情")).get_by_role("option")


def picker(person: Person) -> Locator:
    return person.page.get_by_role("dialog", name=re.compile("Emoji|表情"))


def test_name_is_completed_in_the_middle_of_a_text_in_both_languages(person: NewPerson) -> None:
    ann = person().enter(f"Ann {token_hex(2)}")
    ann.composer.press_sequentially("so  much")
    for _ in range(5):
        ann.composer.press("ArrowLeft")
    ann.composer.press_sequentially(":tad")
    expect(suggestions(ann).first).to_contain_text("tada")
    expect(suggestions(ann).first).to_have_attribute("aria-selected", "true")
    active = ann.composer.get_attribute("aria-activedescendant")
    assert active == suggestions(ann).first.get_attribute("id")
    ann.composer.press("Enter")
    expect(ann.composer).to_have_value("so 🎉 much")
    expect(suggestions(ann)).to_have_count(0)
    ann.composer.press("End")
    ann.page.keyboard.insert_text(" :拉炮")
    expect(suggestions(ann).first).to_contain_text("🎉")
    ann.composer.press("Escape")
    expect(suggestions(ann)).to_have_count(0)
    expect(ann.composer).to_have_value("so 🎉 much :拉炮")


def test_whole_name_becomes_the_emoji_but_not_in_code_and_undo_takes_it_back(person: NewPerson) -> None:
    ann = person().enter(f"Ann {token_hex(2)}")
    ann.composer.press_sequentially("10:30:45 `:tada:` :tada:")
    expect(ann.composer).to_have_value("10:30:45 `:tada:` 🎉")
    ann.composer.press("Control+z")
    expect(ann.composer).to_have_value("10:30:45 `:tada:` :tada:")


def test_emoji_is_picked_by_keyboard_alone_and_remembered(person: NewPerson) -> None:
    ann = person().enter(f"Ann {token_hex(2)}")
    ann.composer.fill("I like ")
    button = ann.page.get_by_role("button", name="Emoji")
    button.press("Enter")
    expect(picker(ann).get_by_role("searchbox")).to_be_focused()
    ann.page.keyboard.type("pizza")
    found = picker(ann).get_by_role("group", name="Search results").get_by_role("button")
    expect(found.first).to_have_accessible_name("pizza")
    ann.page.keyboard.press("ArrowDown")
    expect(found.first).to_be_focused()
    ann.page.keyboard.press("Enter")
    expect(picker(ann)).to_be_hidden()
    expect(ann.composer).to_have_value("I like 🍕")
    expect(ann.composer).to_be_focused()
    button.press("Enter")
    expect(picker(ann).get_by_role("group", name="Recent").get_by_role("button")).to_have_count(1)
    ann.page.keyboard.press("Escape")
    expect(button).to_be_focused()


def test_skin_tone_is_kept_and_names_are_chinese_on_a_phone(person: NewPerson) -> None:
    ann = person(**PHONE, locale="zh-CN")
    ann.page.goto("/")
    ann.page.locator("#enter-name").fill(f"Ann {token_hex(2)}")
    ann.page.locator("#enter-name").press("Enter")
    ann.page.get_by_role("button", name="表情").tap()
    picker(ann).get_by_role("button", name="中等肤色", exact=True).tap()
    thumb = picker(ann).get_by_role("button", name="拇指向上", exact=True)
    box = thumb.bounding_box()
    assert box
    assert min(box["width"], box["height"]) >= 44
    thumb.tap()
    expect(ann.page.locator("#text")).to_have_value("👍🏽")
    ann.page.reload()
    ann.page.get_by_role("button", name="表情").tap()
    expect(picker(ann).get_by_role("button", name="中等肤色", exact=True)).to_have_attribute("aria-pressed", "true")


def test_failure_to_load_emoji_offers_to_try_again(person: NewPerson) -> None:
    ann = person().enter(f"Ann {token_hex(2)}")
    ann.expects("Failed to load resource")
    ann.page.route("**/emoji.json", lambda route: route.abort())
    ann.page.get_by_role("button", name="Emoji").click()
    expect(picker(ann)).to_contain_text("could not be loaded")
    ann.page.unroute("**/emoji.json")
    picker(ann).get_by_role("button", name="Try again").click()
    expect(picker(ann).get_by_role("button", name="joy", exact=True)).to_be_visible()


@pytest.mark.parametrize("options", [{}, PHONE], ids=["1280", "360"])
def test_axe_has_nothing_against_the_picker(person: NewPerson, options: dict[str, object]) -> None:
    ann = person(**options).enter(f"Ann {token_hex(2)}")
    look = ViewCheck(ann)
    ann.page.get_by_role("button", name="Emoji").click()
    expect(picker(ann).get_by_role("button", name="joy", exact=True)).to_be_visible()
    look.at("emoji picker", "#emoji-picker")
    assert look.faults == []
