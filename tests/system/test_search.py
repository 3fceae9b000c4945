"""Search: from the field to the message in its context, with keys, on a phone, and in Chinese."""

import re

from playwright.sync_api import Locator, expect

from tests.system.conftest import NewPerson
from tests.system.look import ViewCheck
from tests.system.person import PHONE, Person


def hits(person: Person) -> Locator:
    return person.page.get_by_role("list", name="Results").get_by_role("link")


def ask(person: Person, query: str, number: int) -> None:
    """Search again until the index has followed, which takes up to two seconds."""
    field = person.page.get_by_role("searchbox", name="Search messages")
    for _ in range(20):
        field.fill(query)
        field.press("Enter")
        expect(person.page.locator("#search-hits[aria-busy=false]")).to_have_count(1)
        if hits(person).count() == number:
            return
        person.page.wait_for_timeout(250)
    assert hits(person).count() == number


def test_two_people_find_what_was_said_and_open_it_in_context(person: NewPerson) -> None:
    ann, bo = person().enter("Ann who seeks"), person()
    ann.makes_room("Finders")
    address = ann.path
    ann.say("the azure lamp is on the table")
    ann.expect_said("the azure lamp is on the table")
    for n in range(60):
        ann.say(f"talk {n}")
    ann.expect_said("talk 59")
    bo.enter("Bo who seeks", address)
    bo.say("我们明天去上海博物馆")
    ann.expect_said("我们明天去上海博物馆")

    bo.page.locator("#lines").focus()
    bo.page.keyboard.press("/")
    expect(bo.page.get_by_role("searchbox", name="Search messages")).to_be_focused()
    ask(bo, 'azure "the table"', 1)
    expect(hits(bo).first).to_contain_text("Ann who seeks")
    expect(hits(bo).first.locator("mark")).to_have_text(["azure", "the table"])
    bo.page.keyboard.press("ArrowDown")
    bo.page.keyboard.press("Enter")
    found = bo.line("the azure lamp is on the table")
    expect(found).to_be_in_viewport()
    expect(found).to_have_class(re.compile(r"\blit\b"))
    assert re.fullmatch(r"/r/\w{16}/@\d+", bo.path)
    expect(hits(bo)).to_have_count(1)

    ask(ann_opens(ann), "上海博物", 1)
    expect(hits(ann).first.locator("mark")).to_have_text("上海博物")


def ann_opens(ann: Person) -> Person:
    """Open the search by the palette."""
    ann.page.keyboard.press("Control+k")
    ann.page.get_by_role("combobox", name="Room name").fill("zzz")
    option = ann.page.get_by_role("option", name=re.compile("Search messages for .*zzz"))
    expect(option).to_be_visible()
    ann.page.keyboard.press("Enter")
    expect(ann.page.get_by_text("Nothing found.")).to_be_visible()
    return ann


def test_filters_are_completed_by_keys_and_errors_keep_the_text(person: NewPerson) -> None:
    ann = person().enter("Ann of filters")
    ann.makes_room("Filter house")
    ann.say("see https://example.com/plan here")
    ann.say("plain words here")
    ann.expect_said("plain words here")
    page = ann.page
    page.get_by_role("button", name="Room menu").click()
    page.get_by_role("menuitem", name="Search in this room").click()
    field = page.get_by_role("searchbox", name="Search messages")
    expect(field).to_have_value('in:"Filter house" ')
    field.press_sequentially("has:l")
    expect(page.get_by_role("option", name="link")).to_be_visible()
    field.press("Enter")
    expect(field).to_have_value('in:"Filter house" has:link ')
    ask(ann, 'in:"Filter house" has:link here', 1)
    page.get_by_role("button", name="From person").click()
    field.press_sequentially("Ann of")
    page.get_by_role("option", name="Ann of filters").click()
    expect(field).to_have_value('in:"Filter house" has:link here from:"Ann of filters" ')
    field.fill("from:Nobody here")
    field.press("Enter")
    expect(page.get_by_role("alert")).to_contain_text("Nobody here is called")
    expect(field).to_have_value("from:Nobody here")
    field.fill("")
    page.get_by_role("button", name='in:"Filter house" has:link here').click()
    expect(hits(ann)).to_have_count(1)


def test_phone_goes_to_a_result_and_back_to_the_others(person: NewPerson) -> None:
    ann = person(**PHONE).enter("Ann on a phone")
    for n in range(3):
        ann.composer.fill(f"ultraviolet {n}")
        ann.page.get_by_role("button", name="Send").click()
    ann.expect_said("ultraviolet 2")
    ann.page.locator("#search-open").click()
    ask(ann, "ultraviolet", 3)
    hits(ann).nth(1).click()
    expect(ann.line("ultraviolet 1")).to_be_in_viewport()
    expect(hits(ann).first).to_be_hidden()
    ann.page.get_by_role("button", name="Back to results").click()
    expect(hits(ann)).to_have_count(3)


def test_search_has_no_fault_of_axe_in_both_themes_and_languages(person: NewPerson) -> None:
    for options in ({}, PHONE, {"locale": "zh-CN"}, {**PHONE, "locale": "zh-CN"}):
        chinese = options.get("locale") == "zh-CN"
        ann = person(**options)
        ann.page.goto("/")
        ann.page.locator("#enter-name").fill(f"Ann {len(options)}{chinese}")
        ann.page.locator("#enter-name").press("Enter")
        expect(ann.page.locator("#text")).to_be_visible()
        ann.page.locator("#text").fill(f"looks lamp {len(options)} 上海很好看")
        ann.page.locator("#text").press("Enter")
        ann.page.locator("#search-open").click()
        check = ViewCheck(ann)
        check.at("search, empty", "#search")
        field = ann.page.locator("#search-text")
        field.fill("has:")
        expect(ann.page.locator("#search-completions")).to_be_visible()
        check.at("search, completions", "#search")
        for _ in range(20):
            field.fill("lamp")
            field.press("Enter")
            expect(ann.page.locator("#search-hits[aria-busy=false]")).to_have_count(1)
            if ann.page.locator(".hit").count():
                break
            ann.page.wait_for_timeout(250)
        check.at("search, results", "#search")
        assert check.faults == []
