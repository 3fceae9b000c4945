"""Previews of links: fetched by the worker, shown below the message, removed by people. Browsers fetch nothing."""

import io
from collections.abc import Iterator
from pathlib import Path

import pytest
from PIL import Image
from playwright.sync_api import Locator, expect

from tests.previews.site import Site, answer
from tests.services.parlor import Parlor
from tests.system.conftest import NewPerson
from tests.system.look import ViewCheck
from tests.system.person import Person

TITLE = "A photo <img src=x onerror=alert(1)> of the moon"
HEAD = f"""<meta charset=utf-8><meta property="og:site_name" content="Moon News">
<meta property="og:image" content="/moon.png"><meta property="og:title" content="{TITLE}">
<meta property="og:description" content="{"It rose at nine. " * 30}">"""


@pytest.fixture
def site() -> Iterator[Site]:
    """Serve a page on an address that is not the one of Parlor."""
    with Site("127.0.0.2") as site:
        picture = io.BytesIO()
        Image.new("RGB", (1200, 630), "navy").save(picture, "PNG")
        site.pages |= {"/moon": answer(HEAD.encode()), "/moon.png": answer(picture.getvalue(), kind="image/png")}
        yield site


@pytest.fixture
def previewing(site: Site, tmp_path: Path) -> Iterator[Parlor]:
    """Start a server with a worker that may reach the site."""
    settings = {"LINK_PREVIEWS": "true", "LINK_PREVIEW_NETWORKS": "127.0.0.2", "LINK_PREVIEW_PORTS": str(site.port)}
    with Parlor(tmp_path, serve=[], TASKS_WORKER="true", **settings) as parlor:
        yield parlor
        assert "Traceback" not in "".join(parlor.output)


def card(person: Person) -> Locator:
    return person.log.locator(".link-preview")


def test_link_gets_a_preview_that_its_author_removes_and_brings_back(
    previewing: Parlor, person: NewPerson, site: Site
) -> None:
    ann = person(previewing.url).enter("Ann who links")
    bo = person(previewing.url, viewport={"width": 360, "height": 700}).enter("Bo who reads")
    ann.say(f"look at {site.url}/moon")
    for one in (ann, bo):
        expect(card(one)).to_contain_text("Moon News · 127.0.0.2")
        expect(card(one).locator(".link-preview-title")).to_have_text(TITLE)
        expect(card(one).get_by_role("link")).to_have_attribute("rel", "noopener nofollow ugc")
        expect(one.log).not_to_contain_text("(edited)")
    looks = ViewCheck(bo)
    looks.at("a preview on a phone", "#lines")
    assert looks.faults == []
    expect(card(bo).get_by_role("button", name="Remove preview")).to_have_count(0)
    card(ann).hover()
    card(ann).get_by_role("button", name="Remove preview").click()
    for one in (ann, bo):
        expect(card(one)).to_have_count(0)
    ann.page.get_by_role("button", name="Undo").click()
    for one in (ann, bo):
        expect(card(one)).to_be_visible()
    ann.page.reload()
    expect(card(ann).locator(".link-preview-title")).to_have_text(TITLE)
    ann.page.wait_for_function("document.querySelector('.link-preview-image')?.naturalWidth > 0")
    assert len(site.requests) == 2


def test_preview_is_removed_by_keys_from_the_menu_of_its_message(
    previewing: Parlor, person: NewPerson, site: Site
) -> None:
    ann = person(previewing.url).enter("Ann with keys")
    ann.say(f"{site.url}/moon")
    expect(card(ann)).to_be_visible()
    ann.act_on(f"{site.url}/moon", "More")
    ann.page.locator("#line-menu").get_by_role("menuitem", name="Remove preview").press("Enter")
    expect(card(ann)).to_have_count(0)
    expect(ann.line(f"{site.url}/moon")).to_have_count(1)
