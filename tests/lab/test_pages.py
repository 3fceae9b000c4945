"""Tests of the pages: they exist while the lab is on, in both languages, with the lines that do it."""

import re
from itertools import pairwise
from pathlib import Path
from typing import Any
from urllib.parse import urljoin

import pytest
from django.conf import settings as django_settings
from django.test import Client
from django.utils.translation import override

from lab.pages import LABS, Lab
from lab.source import javascript

ROOT = Path(__file__).parent.parent.parent
ALL = pytest.mark.parametrize("lab", LABS, ids=[lab.name for lab in LABS])
ADDRESSES = ["/lab/", *(f"/lab/{lab.name}/" for lab in LABS), "/lab/docs/channels.md"]
HAN = re.compile(r"[\u4e00-\u9fff]")
SHARED = {"page", "chat/ui/dom", "chat/ui/words"}


@ALL
@pytest.mark.parametrize("language", ["en", "zh-hans"])
def test_page_has_its_title_its_reason_and_its_source(client: Client, lab: Lab, language: str) -> None:
    page = client.get(f"/lab/{lab.name}/", headers={"accept-language": language})
    assert page.status_code == 200
    with override(language):
        for words in (lab.title, lab.about, lab.why):
            assert words_of(str(words)) in words_of(page.content.decode())
    assert [source.text for source in page.context["sources"]] == [source.text for source in lab.sources()]
    assert len(lab.sources()) > 0


SHOWN = {
    "curl": ["400, ", "must be 16 bytes in Base64"],
    "echo": ["new WebSocket(address(this.route))", "this.socket.send(data)", "line?.send(message.value)"],
    "lamp": ["function turnLampOn()", "function turnLampOff()"],
    "closing": ["class RefusedConsumer", "socket.close(Number(code.value), reason.value)"],
    "handshake": ["258EAFA5-E914-47DA-95CA-C5AB0DC85B11", "function mix(", "0xca62c1d6", "(word >>> (32 - bits))"],
    "limits": ["idle_timeout=32, max_backpressure=1024, max_payload_length=512"],
}
"""A page must show these lines."""


@pytest.mark.parametrize("name", SHOWN)
def test_page_shows_the_lines_that_run(client: Client, name: str) -> None:
    shown = "\n".join(source.text for source in client.get(f"/lab/{name}/").context["sources"])
    assert [line for line in SHOWN[name] if line not in shown] == []


def test_open_route_is_described_only_when_it_is_open(client: Client, settings: Any) -> None:
    page = client.get("/lab/origin/").content.decode()
    assert "http://testserver:8099/attack.html" in page
    assert "new WebSocket(&quot;ws://testserver&quot; + path)" in page
    settings.DEBUG = False
    assert "attack.html" not in client.get("/lab/origin/").content.decode()


def words_of(html: str) -> str:
    """Return the letters of a text or of markup, without entities."""
    return re.sub(r"&#?\w+;|[^\w]", "", html)


@ALL
def test_page_speaks_chinese(lab: Lab) -> None:
    with override("zh-hans"):
        assert [str(words) for words in (lab.about, lab.why) if not HAN.search(str(words))] == []


@pytest.mark.parametrize("address", ADDRESSES)
def test_pages_are_not_found_when_the_lab_is_off(client: Client, settings: Any, address: str) -> None:
    assert client.get(address).status_code == 200
    settings.LAB = False
    assert client.get(address).status_code == 404


@pytest.mark.django_db
def test_page_of_rooms_links_to_the_lab_only_while_it_is_on(client: Client, settings: Any) -> None:
    assert b'href="/lab/"' in client.get("/").content
    settings.LAB = False
    assert b'href="/lab/"' not in client.get("/").content


def test_index_links_to_every_page_and_each_to_the_next(client: Client) -> None:
    index = client.get("/lab/").content.decode()
    assert re.findall(r'href="/lab/(\w+)/"', index) == [lab.name for lab in LABS]
    for lab, after in pairwise(LABS):
        assert f'rel="next" href="/lab/{after.name}/"' in client.get(f"/lab/{lab.name}/").content.decode()


def test_index_links_to_the_coverage_of_the_tutorial(client: Client) -> None:
    assert 'href="/lab/docs/interop.md"' in client.get("/lab/").content.decode()
    assert "/lab/closing/" in client.get("/lab/docs/interop.md").content.decode()


@ALL
def test_document_of_a_page_exists(client: Client, lab: Lab) -> None:
    document = client.get(f"/lab/docs/{lab.document}.md")
    assert document.status_code == 200
    assert b"<h1>" in document.content


def test_documents_of_this_folder_only(client: Client) -> None:
    for name in ("nothing.md", "..%2FREADME.md", "../README.md", "pictures.md"):
        assert client.get(urljoin("/lab/docs/", name)).status_code == 404
    assert client.get("/lab/nothing/").status_code == 404


def test_only_a_foreign_worker_is_let_in_by_the_policy(client: Client) -> None:
    policy = client.get("/lab/origin/")["Content-Security-Policy"]
    assert "worker-src 'self' data:" in policy
    assert "script-src 'self';" in policy + ";"


@ALL
def test_page_preloads_what_it_imports(lab: Lab) -> None:
    script = (ROOT / "static" / "lab" / f"{lab.name}.js").read_text()
    imported = {name.removeprefix("../").removeprefix("./") for name in re.findall(r'from "(.+?)\.js"', script)}
    assert imported - SHARED == set(lab.modules)
    for module in lab.modules:
        assert "import " not in (ROOT / "static" / "lab" / f"{module}.js").read_text().replace("import.meta", "")


def test_every_module_belongs_to_a_page() -> None:
    known = {"page", "sleeper", *(name for lab in LABS for name in (lab.name, *lab.modules))}
    assert {path.stem for path in (ROOT / "static" / "lab").glob("*.js")} == known


def test_missing_function_is_an_error() -> None:
    with pytest.raises(LookupError):
        javascript("echo", "nothing")
    assert javascript("loop", "update").text.endswith("\n}")


def test_constant_ends_with_its_statement() -> None:
    assert javascript("accept", "GUID").text == 'export const GUID = "258EAFA5-E914-47DA-95CA-C5AB0DC85B11";'
    assert javascript("accept", "ROUNDS").text.endswith("\n];")


def test_lab_is_on_by_default_only_with_debug() -> None:
    assert 'LAB = env.bool("LAB", default=DEBUG)' in (Path(django_settings.BASE) / "config/settings.py").read_text()
