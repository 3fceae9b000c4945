"""A person with a browser: their actions, what they see, and the errors of the page."""

import os
import re
from dataclasses import dataclass
from typing import Any, NamedTuple
from urllib.parse import urlsplit

from playwright.sync_api import Browser, ConsoleMessage, Locator, Page, Request, WebSocket, expect
from playwright.sync_api import TimeoutError as Late

from tests.services.tools import chromium

DESKTOP = {"viewport": {"width": 1280, "height": 800}}
DESKTOP_OPTIONS = {**DESKTOP, "locale": "en-GB", "reduced_motion": "reduce"}
PHONE = {"viewport": {"width": 360, "height": 740}, "has_touch": True, "is_mobile": True, "device_scale_factor": 2}
LOST_LINE = "WebSocket connection to"
"""Chromium's console reports a cut connection with a text that begins so."""

ROWS = """() => [...document.querySelectorAll("#lines article[data-o]")].map((line) => {
  const body = line.querySelector(".line-body").cloneNode(true);
  const edited = body.querySelector(".edited");
  edited?.remove();
  const removed = line.classList.contains("removed");
  const author = line.querySelector(".line-name").textContent;
  return [Number(line.dataset.o), author, removed ? "" : body.textContent.trim(), edited !== null, removed];
})"""


def launch_options() -> dict[str, Any]:
    """Return the options to start the system's Chromium, whose sandbox refuses root."""
    return {"executable_path": chromium(), "args": ["--no-sandbox"] if os.geteuid() == 0 else []}


class Row(NamedTuple):
    """A line as one reads it."""

    o: int
    author: str
    text: str
    edited: bool = False
    removed: bool = False


@dataclass(frozen=True)
class Place:
    """The first line a reader can see, and how far down the screen it stands."""

    o: int
    top: float


class Person:
    def __init__(self, browser: Browser, url: str, **options: Any) -> None:
        self.url = url
        self.troubles: list[str] = []
        self._expected: list[str] = []
        self._hosts = {urlsplit(url).netloc}
        self.context = browser.new_context(base_url=url, **(DESKTOP_OPTIONS | options))
        self.context.on("console", self._console_spoke)
        self.context.on("weberror", lambda error: self.troubles.append(str(error.error)))
        self.context.on("request", self._requested)
        self.context.on("page", lambda page: page.on("websocket", self._connected))
        self.page: Page = self.context.new_page()

    # What they do

    def enter(self, name: str, address: str = "/") -> "Person":
        self.page.goto(address)
        self.page.get_by_label("Your name").fill(name)
        self.page.get_by_label("Your name").press("Enter")
        expect(self.composer).to_be_visible()
        return self

    def say(self, *texts: str) -> None:
        self.composer.focus()
        for text in texts:
            self.page.keyboard.insert_text(text)
            self.page.keyboard.press("Enter")

    def edit(self, text: str, better: str) -> None:
        self.act_on(text, "Edit")
        self.composer.fill(better)
        self.composer.press("Enter")

    def act_on(self, text: str, act: str) -> None:
        """Press an action in the bar of a message, or in its menu when the bar has no place for it."""
        self.line(text).hover()
        bar = self.page.get_by_role("toolbar", name="Message actions")
        expect(bar).to_be_visible()
        if bar.get_by_role("button", name=act).count() == 0:
            bar.get_by_role("button", name="More").click()
            self.page.get_by_role("menu", name="Message actions").get_by_role("menuitem", name=act).click()
        else:
            bar.get_by_role("button", name=act).click()

    def hold(self, goal: Locator) -> None:
        """Hold a finger on the element until it counts as a long press."""
        box = goal.bounding_box()
        assert box
        point = {"x": box["x"] + box["width"] / 2, "y": box["y"] + box["height"] / 2}
        touch = self.context.new_cdp_session(self.page)
        self.page.evaluate("() => { window.felt = false; navigator.vibrate = () => (window.felt = true) }")
        touch.send("Input.dispatchTouchEvent", {"type": "touchStart", "touchPoints": [point]})
        self.page.wait_for_function("() => window.felt")
        touch.send("Input.dispatchTouchEvent", {"type": "touchEnd", "touchPoints": []})

    def go(self, room: str) -> None:
        self.room(room).click()
        expect(self.heading(room)).to_be_visible()

    def scroll_to(self, top: int) -> None:
        """Scroll, and wait for the frame in which the page has seen it."""
        frames = "new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done)))"
        self.page.locator("#scroller").evaluate(f"(box, top) => {{ box.scrollTo(0, top); return {frames}; }}", top)

    def makes_room(self, name: str, *, private: bool = False) -> str:
        """Create a room and return its address."""
        self.page.locator("#create").click()
        dialog = self.page.get_by_role("dialog", name="New room")
        dialog.get_by_label("Name").fill(name)
        dialog.get_by_label("Invite only" if private else "Anyone").check()
        dialog.get_by_role("button", name="Create room").click()
        expect(self.heading(name)).to_be_visible()
        expect(self.composer).to_be_visible()
        return self.path

    # What they see

    @property
    def composer(self) -> Locator:
        return self.page.get_by_role("textbox", name="Message", exact=True)

    @property
    def path(self) -> str:
        return urlsplit(self.page.url).path

    @property
    def log(self) -> Locator:
        return self.page.get_by_role("log")

    def line(self, text: str) -> Locator:
        """Return the message with exactly this text; a mark after it is ignored."""
        body = self.page.locator(".line-body", has_text=re.compile(rf"^{re.escape(text)}( \(edited\))?$"))
        return self.page.get_by_role("article").filter(has=body)

    def heading(self, room: str) -> Locator:
        return self.page.get_by_role("main").get_by_role("heading", level=1, name=room)

    def room(self, name: str) -> Locator:
        return self.page.get_by_role("navigation", name="Rooms").get_by_role("link", name=name)

    @property
    def rows(self) -> list[Row]:
        return [Row(*row) for row in self.page.evaluate(ROWS)]

    def expect_rows(self, rows: list[Row], *, within: float = 30) -> None:
        """Expect exactly these messages, within some time."""
        same = f"(wanted) => JSON.stringify(({ROWS})()) === JSON.stringify(wanted)"
        try:
            self.page.wait_for_function(same, arg=[list(row) for row in rows], timeout=within * 1000)
        except Late:
            assert self.rows == rows

    def expect_said(self, *texts: str) -> None:
        """All of this stands in the talk, stored."""
        for text in texts:
            expect(self.line(text).and_(self.page.locator("[data-o]"))).to_have_count(1)

    @property
    def place(self) -> Place:
        seen = """() => {
          const { top } = document.querySelector("#scroller").getBoundingClientRect();
          const lines = [...document.querySelectorAll("#lines [data-o]")];
          const line = lines.find((line) => line.getBoundingClientRect().bottom > top);
          return [Number(line.dataset.o), line.getBoundingClientRect().top];
        }"""
        return Place(*self.page.evaluate(seen))

    def top_of(self, o: int) -> float:
        return float(self.page.locator(f"[data-o='{o}']").evaluate("(line) => line.getBoundingClientRect().top"))

    # What went wrong

    def expects(self, *troubles: str) -> None:
        """Allow messages of the console that begin like one of these."""
        self._expected += troubles

    def may_go_to(self, url: str) -> None:
        """Allow requests to another host."""
        self._hosts.add(urlsplit(url).netloc)

    def _console_spoke(self, message: ConsoleMessage) -> None:
        expected = message.text.startswith(tuple(self._expected))
        # Where a connection may be lost, the page may also ask in vain why.
        wondered = LOST_LINE in self._expected and message.location["url"].endswith("/realtime/check")
        if message.type in {"error", "warning"} and not expected and not wondered:
            self.troubles.append(message.text)

    def _requested(self, request: Request) -> None:
        self._went_to(request.url)

    def _connected(self, socket: WebSocket) -> None:
        self._went_to(socket.url)

    def _went_to(self, address: str) -> None:
        if urlsplit(address).netloc not in self._hosts and not address.startswith(("data:", "blob:")):
            self.troubles.append(f"went to {address}")
