"""A browser in the room measures when a message is on the screen, and whether the page shows what is stored."""

import html
import json
import os
import re
import time
from collections.abc import Callable, Iterable
from contextlib import ExitStack
from types import TracebackType
from typing import Any, Self

from playwright.sync_api import Page, sync_playwright

from bench.figures import quantile
from bench.measure import Figures
from bench.servers import LOAD_CORE, Missing, on_core
from tests.services.tools import chromium

Rows = Callable[[str], list[tuple[Any, ...]]]

WATCH = """
window.shown = [];
new MutationObserver((changes) => {
  const stamps = changes.flatMap((change) => [...change.addedNodes])
    .flatMap((node) => /T=(\\d{20});/.exec(node.textContent)?.[1] ?? []);
  if (stamps.length) requestAnimationFrame(() => setTimeout(() => {
    const now = performance.timeOrigin + performance.now();
    for (const stamp of stamps) window.shown.push([stamp, now]);
  }));
}).observe(document, { childList: true, subtree: true });
"""
LIST = """() => [...document.querySelectorAll("#lines article[data-o]")].map((line) =>
  [Number(line.dataset.o), line.querySelector(".line-body").textContent])"""
TABLE = """
    SELECT m."offset", m.data FROM chat_message m JOIN realtime_log l ON l.id = m.log_id
    WHERE l.key = '{key}' AND m."offset" >= {first} ORDER BY m."offset"
"""


class Tab:
    """A browser that shows the room `key`, with the cookie `(name, value)`."""

    def __init__(self, address: str, key: str, cookie: tuple[str, str]) -> None:
        self._url, self._key, self._cookie = f"http://{address}", key, cookie
        self._stack = ExitStack()

    def __enter__(self) -> Self:
        with on_core(LOAD_CORE):
            self._page = self._opened()
        return self

    def _opened(self) -> Page:
        if not (program := chromium()):
            raise Missing("no Chromium: apt install chromium")
        browsers = self._stack.enter_context(sync_playwright())
        arguments = ["--no-sandbox"] if os.geteuid() == 0 else []
        browser = browsers.chromium.launch(executable_path=program, args=arguments)
        self._stack.callback(browser.close)
        context = browser.new_context()
        name, value = self._cookie
        context.add_cookies([{"name": name, "value": value, "url": self._url}])
        page = context.new_page()
        page.add_init_script(WATCH)
        page.goto(f"{self._url}/r/{self._key}/")
        page.wait_for_selector("#lines article[data-o]")
        return page

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._stack.close()

    def seen(self, rows: Rows) -> Figures:
        """Return the figures: `screen_*` are the times from the sender's stamp to the frame that shows the message.

        `list_is_table` says whether the page shows exactly the stored messages.
        """
        last = rows(TABLE.format(key=self._key, first=0))[-1][0]
        self._page.wait_for_selector(f'#lines article[data-o="{last}"]', timeout=10_000)
        on_page = [(offset, plain(text)) for offset, text in self._page.evaluate(LIST)]
        table = [(o, message_text(data)) for o, data in rows(TABLE.format(key=self._key, first=on_page[0][0]))]
        taken = screen_ms(self._page.evaluate("window.shown"), time.time_ns() - time.monotonic_ns())
        times = {f"screen_p{q}_ms": round(quantile(taken, q / 100), 1) for q in (50, 99)}
        return {**times, "lines_seen": len(taken), "list_is_table": on_page == table}


def screen_ms(shown: Iterable[tuple[str, float]], epoch_ns: int) -> list[float]:
    """Return the sorted delays of `shown`, pairs of a stamp (ns, monotonic) and the time of painting (ms, UTC).

    `epoch_ns` is the difference between the two clocks.
    """
    return sorted(max(0.0, painted - (int(stamp) + epoch_ns) / 1e6) for stamp, painted in shown)


def message_text(data: str) -> str:
    """Return the text that the page shows for a stored message."""
    message = json.loads(data)
    markup = message.get("html")
    return plain(html.unescape(re.sub(r"<[^>]*>", "", markup)) if markup else str(message.get("text", "")))


def plain(text: str) -> str:
    return " ".join(text.split())
