"""Two processes behind Caddy and behind nginx, TLS and all, as two people at their browsers meet them."""

import secrets
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, BrowserType

from tests.chaos.database import Postgres
from tests.services.parlor import Parlor
from tests.services.proxies import NAME, PROXIES, Proxy
from tests.services.tools import advice, missing
from tests.system.conftest import HURRY
from tests.system.person import Person, launch_options

ALL_NEW = "all 2 processes are new"


@pytest.fixture
def parlor(tmp_path: Path, postgres_url: str, redis_url: str) -> Iterator[Parlor]:
    database = Postgres(postgres_url, f"deploy_{secrets.token_hex(6)}")
    database.create()
    environment = {
        "DATABASE_URL": database.url,
        "REDIS_URL": redis_url,
        "ALLOWED_HOSTS": NAME,
        "HTTPS": "true",
        "STATIC_FILES": str(tmp_path / "files"),
        "REALTIME": HURRY,
    }
    with Parlor(tmp_path, serve=["--processes", "2"], **environment) as parlor:
        parlor.manage("collectstatic", "--no-input", "--verbosity", "0")
        yield parlor
    database.drop()
    assert "Traceback" not in "".join(parlor.output)


@pytest.fixture
def proxies(parlor: Parlor, tmp_path: Path) -> Iterator[dict[str, Proxy]]:
    if absent := missing(PROXIES):
        pytest.skip(advice(absent))
    files = tmp_path / "files"
    with (
        PROXIES["caddy"](tmp_path / "caddy", parlor.port, files) as caddy,
        PROXIES["nginx"](tmp_path / "nginx", parlor.port, files) as nginx,
    ):
        yield {"caddy": caddy, "nginx": nginx}


@pytest.fixture
def trusting(browser_type: BrowserType, proxies: dict[str, Proxy]) -> Iterator[Browser]:
    """Start a browser that trusts these two certificates, besides those of known authorities."""
    options = launch_options()
    keys = ",".join(proxy.certificate.fingerprint for proxy in proxies.values())
    options["args"] = [*options["args"], f"--ignore-certificate-errors-spki-list={keys}"]
    with browser_type.launch(**options) as browser:
        yield browser


def test_rolling_restart_behind_two_proxies_loses_no_line(
    parlor: Parlor, proxies: dict[str, Proxy], trusting: Browser
) -> None:
    ann, bo = (Person(trusting, proxy.url) for proxy in proxies.values())
    for person, name in ((ann, "Ann behind Caddy"), (bo, "Bo behind nginx")):
        expects_https(person)
        person.enter(name)
    room = ann.makes_room("Rolling")
    bo.page.goto(room)
    bo.page.get_by_role("button", name="Join room").click()

    said = talk(ann, bo, 0)
    parlor.renew()
    while not any(ALL_NEW in line for line in parlor.output):
        said += talk(ann, bo, len(said))
    said += talk(ann, bo, len(said))

    for person in (ann, bo):
        assert [row.text for row in person.rows] == said
        assert person.troubles == []
        assert all(cookie.get("secure") for cookie in person.context.cookies())
        person.context.close()


def talk(ann: Person, bo: Person, before: int) -> list[str]:
    """Each says a line, and the other waits for it."""
    said = [f"Ann's line {before}", f"Bo's line {before}"]
    for text, author, reader in zip(said, (ann, bo), (bo, ann), strict=True):
        author.say(text)
        reader.expect_said(text)
    return said


def expects_https(person: Person) -> None:
    """Django knows that the page came by https: its policy names the secure WebSocket, and the page is not moved."""
    answer = person.page.goto("/")
    assert answer
    assert (answer.status, answer.url) == (200, f"{person.url}/")
    assert f"wss://{person.url.removeprefix('https://')}" in answer.headers["content-security-policy"]
    assert "max-age" in answer.headers["strict-transport-security"]
