"""A person is told the cause of a lost connection, at once where the browser knows it."""

import re

from playwright.sync_api import Page, expect

from tests.system.conftest import NewPerson
from tests.system.connection_proxy import ConnectionProxy
from tests.system.person import LOST_LINE


def status(page: Page, text: str) -> None:
    expect(page.get_by_role("status").filter(has_text=re.compile(text))).to_be_visible()


def test_network_without_websockets_is_named(person: NewPerson, connection_proxy: ConnectionProxy) -> None:
    connection_proxy.cut_sockets()
    ann = person(connection_proxy.url)
    ann.expects(LOST_LINE)
    ann.enter("Ann behind a proxy")
    status(ann.page, "blocks live connections")
    connection_proxy.restore()
    expect(ann.page.get_by_role("status").filter(has_text="blocks live")).to_be_hidden()


def test_address_that_the_server_refuses_is_named(person: NewPerson, connection_proxy: ConnectionProxy) -> None:
    connection_proxy.cut_sockets()
    ann = person(connection_proxy.url)
    ann.expects(LOST_LINE)
    ann.page.route("**/realtime/check", lambda route: route.fulfill(json={"origin": False}))
    ann.enter("Ann at another address")
    status(ann.page, "refuses connections from this address")


def test_offline_is_said_at_once_and_taken_back_when_the_server_answers(person: NewPerson) -> None:
    ann = person().enter("Ann on a train")
    ann.page.evaluate("""() => {
      Object.defineProperty(navigator, "onLine", { get: () => false, configurable: true });
      window.texts = [];
      new MutationObserver(() => texts.push(document.querySelector("#chip").innerText)).observe(
        document.querySelector("#chip"), { attributes: true });
      dispatchEvent(new Event("offline"));
    }""")
    ann.page.wait_for_function("() => texts.some((text) => text.includes('offline'))")
    expect(ann.page.locator("#chip")).to_be_hidden()


def test_own_message_bears_its_name_and_another_room_waits_without_a_connection(
    person: NewPerson, connection_proxy: ConnectionProxy
) -> None:
    ann = person(connection_proxy.url)
    ann.expects(LOST_LINE)
    ann.enter("Ann with a name")
    ann.makes_room("Second room of Ann")
    ann.page.goto("/")
    ann.page.reload()
    connection_proxy.cut()
    ann.say("written without a connection")
    line = ann.page.get_by_role("article").filter(has_text="written without a connection")
    expect(line.locator(".line-name")).to_have_text("Ann with a name")
    ann.room("Second room of Ann").click()
    expect(ann.page.get_by_text("Messages load when you're connected again.")).to_be_visible()
    connection_proxy.restore()
    expect(ann.page.get_by_text("Messages load when you're connected again.")).to_be_hidden()
    expect(ann.page.locator("#empty .invite-qr")).to_have_js_property("complete", True)
