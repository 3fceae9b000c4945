"""A game in the room: two at the table, a third at the door, a line that is cut and a server that is killed."""

import re
from pathlib import Path
from secrets import token_hex
from typing import Any

import pytest
from playwright.sync_api import Locator, expect

from tests.client import BlockingClient
from tests.services.parlor import Parlor
from tests.system.conftest import HURRY, NewGuest, NewPerson
from tests.system.connection_proxy import ConnectionProxy
from tests.system.look import ViewCheck
from tests.system.person import DESKTOP, LOST_LINE, PHONE, Person

STALE = "Someone else changed this. Check and try again."
"""A player whose move came too late sees this text."""


def column(person: Person, number: int) -> Locator:
    return person.page.get_by_role("group", name="Columns").get_by_role(
        "button", name=re.compile(rf"^Column {number}\b")
    )


def discs(person: Person) -> Locator:
    """Return the discs on the board, stored or pending."""
    return person.page.locator("#board g.disc[data-seat]:not(.ghost)")


def mood(person: Person) -> Locator:
    return person.page.locator("#table-status")


def drops(person: Person, number: int, count: int) -> None:
    """Drop a disc into a column when it is the person's turn, and expect so many discs on the board."""
    expect(mood(person)).to_have_attribute("data-mood", "mine")
    column(person, number).click()
    expect(discs(person)).to_have_count(count)


def sits_down(person: Person) -> None:
    person.page.locator(".card [data-do=sit]:visible").click()
    expect(person.page.locator("#board")).to_be_visible()


def test_game_to_its_end_with_a_reload_and_a_cut_in_the_middle(
    person: NewPerson, connection_proxy: ConnectionProxy
) -> None:
    ann, bo = person().enter("Ann plays red"), person(connection_proxy.url, **PHONE)
    room = ann.makes_room("Four in here")
    ann.say("/play")
    bo.enter("Bo plays gold", room)
    sits_down(bo)
    drops(ann, 4, 1)
    drops(bo, 4, 2)
    expect(ann.page).to_have_title(re.compile("^● Your turn"))

    ann.page.reload()
    expect(discs(ann)).to_have_count(2)
    drops(ann, 5, 3)
    bo.expects(LOST_LINE)
    expect(discs(bo)).to_have_count(3)
    connection_proxy.cut()
    column(bo, 1).tap()
    expect(bo.page.locator("#board g.disc.pending")).to_have_count(1)
    expect(discs(ann)).to_have_count(3)
    connection_proxy.restore()
    bo.page.evaluate("dispatchEvent(new Event('online'))")
    expect(discs(ann)).to_have_count(4)
    drops(ann, 3, 5)
    drops(bo, 1, 6)
    drops(ann, 6, 7)

    expect(mood(ann)).to_have_text("You won! Four in a row")
    expect(bo.page.locator(".card[data-match]")).to_contain_text("Ann plays red won with four in a row")
    expect(ann.page.locator(".board-won")).to_have_count(4)
    ann.page.locator("#table-acts [data-do=rematch]").click()
    bo.page.locator(".card [data-do=sit]:visible").click()
    expect(mood(bo)).to_have_attribute("data-mood", "mine")


def test_bot_answers_and_the_keys_play(person: NewPerson) -> None:
    ann = person().enter("Ann alone")
    ann.makes_room("Nobody here")
    ann.page.locator("#empty [data-act=pastime]:visible").click()
    expect(mood(ann)).to_have_attribute("data-mood", "mine")
    column(ann, 4).focus()
    ann.page.keyboard.press("2")
    expect(discs(ann)).to_have_count(2)
    expect(mood(ann)).to_have_attribute("data-mood", "mine")
    ann.page.keyboard.press("ArrowRight")
    ann.page.keyboard.press("Enter")
    expect(discs(ann)).to_have_count(4)
    expect(ann.page.locator("#table-live")).to_have_text(re.compile(r"^Bot \(medium\) played column \d\. Your turn$"))


def test_spectator_sees_the_game_joins_the_queue_and_replays_it(person: NewPerson, guest: NewGuest) -> None:
    red, gold = guest(f"Red {token_hex(2)}"), guest(f"Gold {token_hex(2)}")
    room = red.makes_room("A table to watch")
    gold.act("room.join", room=room)
    match = red.act("match.create", room=room, game="four", bot=None)["o"]
    gold.act("seat.take", room=room, match=match, seat=1)
    cy = person().enter("Cy looks on", f"/r/{room}/")
    cy.page.locator(".card [data-do=watch]:visible").click()
    cy.page.locator("#table-acts [data-do=wait]").click()
    expect(cy.page.locator("#table-queue")).to_contain_text("Cy looks on")

    version = red.request("match.read", room=room, match=match)["table"]["version"]
    for turn, place in enumerate([0, 1, 0, 1, 0, 1, 0]):
        mover = (red, gold)[turn % 2]
        version = mover.act("move.play", room=room, match=match, version=version, move=place)["o"]
        expect(discs(cy)).to_have_count(turn + 1)
    expect(mood(cy)).to_have_text(f"{red.name} won with four in a row")

    cy.page.goto(f"/r/{room}/@{match}#replay")
    moment = cy.page.locator("#replay-range")
    expect(moment).to_be_visible()
    expect(discs(cy)).to_have_count(7)
    moment.focus()
    moment.press("Home")
    expect(discs(cy)).to_have_count(0)
    moment.press("ArrowRight")
    moment.press("ArrowRight")
    expect(discs(cy)).to_have_count(2)
    expect(cy.page.locator(".replay-words")).to_have_text(f"{gold.name} played column 2.")


def test_game_outlives_its_server(person: NewPerson, own_server: Parlor) -> None:
    ann, bo = person(own_server.url).enter("Ann"), person(own_server.url).enter("Bo")
    for one in (ann, bo):
        one.expects(LOST_LINE)
    ann.say("/play")
    sits_down(bo)
    drops(ann, 4, 1)
    expect(discs(bo)).to_have_count(1)
    own_server.kill()
    column(bo, 4).click()
    expect(bo.page.locator("#board g.disc.pending")).to_have_count(1)
    own_server.start()
    for one in (ann, bo):
        one.page.evaluate("dispatchEvent(new Event('online'))")
    expect(discs(ann)).to_have_count(2)
    expect(bo.page.locator("#board g.disc.pending")).to_have_count(0)
    drops(ann, 1, 3)


def test_player_absent_for_half_a_minute_is_called(person: NewPerson, tmp_path: Path) -> None:
    with Parlor(tmp_path, REALTIME=HURRY, DJANGO_SETTINGS_MODULE="tests.system.fast_clock") as parlor:
        ann = person(parlor.url)
        ann.page.clock.install()
        ann.enter("Ann who waits")
        room = ann.makes_room("Is he coming").split("/")[2]
        bo = BlockingClient(parlor.url, "Bo who goes")
        bo.act("room.join", room=room)
        bo.request("room.open", room=room, position=None)
        ann.say("/play")
        expect(ann.page.locator(".card[data-match]")).to_be_visible()
        o = int(ann.page.locator(".card[data-match]").get_attribute("data-match") or 0)
        bo.act("seat.take", room=room, match=o, seat=1)
        claim = ann.page.locator("#table-acts [data-do=claim]")
        expect(mood(ann)).to_have_attribute("data-mood", "mine")
        expect(claim).to_have_count(0)
        bo.leave()
        expect(claim).to_be_disabled()
        expect(claim).to_have_text(re.compile(r"\d"))
        ann.page.clock.fast_forward(31_000)
        expect(claim).to_be_enabled()
        claim.press("Enter")
        expect(mood(ann)).to_have_attribute("data-mood", "won")
        expect(mood(ann)).to_contain_text("You won")
        ann.context.close()


def test_move_on_a_table_that_has_changed_is_taken_back_and_said(
    person: NewPerson, guest: NewGuest, connection_proxy: ConnectionProxy
) -> None:
    red, gold = guest(f"Red {token_hex(2)}"), guest(f"Gold {token_hex(2)}")
    room = red.makes_room("Two devices")
    gold.act("room.join", room=room)
    match = red.act("match.create", room=room, game="four", bot=None)["o"]
    version = gold.act("seat.take", room=room, match=match, seat=1)["o"]
    ann = person(connection_proxy.url)
    ann.context.add_cookies(red.cookies(connection_proxy.url))
    ann.page.goto(f"/r/{room}/")
    expect(mood(ann)).to_have_attribute("data-mood", "mine")
    ann.expects(LOST_LINE)
    connection_proxy.cut()
    column(ann, 3).click()
    expect(ann.page.locator("#board g.disc.pending")).to_have_count(1)
    for mover, place in ((red, 3), (gold, 0)):
        version = mover.act("move.play", room=room, match=match, version=version, move=place)["o"]
    connection_proxy.restore()
    ann.page.evaluate("dispatchEvent(new Event('online'))")
    expect(ann.page.locator(".toast")).to_contain_text(STALE)
    expect(ann.page.locator("#board g.disc.pending")).to_have_count(0)
    expect(discs(ann)).to_have_count(2)
    drops(ann, 3, 3)


def test_chance_is_thrown_into_the_talk(person: NewPerson) -> None:
    ann = person().enter("Ann throws")
    ann.makes_room("Dice")
    ann.composer.press_sequentially("/r")
    expect(ann.page.get_by_role("listbox", name="Commands").get_by_role("option")).to_have_count(1)
    ann.composer.press("Tab")
    ann.composer.press_sequentially("2d6+1")
    ann.composer.press("Enter")
    expect(ann.log).to_contain_text(re.compile(r"🎲 2d6\+1 → \d \+ \d \+ 1 = \d+"))
    ann.say("/pick tea, tea")
    expect(ann.log).to_contain_text("🎯 tea")


@pytest.mark.parametrize("locale", ["en-GB", "zh-CN"])
@pytest.mark.parametrize("size", [DESKTOP, PHONE], ids=["1280", "360"])
def test_axe_has_nothing_against_a_table(person: NewPerson, guest: NewGuest, size: dict[str, Any], locale: str) -> None:
    teller = guest(f"Opponent {token_hex(2)}")
    room = teller.makes_room(f"Looks {token_hex(2)}")
    match = teller.act("match.create", room=room, game="four", bot=None)["o"]
    ann = person(**size, locale=locale)
    look = ViewCheck(ann)
    ann.page.goto(f"/r/{room}/")
    ann.page.locator("#enter-name").fill(f"Looks {token_hex(2)}")
    ann.page.locator("#enter-name").press("Enter")
    expect(ann.page.locator(".card[data-match]")).to_be_visible()
    look.at("a card")
    sits_down(ann)
    look.at("a game")
    version = teller.request("match.read", room=room, match=match)["table"]["version"]
    teller.act("move.play", room=room, match=match, version=version, move=3)
    expect(mood(ann)).to_have_attribute("data-mood", "mine")
    look.at("one's turn")
    teller.act("match.resign", room=room, match=match)
    expect(mood(ann)).to_have_attribute("data-mood", "won")
    look.at("the result")
    ann.page.goto(f"/r/{room}/@{match}#replay")
    expect(ann.page.locator("#replay-range")).to_be_visible()
    look.at("a replay")
    assert not look.faults, "\n".join(look.faults)
