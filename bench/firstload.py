"""Measure how long a room takes to load on a phone with a slow network and an empty cache.

    .venv/bin/python -m bench.firstload [--runs 5]

Chromium at 360x740, with its CPU slowed four times, loads the page through `bench.shaper`. The room has 40 messages.
"Readable" is the first frame that shows the newest message. "Ready" is the first frame with a form to write in.
"""

import argparse
import asyncio
import json
import statistics
import tempfile
from collections import Counter
from pathlib import Path
from typing import Any

from playwright.async_api import Browser, async_playwright

from bench.shaper import Shaper
from tests.client import BlockingClient
from tests.services.parlor import Parlor
from tests.system.person import PHONE, launch_options

WATCH = """() => {
  const figures = (window.firstload = {});
  const seen = (element) => element && element.checkVisibility({ visibilityProperty: true, opacityProperty: true });
  const look = () => {
    const last = [...document.querySelectorAll("#lines .line-body")].at(-1);
    const box = last?.getBoundingClientRect();
    const readable = box && box.height > 0 && box.top < innerHeight && box.bottom > 0 && seen(last);
    if (readable) figures.readable ??= performance.now();
    if (seen(document.querySelector("#composer, .enter-form"))) figures.ready ??= performance.now();
    if (!figures.readable || !figures.ready) requestAnimationFrame(look);
  };
  requestAnimationFrame(look);
  const painted = (list) => (figures.fcp ??= list.getEntries()[0].startTime);
  new PerformanceObserver(painted).observe({ type: "paint", buffered: true });
  new PerformanceObserver((list) => {
    for (const entry of list.getEntries()) figures.shift = (figures.shift ?? 0) + entry.value;
  }).observe({ type: "layout-shift", buffered: true });
}"""


async def load(
    browser: Browser, port: int, path: str, guest: BlockingClient | None, cpu: int, warm: bool
) -> dict[str, float]:
    shaper = Shaper(port)
    origin = f"http://127.0.0.1:{await shaper.listen()}"
    options: dict[str, Any] = PHONE
    context = await browser.new_context(**options)
    if guest:
        await context.add_cookies(guest.cookies(origin))
    page = await context.new_page()
    await page.add_init_script(f"({WATCH})()")
    devtools = await context.new_cdp_session(page)
    await devtools.send("Emulation.setCPUThrottlingRate", {"rate": cpu})
    requested: Counter[str] = Counter()
    page.on("request", lambda request: requested.update([request.url]))
    for _ in range(2 if warm else 1):
        requested.clear()
        before = shaper.down.bytes
        await page.goto(origin + path, wait_until="commit")
        await page.wait_for_function("() => firstload.readable && firstload.ready", timeout=60_000)
        figures = dict(await page.evaluate("() => firstload"))
        await page.wait_for_load_state()
        figures |= {"kilobytes": (shaper.down.bytes - before) / 1000, "requests": requested.total()}
    await context.close()
    await shaper.close()
    return figures


async def measure(port: int, path: str, guest: BlockingClient, runs: int) -> None:
    async with async_playwright() as playwright:
        browser = await playwright.chromium.launch(**launch_options())
        for role, login in (("member", guest), ("visitor", None)):
            for cpu in (1, 4):
                found = [await load(browser, port, path, login, cpu, warm=False) for _ in range(runs)]
                names = ("requests", "kilobytes", "fcp", "readable", "ready", "shift")
                print(
                    role,
                    f"cpu x{cpu}",
                    {n: round(statistics.median(f.get(n, 0) for f in found), 3) for n in names},
                    flush=True,
                )
        await browser.close()


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--runs", type=int, default=5)
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        limits = json.dumps({"rate": 1000, "burst": 1000})
        with Parlor(Path(folder), serve=[], REALTIME=limits) as parlor:
            guest = BlockingClient(parlor.url, "Ada")
            for number in range(40):
                guest.say(guest.lounge, f"Message {number}: the quick brown fox jumps over the lazy dog.")
            asyncio.run(measure(parlor.port, f"/r/{guest.lounge}/", guest, options.runs))
            guest.leave()


if __name__ == "__main__":
    main()
