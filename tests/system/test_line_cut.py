"""The line between browser and server is cut, or the server is killed: nothing is lost, doubled or moved."""

import re

from playwright.sync_api import expect

from tests.services.parlor import Parlor
from tests.system.conftest import NewGuest, NewPerson
from tests.system.connection_proxy import ConnectionProxy
from tests.system.look import ViewCheck
from tests.system.person import LOST_LINE, Person

RECORD_STATUS = """() => {
  const chip = document.querySelector("#chip");
  const seen = (spoken) => new MutationObserver(() => chip.hidden || spoken(performance.now()));
  window.spokenAt = new Promise((spoken) => seen(spoken).observe(chip, { attributes: true }));
  window.cutAt = performance.now();
}"""


def numbered(what: str, count: int) -> list[str]:
    return [f"{what} {number}" for number in range(1, count + 1)]


def acknowledged(person: Person) -> dict[str, int]:
    """Texts with a tick, and where they are stored."""
    ticked = person.page.get_by_role("article").filter(has=person.page.locator(".tick[data-state=stored]"))
    stored = ticked.evaluate_all("(lines) => lines.map((line) => Number(line.dataset.o))")
    return {row.text: row.o for row in person.rows if row.o in stored}


def test_reader_cut_off_for_half_a_minute_sees_all_changes_without_a_reload_or_a_jump(
    person: NewPerson, connection_proxy: ConnectionProxy
) -> None:
    bo = person().enter("Bo stays on")
    room = bo.makes_room("Cut")
    bo.say(*numbered("before", 60))
    bo.expect_said("before 60")
    ann = person(connection_proxy.url).enter("Ann is cut off", room)
    ann.page.evaluate("window.sinceLoad = true")
    ann.scroll_to(0)
    expect(ann.line("before 1")).to_be_attached()
    ann.scroll_to(700)
    ann.expect_rows(bo.rows)
    place = ann.place
    above = [row.text for row in ann.rows if row.o < place.o]
    assert len(above) >= 10

    ann.expects(LOST_LINE)
    ann.page.evaluate("window.cutAt = performance.now()")
    connection_proxy.cut()
    for text in [*above[-3:], "before 59", "before 60"]:
        bo.edit(text, f"{text}, edited\n\nand longer than it was")
    bo.say(*numbered("meanwhile", 199))
    for text in [*above[:5:2], "before 58", "meanwhile 1"]:
        bo.act_on(text, "Delete")
    bo.say("one at a time, so all is stored once this is")
    bo.expect_said("one at a time, so all is stored once this is")
    assert ann.line("Message deleted").count() == 0
    ann.page.wait_for_function("() => performance.now() - cutAt >= 30_000", timeout=40_000)
    connection_proxy.restore()
    ann.page.evaluate("dispatchEvent(new Event('online'))")

    expect(ann.page.get_by_role("button", name="200 new messages")).to_be_visible()
    expect(ann.page.get_by_text(re.compile(r"^Reconnected after \d{2,} s\. Nothing was lost\.$"))).to_be_visible()
    ann.expect_rows(bo.rows)
    assert len([row for row in ann.rows if row.edited]) == len([row for row in ann.rows if row.removed]) == 5
    assert (ann.top_of(place.o), ann.page.evaluate("window.sinceLoad")) == (place.top, True)


def test_missed_messages_are_below_one_divider_for_new_messages(
    person: NewPerson, guest: NewGuest, connection_proxy: ConnectionProxy
) -> None:
    teller = guest("Teller meanwhile")
    room = teller.makes_room("Missed")
    teller.say(room, *numbered("read", 40))
    ann = person(connection_proxy.url).enter("Ann at the end", f"/r/{room}/")
    expect(ann.line("read 40")).to_be_in_viewport()
    ann.expects(LOST_LINE)
    connection_proxy.cut()
    teller.say(room, *numbered("missed", 60))
    connection_proxy.restore()
    ann.page.evaluate("dispatchEvent(new Event('online'))")

    new = ann.log.get_by_text("New", exact=True)
    expect(ann.page.get_by_role("button", name="60 new messages")).to_be_visible()
    expect(new).to_be_in_viewport()
    expect(ann.line("missed 1")).to_be_in_viewport()
    expect(ann.line("missed 60")).not_to_be_in_viewport()

    ann.page.reload()
    expect(ann.page.get_by_role("button", name="60 new messages above")).to_be_visible()


def test_killed_server_has_all_acknowledged_messages_and_gets_the_rest_later(
    person: NewPerson, own_server: Parlor
) -> None:
    ann, bo = person(own_server.url).enter("Ann"), person(own_server.url).enter("Bo")
    for one in (ann, bo):
        one.expects(LOST_LINE)
    burst = numbered("line", 40)
    ann.say(*burst[:20])
    expect(ann.line("line 5").locator(".tick[data-state=stored]")).to_be_visible()
    own_server.kill()
    kept = acknowledged(ann)
    ann.say(*burst[20:])
    own_server.start()

    bo.expect_said(burst[-1])
    assert [row.text for row in bo.rows] == burst
    ann.expect_rows(bo.rows)
    assert kept.items() <= {row.text: row.o for row in bo.rows}.items()


def test_connection_status_is_shown_after_five_seconds_and_when_it_is_back(
    person: NewPerson, connection_proxy: ConnectionProxy
) -> None:
    ann = person(connection_proxy.url)
    ann.page.add_init_script("Math.random = () => 100")  # the first wait is 50 s: there is time to look around
    ann.enter("Ann and her chip").expects(LOST_LINE)
    ann.say("heard before the cut")
    ann.expect_said("heard before the cut")
    ann.page.evaluate(RECORD_STATUS)
    connection_proxy.cut()
    chip = ann.page.get_by_role("status").filter(
        has_text=re.compile(r"^(Reconnecting|The server doesn't answer. Trying again) · Try now \d+ s$")
    )
    expect(chip).to_be_visible()
    assert ann.page.evaluate("spokenAt.then((at) => at - cutAt)") >= 5000
    ann.say("said into the dark")
    look = ViewCheck(ann)
    look.at("Reconnecting")
    connection_proxy.restore()
    chip.get_by_role("button", name="Try now").click()
    expect(ann.page.get_by_text(re.compile(r"^Reconnected after [\d.]+ s\. Nothing was lost\.$"))).to_be_visible()
    look.at("Nothing lost")
    ann.expect_said("said into the dark")
    assert not look.faults, "\n".join(look.faults)
