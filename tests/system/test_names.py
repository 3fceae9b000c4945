"""Badges and names in the talk, and messages that stay in their place."""

from playwright.sync_api import expect

from tests.system.conftest import NewPerson

STACKED = "Z" + "\u0336\u0300\u0301\u0302\u0303\u0304\u0305" * 60


def test_badge_stands_beside_what_hosts_and_guests_write(person: NewPerson) -> None:
    ann, bo = person().enter("Ann with a badge"), person()
    room = ann.makes_room("Badges")
    bo.enter("Bo with a badge", room)
    ann.say("I am the host")
    bo.say("I am a guest")
    expect(bo.line("I am the host").get_by_text("Host", exact=True)).to_be_visible()
    expect(ann.line("I am a guest").get_by_text("Guest", exact=True)).to_be_visible()
    ann.page.get_by_role("button", name="2 here").click()
    ann.page.get_by_role("complementary", name="People").get_by_role("button", name="Bo with a badge").click()
    ann.page.get_by_role("button", name="Make host").click()
    expect(ann.line("I am a guest").get_by_text("Host", exact=True)).to_be_visible()
    expect(bo.line("I am a guest").get_by_text("Host", exact=True)).to_be_visible()


def test_long_message_is_folded_and_opened_by_keyboard(person: NewPerson) -> None:
    ann = person().enter("Ann of many words")
    ann.makes_room("Bricks")
    ann.composer.fill("wall\n" + "\n".join(f"brick {n}" for n in range(400)))
    ann.composer.press("Enter")
    wall = ann.page.locator(".line", has_text="brick 399")
    more = wall.get_by_role("button", name="Show more")
    expect(more).to_have_attribute("aria-expanded", "false")
    folded = wall.evaluate("(line) => line.offsetHeight")
    more.press("Enter")
    less = wall.get_by_role("button", name="Show less")
    expect(less).to_have_attribute("aria-expanded", "true")
    assert wall.evaluate("(line) => line.offsetHeight") > 4 * folded
    less.press("Enter")
    expect(more).to_be_visible()
    assert wall.evaluate("(line) => line.offsetHeight") == folded


def test_stacked_marks_are_cut_off_at_their_message(person: NewPerson) -> None:
    ann = person().enter("Ann of stacked marks")
    ann.makes_room("Marks")
    ann.say("before", STACKED)
    body = ann.page.locator(".line-body", has_text="Z").last
    expect(body).to_have_css("overflow", "clip")
    assert body.evaluate("(body) => body.offsetHeight") < 3 * ann.line("before").locator(".line-body").evaluate(
        "(body) => body.offsetHeight"
    )


def test_each_message_has_its_own_direction(person: NewPerson) -> None:
    ann = person().enter("Ann of two scripts")
    ann.makes_room("Scripts")
    ann.say("سلام دنیا", "hello world")
    expect(ann.line("سلام دنیا").locator(".line-body")).to_have_css("direction", "rtl")
    expect(ann.line("hello world").locator(".line-body")).to_have_css("direction", "ltr")


def test_message_box_keeps_what_is_indented_and_counts_emoji_as_the_server(person: NewPerson) -> None:
    ann = person().enter("Ann who indents")
    ann.makes_room("Margins")
    ann.composer.fill("    indented")
    ann.composer.press("Enter")
    expect(ann.page.locator(".line-body", has_text="indented")).to_have_text("    indented", use_inner_text=True)
    ann.composer.fill("😀" * 9000)
    expect(ann.page.locator("#composer-note")).to_be_empty()
    ann.composer.fill("😀" * 9990)
    expect(ann.page.locator("#composer-note")).to_contain_text("10")
