"""`make pictures`: a room as people would find it, photographed into docs/pictures/."""

from pathlib import Path
from tempfile import TemporaryDirectory

from playwright.sync_api import Browser, Page, expect, sync_playwright

from tests.services.parlor import ROOT, Parlor
from tests.services.tools import chromium
from tests.system.guest import Guest
from tests.system.person import PHONE, Person

PICTURES = ROOT / "docs" / "pictures"
CODE = "Who is up for a round? Loser explains `Sec-WebSocket-Accept` to everyone 😄"
LIST = "Tonight:\n\n- take the middle\n- count to **three**\n- nobody sulks"


def main() -> None:
    with TemporaryDirectory() as folder, Parlor(Path(folder)) as parlor, sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium(), args=["--no-sandbox"])
        take(browser, parlor.url)
        browser.close()


def take(browser: Browser, url: str) -> None:
    mei, jonas = Guest(url, "Mei Wang"), Guest(url, "Jonas", "🦊", 11)
    aisha, ming = Guest(url, "Aisha", "🐳", 3), Guest(url, "王小明", "", 5)
    room = mei.makes_room("friday-games", "Friday games. Be kind; no spoilers.")
    quiet = [mei.makes_room("homework-help"), mei.makes_room("movie-night")]
    for guest in (jonas, aisha, ming):
        guest.act("room.join", room=room)
    for guest in (mei, jonas, aisha, ming):
        guest.request("room.open", room=room, position=None)
    reader = Person(browser, url)
    way_in(reader.page, room, "Amber Otter", "🦦", 4)
    reader.page.get_by_role("button", name="Enter").click()
    mei.say(room, "Evening, all. The kettle is on.", CODE)
    jonas.say(room, "Column 4. I have a plan.")
    reader.say("That plan again?")
    reader.expect_said("That plan again?")
    mei.say(room, LIST)
    elsewhere(reader, mei, quiet)
    aisha.say(room, "That is not a plan, that is a trap you walked into", "看第三列 👀")
    ming.say(room, "我来了。今晚谁先手", "🎉🎉")
    reader.go("friday-games")
    jonas.request("typing.set", room=room, typing=True)
    expect(reader.page.locator("#typing")).not_to_be_empty()
    rooms_of(reader.page)
    visitor = Person(browser, url, **PHONE).page
    way_in(visitor, room, "Clever Hedgehog", "🦔", 3)
    shoot(visitor, "enter-360-light")
    for one in (mei, jonas, aisha, ming):
        one.leave()


def elsewhere(reader: Person, mei: Guest, quiet: list[str]) -> None:
    """The reader looks into other rooms, so that something waits for them in each."""
    for key, texts in zip(quiet, (["Question 3?", "Anyone?", "Solved it."], ["Sunday, eight."]), strict=True):
        reader.page.goto(f"/r/{key}/")
        reader.page.get_by_role("button", name="Join room").click()
        expect(reader.composer).to_be_visible()
        reader.go("Lounge")
        mei.say(key, *texts)


def rooms_of(page: Page) -> None:
    page.locator("#people-toggle").click()
    expect(page.locator(".person").first).to_be_visible()
    page.locator("#text").focus()
    for scheme in ("light", "dark"):
        page.emulate_media(color_scheme=scheme, reduced_motion="reduce")
        shoot(page, f"room-1280-{scheme}")
    page.locator("#people-close").click()
    page.emulate_media(color_scheme="light", reduced_motion="reduce")
    page.set_viewport_size({"width": 360, "height": 740})
    shoot(page, "room-360-light")


def way_in(page: Page, room: str, name: str, face: str, colour: int) -> None:
    page.goto(f"/r/{room}/")
    for radio in (f"[name=face][value='{face}']", f"[name=colour][value='{colour}']"):
        page.locator(radio).evaluate("radio => radio.click()")
    field = page.get_by_label("Your name")
    field.fill(name)
    field.evaluate("field => field.blur()")


def shoot(page: Page, name: str) -> None:
    page.mouse.move(0, 0)
    page.screenshot(path=PICTURES / f"{name}.png", animations="disabled")
    print(f"docs/pictures/{name}.png")


if __name__ == "__main__":
    main()
