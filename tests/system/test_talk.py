"""Two people in a room, each at a browser of their own."""

import re

from playwright.sync_api import expect

from tests.system.conftest import NewPerson
from tests.system.connection_proxy import ConnectionProxy
from tests.system.person import LOST_LINE


def test_two_people_enter_by_name_and_talk(person: NewPerson) -> None:
    ann, bo = person().enter("Ann"), person().enter("Bo")
    ann.say("hello Bo, do you *hear* me?")
    bo.expect_said("hello Bo, do you hear me?")
    bo.say("<b>loud</b> & clear")
    ann.expect_said("<b>loud</b> & clear")
    expect(bo.line("hello Bo, do you hear me?").locator("em")).to_have_text("hear")
    expect(bo.line("hello Bo, do you hear me?").get_by_text("Ann")).to_be_visible()


def test_line_stands_in_the_talk_before_the_server_has_heard_of_it(
    person: NewPerson, connection_proxy: ConnectionProxy
) -> None:
    ann = person(connection_proxy.url).enter("Ann at once")
    ann.expects(LOST_LINE)
    connection_proxy.cut_sockets()
    said = "in the same frame, see https://example.org/"
    ann.say(said)
    expect(ann.line(said).get_by_role("link", name="https://example.org/")).to_be_visible()
    connection_proxy.restore()
    ann.expect_said(said)


def test_tick_says_where_a_line_is_stored(person: NewPerson) -> None:
    ann = person().enter("Ann and her tick")
    ann.say("on disk?")
    ann.expect_said("on disk?")
    ann.line("on disk?").get_by_role("button", name=re.compile(r"^Saved \(#")).click()
    expect(ann.page.get_by_role("status").filter(has_text=re.compile(r"^Saved \(#\d+, \d+ ms\)$"))).to_be_visible()


def test_typing_is_shown_until_the_message_arrives(person: NewPerson) -> None:
    ann, bo = person().enter("Ann who looks on"), person().enter("Bo who writes")
    writing = ann.page.get_by_text("Bo who writes is typing…")
    bo.composer.press_sequentially("well")
    expect(writing).to_be_visible()
    bo.composer.press("Enter")
    ann.expect_said("well")
    expect(writing).to_be_hidden()


def test_edit_and_a_removal_are_seen_live_and_a_removal_is_undone(person: NewPerson) -> None:
    ann, bo = person().enter("Ann who edits"), person().enter("Bo who sees")
    ann.say("a frist word", "a second word")
    bo.expect_said("a frist word", "a second word")

    ann.edit("a frist word", "a first word")
    expect(bo.line("a first word")).to_contain_text("(edited)")
    expect(bo.line("a frist word")).to_have_count(0)

    ann.act_on("a second word", "Delete")
    expect(bo.line("a second word")).to_have_count(0)
    expect(bo.line("Message deleted")).to_be_visible()
    ann.page.get_by_role("button", name="Undo").click()
    expect(bo.line("a second word")).to_be_visible()
    expect(bo.line("Message deleted")).to_have_count(0)


def test_reload_keeps_name_place_draft_and_outbox(person: NewPerson, connection_proxy: ConnectionProxy) -> None:
    ann, bo = person(connection_proxy.url).enter("Ann who reloads"), person().enter("Bo who waits")
    ann.expects(LOST_LINE)
    ann.page.locator("#create").click()
    ann.page.get_by_role("dialog", name="New room").get_by_label("Name").fill("Reloading")
    ann.page.get_by_role("button", name="Create room").click()
    expect(ann.heading("Reloading")).to_be_visible()
    bo.page.goto(ann.path)
    bo.page.get_by_role("button", name="Join room").click()
    expect(bo.composer).to_be_visible()

    connection_proxy.cut_sockets()
    ann.say("waits for the line")
    ann.composer.press_sequentially("half a thou")
    ann.page.reload()

    expect(ann.heading("Reloading")).to_be_visible()
    expect(ann.composer).to_have_value("half a thou")
    expect(ann.line("waits for the line")).to_be_visible()
    expect(ann.page.get_by_role("button", name="You: name, face and colour")).to_contain_text("Ann who reloads")

    connection_proxy.restore()
    bo.expect_said("waits for the line")
    ann.expect_rows(bo.rows)


def test_line_that_is_refused_goes_back_to_where_it_was_written(person: NewPerson) -> None:
    ann = person().enter("Ann written back")
    ann.say("/nosuchcommand of mine")
    expect(ann.page.get_by_text("Unknown command.")).to_be_visible()
    expect(ann.composer).to_have_value("/nosuchcommand of mine")
    expect(ann.page.get_by_role("article").filter(has_text="/nosuchcommand of mine")).to_have_count(0)
    ann.page.keyboard.press("Home")
    ann.page.keyboard.type("/")
    expect(ann.page.get_by_text("Unknown command.")).to_be_hidden()
    ann.page.keyboard.press("Enter")
    ann.expect_said("/nosuchcommand of mine")


def test_line_that_cannot_be_sent_while_another_is_written_waits_for_a_decision_and_survives_a_reload(
    person: NewPerson, connection_proxy: ConnectionProxy
) -> None:
    ann = person(connection_proxy.url).enter("Ann refused")
    ann.expects(LOST_LINE)
    connection_proxy.cut_sockets()
    ann.say("/nosuchcommand at all")
    ann.composer.press_sequentially("something else")
    connection_proxy.restore()
    problem = ann.page.get_by_role("article").filter(has_text="/nosuchcommand at all")
    expect(problem.get_by_role("button", name="Edit")).to_be_visible()
    ann.page.reload()
    expect(problem).to_contain_text("Not sent.")
    problem.get_by_role("button", name="Delete").click()
    expect(problem).to_have_count(0)
    ann.page.reload()
    expect(ann.composer).to_have_value("something else")
    expect(problem).to_have_count(0)
