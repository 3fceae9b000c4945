"""`make pictures`: an evening in a room as people would find it, photographed into docs/pictures/."""

from contextlib import ExitStack
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, Literal

from playwright.sync_api import Browser, expect, sync_playwright

from tests.client import BlockingClient
from tests.services.parlor import ROOT, Parlor
from tests.system.person import PHONE, Person, launch_options

PICTURES = ROOT / "docs" / "pictures"
PEOPLE: list[tuple[Any, ...]] = [("Mei Wang",), ("Jonas", "🦊", 11), ("Aisha", "🐳", 3), ("王小明", "", 5)]
QUESTION = "Who is up for a round? Loser explains `Sec-WebSocket-Accept` to everyone 😄"
ANSWER = """The server proves that it has read the key, see [RFC 6455](https://www.rfc-editor.org/rfc/rfc6455#section-1.3):

```
base64(sha1(key + "258EAFA5-E914-47DA-95CA-C5AB0DC85B11"))
```"""


class Evening:
    """Four talk over the wire; who reads comes to a browser, and looks away while the last lines are said."""

    def __init__(self, url: str, browser: Browser, stack: ExitStack) -> None:
        self.url, self.browser = url, browser
        guests = [BlockingClient(url, *who) for who in PEOPLE]
        self.mei, self.jonas, self.aisha, self.ming = guests
        self.games = self.mei.makes_room("friday-games", "Friday games. Be kind; no spoilers.")
        self.others = [self.mei.makes_room(name) for name in ("homework-help", "movie-night")]
        for guest in guests:
            stack.callback(guest.leave)
            if guest is not self.mei:
                guest.act("room.join", room=self.games)
            guest.request("room.open", room=self.games, position=None)
        self.mei.say(self.games, "Evening, all. The kettle is on.", QUESTION)

    def reader(self, name: str, face: str, colour: int, **options: Any) -> Person:
        reader = self.visitor(name, face, colour, **options)
        reader.page.locator("#enter-name").press("Enter")
        for room in self.others:
            expect(reader.page.locator("#text")).to_be_visible()
            reader.page.goto(f"/r/{room}/")
            reader.page.locator("#join-room").click()
        expect(reader.page.locator("#text")).to_be_visible()
        return reader

    def visitor(self, name: str, face: str, colour: int, **options: Any) -> Person:
        """Return a person at the entry form."""
        visitor = Person(self.browser, self.url, **options)
        visitor.page.goto(f"/r/{self.games}/")
        for choice in (f"[name=face][value='{face}']", f"[name=colour][value='{colour}']"):
            visitor.page.locator(choice).evaluate("(choice) => choice.click()")
        visitor.page.locator("#enter-name").fill(name)
        return visitor

    def begins(self, readers: list[Person]) -> None:
        """Post the messages that the readers have read."""
        plan, gone = self.jonas.say(self.games, "Colunm 4. I have a plan.", "Nobody saw that.")
        self.jonas.act("message.delete", room=self.games, o=gone)
        self.jonas.act("message.edit", room=self.games, o=plan, text="Column 4. I have a plan.")
        comes(readers, self.games)
        readers[0].say("That plan again?")
        readers[0].expect_said("That plan again?")
        self.mei.say(self.games, ANSWER)
        for reader in readers:
            expect(reader.log).to_contain_text("RFC 6455")

    def goes_on(self, readers: list[Person]) -> None:
        """Post the messages that the readers find later."""
        comes(readers, self.mei.lounge)
        self.aisha.say(self.games, "That is not a plan, that is a trap you walked into", "看第三列 👀")
        self.ming.say(self.games, "我来了。今晚谁先手")
        homework, movies = self.others
        self.mei.say(homework, "Question 3?", "Anyone?", "Solved it.")
        self.mei.say(movies, "Sunday, eight.")
        comes(readers, self.games)
        self.jonas.request("typing.set", room=self.games, typing=True)
        for reader in readers:
            expect(reader.page.locator("#typing")).not_to_be_empty()

    def plays(self) -> None:
        """Mei and Jonas at the table, with Mei to move."""
        match = self.mei.act("match.create", room=self.games, game="four", bot=None)["o"]
        version = self.jonas.act("seat.take", room=self.games, match=match, seat=1)["o"]
        for turn, column in enumerate([3, 4, 2, 2, 1, 3, 5, 0, 4, 3]):
            player = (self.mei, self.jonas)[turn % 2]
            version = player.act("move.play", room=self.games, match=match, version=version, move=column)["o"]
        self.aisha.say(self.games, "Column 4, Mei. Trust me.")


def watches(person: Person) -> None:
    person.page.locator(".card [data-do=watch]:visible").click()
    expect(person.page.locator("#board g.disc[data-seat]")).to_have_count(10)


def comes(readers: list[Person], room: str) -> None:
    for reader in readers:
        reader.page.goto(f"/r/{room}/")
        expect(reader.page.locator("#text")).to_be_visible()


def shoot(person: Person, name: str, theme: Literal["light", "dark"] = "light") -> None:
    person.page.emulate_media(color_scheme=theme, reduced_motion="reduce")
    person.page.mouse.move(0, 0)
    person.page.screenshot(path=PICTURES / f"{name}-{theme}.png", animations="disabled")
    print(f"docs/pictures/{name}-{theme}.png")


def take(evening: Evening) -> None:
    desktop = evening.reader("Amber Otter", "🦦", 4)
    phone = evening.reader("Noa", "🌵", 10, **PHONE)
    chinese = evening.reader("小雨", "🐼", 6, **PHONE, locale="zh-CN")
    evening.begins([desktop, phone, chinese])
    evening.goes_on([desktop, phone, chinese])
    shoot(phone, "room-360")
    shoot(phone, "room-360", "dark")
    shoot(chinese, "room-360-chinese")
    phone.page.locator("#back").tap()
    expect(phone.room("Lounge").get_by_label("here")).to_be_hidden()
    shoot(phone, "rooms-360")
    desktop.page.locator("#people-toggle").click()
    expect(desktop.page.locator(".person").nth(6)).to_be_visible()
    expect(desktop.room("Lounge").get_by_label("here")).to_be_hidden()
    desktop.composer.focus()
    shoot(desktop, "room-1280")
    shoot(desktop, "room-1280", "dark")
    desktop.page.locator("#side-close").click()
    desktop.page.locator("#invite").click()
    desktop.page.locator("#invite-new [data-submit]").click()
    expect(desktop.page.locator("#invites img")).not_to_have_js_property("naturalWidth", 0)
    shoot(desktop, "invite-1280")
    desktop.page.keyboard.press("Escape")
    evening.plays()
    comes([desktop, phone], evening.games)
    for watcher in (desktop, phone):
        watches(watcher)
    shoot(desktop, "table-1280")
    shoot(desktop, "table-1280", "dark")
    shoot(phone, "table-360")
    shoot(evening.visitor("Clever Hedgehog", "🦔", 3, **PHONE), "enter-360")
    shoot(evening.visitor("Clever Hedgehog", "🦔", 3), "enter-1280", "dark")


def main() -> None:
    with (
        TemporaryDirectory() as folder,
        Parlor(Path(folder), REALTIME='{"silent_s": 600}') as parlor,
        sync_playwright() as playwright,
        playwright.chromium.launch(**launch_options()) as browser,
        ExitStack() as stack,
    ):
        take(Evening(parlor.url, browser, stack))


if __name__ == "__main__":
    main()
