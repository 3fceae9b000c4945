"""The lab in a browser: each page does what it says, and axe has nothing against it."""

import re
from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread
from typing import Any

import pytest
from playwright.sync_api import Locator, Page, expect

from lab.consumers import NOBODY
from lab.pages import LABS
from tests.services.parlor import Parlor
from tests.system.conftest import NewPerson
from tests.system.look import ViewCheck
from tests.system.person import DESKTOP, LOST_LINE, PHONE, Person

ACCEPT = "rE91AJhfC+6JdVcVXOGJEADEJdQ="
HAN = "字" * 41
TRIED = (LOST_LINE, "WebSocket is already in CLOSING or CLOSED state.", "The provided value 'nonsense'")
"""The console reports errors that some of the pages cause on purpose."""


@pytest.fixture(scope="module")
def lab_server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Parlor]:
    with Parlor(tmp_path_factory.mktemp("parlor"), DEBUG="true") as parlor:
        yield parlor
        assert "Traceback" not in "".join(parlor.output)


@pytest.fixture
def visitor(person: NewPerson, lab_server: Parlor) -> Person:
    one = person(lab_server.url)
    one.expects(*TRIED)
    return one


def at(visitor: Person, name: str) -> Page:
    visitor.page.goto(f"/lab/{name}/")
    if visitor.page.locator("#state").count():
        expect(visitor.page.locator("#state")).to_have_attribute("data-state", "1")
    return visitor.page


def press(page: Page, name: str) -> None:
    page.get_by_role("button", name=name, exact=True).click()


def log(page: Page) -> Locator:
    return page.get_by_role("log").get_by_role("paragraph")


@pytest.mark.parametrize("locale", ["en-GB", "zh-CN"])
@pytest.mark.parametrize("size", [DESKTOP, PHONE], ids=["1280", "360"])
def test_axe_has_nothing_against_any_page(
    person: NewPerson, lab_server: Parlor, size: dict[str, Any], locale: str
) -> None:
    visitor = person(lab_server.url, **size, locale=locale)
    visitor.expects(*TRIED)
    look = ViewCheck(visitor)
    look.visit("/lab/", "index")
    look.visit("/lab/docs/channels.md", "document")
    for lab in LABS:
        page = at(visitor, lab.name)
        expect(page.get_by_role("heading", level=1)).not_to_be_empty()
        if lab.name in BUSY:
            BUSY[lab.name](page)
        look.at(lab.name)
    assert not look.faults, "\n".join(look.faults)


def echoed(page: Page) -> None:
    page.locator("#form .primary").click()
    expect(log(page)).to_have_count(3)


def lit(page: Page) -> None:
    page.locator("#on").click()
    expect(page.locator("#lamp")).to_have_attribute("data-lamp", "on")


def closed(page: Page) -> None:
    page.locator("#form .primary").click()
    expect(page.locator("#closes tr")).to_have_count(1)


def tried(page: Page) -> None:
    page.locator("#attack").click()
    expect(page.locator("#tries [data-told]")).to_have_count(4)


def ticked(page: Page) -> None:
    expect(page.locator("#summary")).to_contain_text(re.compile(r"\d"))


def dropped(page: Page) -> None:
    page.locator("#large").click()
    expect(page.locator("#ended")).to_contain_text("1009")


BUSY = {"echo": echoed, "lamp": lit, "closing": closed, "origin": tried, "idl": ticked, "limits": dropped}
"""Actions that fill the pages before axe checks them."""


def test_page_of_the_tutorial_logs_the_same_lines(visitor: Person) -> None:
    page = at(visitor, "echo")
    press(page, "Send Message")
    expect(log(page)).to_have_count(3)
    press(page, "Send it as bytes")
    expect(log(page)).to_have_count(4)
    page.locator("#message").evaluate("(field) => (field.value = 'x'.repeat(16 * 1024 + 1))")
    press(page, "Send Message")
    expect(log(page)).to_have_count(5)
    assert log(page).all_text_contents() == [
        "onload",
        f"connected to {visitor.url.replace('http', 'ws')}/ws/lab/echo",
        "message received: Received:  Hello, world!",
        "message received: 48 65 6c 6c 6f 2c 20 77 6f 72 6c 64 21",
        "connection closed (1009)",
    ]


def test_two_browsers_see_the_same_lamp(visitor: Person, person: NewPerson, lab_server: Parlor) -> None:
    other = person(lab_server.url)
    pages = [at(visitor, "lamp"), at(other, "lamp")]
    for page, way in zip(pages, ("on", "off"), strict=True):
        press(page, f"Turn {way}")
        for each in pages:
            expect(each.locator("#lamp-word")).to_have_text(f"The lamp is {way}.")


def test_loop_skips_while_the_server_reads_nothing(visitor: Person) -> None:
    page = at(visitor, "updates")
    press(page, "Start")
    expect(page.locator("#read")).not_to_have_text("0")
    press(page, "Let the server read nothing for 3 s")
    expect(page.locator("#skipped")).not_to_have_text("0")
    press(page, "Stop")
    sent = page.locator("#sent").inner_text()
    expect(page.locator("#read")).to_have_text(sent)


def test_five_floats_come_back(visitor: Person) -> None:
    page = at(visitor, "floats")
    press(page, "Send Float32Array(5)")
    expect(page.locator("#said")).to_have_text("0 0.5 1 1.5 2")
    expect(page.locator("#back")).to_contain_text("00 00 00 00 00 00 00 3f 00 00 80 3f 00 00 c0 3f 00 00 00 40")
    expect(page.locator("#same")).to_have_text("The same five numbers: 20 bytes there, 20 bytes back.")


def test_published_value_reaches_another_page(visitor: Person, person: NewPerson, lab_server: Parlor) -> None:
    other = at(person(lab_server.url), "sensors")
    press(at(visitor, "sensors"), "Publish")
    expect(other.locator("#reading")).to_have_text("22C")
    expect(log(other)).to_have_text(["←sensors/home/temperature 22C"])


def test_message_too_large_is_1009_and_reading_too_little_1008(visitor: Person) -> None:
    page = at(visitor, "limits")
    press(page, "Send 512 bytes")
    expect(log(page)).to_have_text(["→512 bytes", "←512 bytes"])
    press(page, "Send 513 bytes")
    expect(page.locator("#ended")).to_have_text("Closed with 1009: 513 bytes, at most 512")
    press(page, "Reconnect")
    expect(page.locator("#state")).to_have_attribute("data-state", "1")
    press(page, "Subscribe, and read too little")
    dropped = re.compile("Closed with (1008: reads too little|1006: no reason)")
    expect(page.locator("#ended")).to_have_text(dropped, timeout=30_000)


def test_every_member_is_as_the_idl_says(visitor: Person) -> None:
    page = at(visitor, "idl")
    expect(page.locator("#summary")).to_have_text(re.compile(r"All \d\d match the IDL\."))
    assert page.locator("#members .wrong").count() == 0
    expect(page.locator("#states span")).to_have_text(["0 CONNECTING", "1 OPEN", "2 CLOSING", "3 CLOSED"])
    for seen in ("0 → 6 → 12", "1006 false", "你好", "SyntaxError", "InvalidAccessError", "InvalidStateError"):
        expect(page.locator("#members .seen", has_text=seen).first).to_be_visible()


def test_key_is_answered_step_by_step(visitor: Person) -> None:
    page = at(visitor, "handshake")
    expect(page.locator("#accept")).to_have_text(ACCEPT)
    expect(page.locator("#digest")).to_have_text("ac 4f 75 00 98 5f 0b ee 89 75 57 15 5c e1 89 10 00 c4 25 d4")
    page.locator("#key").fill("SGVsbG8sIHdvcmxkIQ==")
    expect(page.locator("#weight")).to_have_text("13 bytes: not 16, so a correct server answers 400.")
    press(page, "A random key")
    expect(page.locator("#weight")).to_have_text("16 bytes, as RFC 6455 requires.")


def test_each_close_shows_what_the_page_sees(visitor: Person) -> None:
    page = at(visitor, "closing")
    newest = page.locator("#closes tr").first
    for code in page.locator("#code option").evaluate_all("(all) => all.map((each) => each.value)"):
        page.locator("#code").select_option(code)
        press(page, "Let the server close")
        expect(newest).to_have_text(f"the server{code}See you!true")
    press(page, "close() without a code: 1005")
    expect(newest).to_have_text("this page1005no reasontrue")
    press(page, "A handshake that is refused: 1006")
    expect(newest).to_have_text("nobody: the handshake was refused1006no reasonfalse")


def test_reason_holds_forty_one_han_characters(visitor: Person) -> None:
    page = at(visitor, "closing")
    press(page, "Fill in 41 汉字")
    expect(page.locator("#weight")).to_have_text("123 of 123 bytes")
    page.locator("#code").select_option("4000")
    press(page, "Let the server close")
    expect(page.locator("#closes tr").first).to_have_text(f"the server4000{HAN}true")
    page.locator("#reason").fill(f"{HAN}字")
    press(page, "Let this page close")
    expect(page.locator("#problem")).to_contain_text("SyntaxError")


def test_command_is_copied(visitor: Person) -> None:
    page = at(visitor, "curl")
    visitor.context.grant_permissions(["clipboard-read", "clipboard-write"])
    page.get_by_role("button", name="Copy").last.click()
    expect(page.locator("#copied")).to_have_text("Copied.")
    assert "Sec-WebSocket-Key: f7cb4ezEAl6C3wRaU6JORA==" in page.evaluate("navigator.clipboard.readText()")


def test_cookie_is_not_sent_from_another_site(visitor: Person) -> None:
    visitor.enter("Vera")
    page = at(visitor, "origin")
    press(page, "Run both")
    told = "received: “Vera”"
    expected = {
        "page-guarded": told,
        "page-open": told,
        "foreign-guarded": "refused",
        "foreign-open": f"received: “{NOBODY}”",
    }
    for who, answer in expected.items():
        expect(page.locator(f"[data-try={who}] output")).to_have_text(answer)


@contextmanager
def served(folder: Path) -> Iterator[str]:
    """Serve a folder from the same host as Parlor, on a port of its own."""
    with ThreadingHTTPServer(("127.0.0.1", 0), partial(SimpleHTTPRequestHandler, directory=folder)) as server:
        Thread(target=server.serve_forever, daemon=True).start()
        yield f"http://127.0.0.1:{server.server_port}"
        server.shutdown()


def test_page_on_another_port_steals_the_name_only_where_nobody_checks(visitor: Person, tmp_path: Path) -> None:
    visitor.enter("Nora")
    (tmp_path / "attack.html").write_text(at(visitor, "origin").locator("#thief").inner_text())
    (tmp_path / "favicon.ico").touch()
    with served(tmp_path) as thief:
        visitor.may_go_to(thief)
        visitor.page.goto(f"{thief}/attack.html")
        loot = visitor.page.locator("#loot")
        expect(loot).to_have_text(re.compile(r"(.+\n){3}"), use_inner_text=True)
        assert sorted(loot.inner_text().splitlines()) == [
            "/ws/ refused",
            "/ws/lab/guarded refused",
            "/ws/lab/open told: Nora",
        ]


def test_page_is_found_from_the_rooms_and_turned_to_chinese(visitor: Person) -> None:
    visitor.enter("Ann")
    visitor.page.get_by_role("link", name="WebSocket lab").click()
    visitor.page.get_by_role("link", name="WebSocket Echo Test").click()
    press(visitor.page, "简体中文")
    expect(visitor.page.get_by_role("heading", name="试一试")).to_be_visible()
    expect(visitor.page.locator("#state")).to_have_text("已连接")
