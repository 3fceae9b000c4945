"""Tests of static files as a browser gets them, without a proxy and without collecting them."""

import gzip
import re
import subprocess
import sys
from pathlib import Path

import pytest
import rjsmin
from django.conf import settings
from django.test import AsyncClient, Client, override_settings

from tests.services.environment import without_settings

asynchronous = pytest.mark.asyncio


@asynchronous
@override_settings(SERVESTATIC_USE_FINDERS=True)
async def test_static_file_is_found_under_its_release_and_may_be_kept_forever() -> None:
    response = await AsyncClient().get(f"{settings.STATIC_URL}main.js")
    assert response.status_code == 200
    assert response["Content-Type"].startswith("text/javascript")
    assert "immutable" in response["Cache-Control"]
    assert response["X-Content-Type-Options"] == "nosniff"


@asynchronous
@override_settings(SERVESTATIC_USE_FINDERS=True)
async def test_static_text_is_compressed_for_a_client_that_takes_gzip() -> None:
    client, url = AsyncClient(), f"{settings.STATIC_URL}main.js"
    plain = (settings.BASE / "static" / "main.js").read_bytes()
    packed = await client.get(url, headers={"Accept-Encoding": "br, gzip"})
    assert packed["Content-Encoding"] == "gzip"
    assert int(packed["Content-Length"]) == len(packed.content) < len(plain) / 2
    assert gzip.decompress(packed.content).decode() == rjsmin.jsmin(plain.decode())
    assert b"/**" in plain
    assert "immutable" in packed["Cache-Control"]
    refusing = await client.get(url, headers={"Accept-Encoding": "gzip;q=0"})
    assert "Content-Encoding" not in refusing
    assert packed["Vary"] == refusing["Vary"] == "Accept-Encoding"


@asynchronous
@override_settings(SERVESTATIC_USE_FINDERS=True)
async def test_static_files_are_not_compressed_in_part_and_unchanged_ones_are_not_sent() -> None:
    client, url = AsyncClient(), f"{settings.STATIC_URL}main.js"
    ranged = await client.get(url, headers={"Accept-Encoding": "gzip", "Range": "bytes=0-9"})
    assert (ranged.status_code, "Content-Encoding" in ranged) == (206, False)
    packed = await client.get(url, headers={"Accept-Encoding": "gzip"})
    again = await client.get(url, headers={"Accept-Encoding": "gzip", "If-None-Match": packed["ETag"]})
    assert (again.status_code, again["ETag"]) == (304, packed["ETag"])


@asynchronous
@override_settings(SERVESTATIC_USE_FINDERS=True, DEBUG=True, SERVESTATIC_AUTOREFRESH=True)
@pytest.mark.parametrize("path", ["%2e%2e/%2e%2e/config/settings.py", "../settings.py", "nothing.js", "css/"])
async def test_missing_static_file_is_not_found_also_under_debug(path: str) -> None:
    assert (await AsyncClient().get(f"{settings.STATIC_URL}{path}")).status_code == 404


def test_collected_text_has_a_compressed_copy(tmp_path: Path) -> None:
    given = without_settings() | {"PARLOR_DATA": str(tmp_path / "data"), "STATIC_FILES": str(tmp_path / "files")}
    command = [sys.executable, "manage.py", "collectstatic", "--no-input", "--verbosity", "0"]
    subprocess.run(command, cwd=settings.BASE, env=given, check=True)
    [script] = (tmp_path / "files" / "static").glob("*/main.js")
    packed = gzip.decompress(script.with_suffix(".js.gz").read_bytes())
    assert packed.decode() == rjsmin.jsmin(script.read_text())
    for word in (b"/**", b"@import"):
        assert word in script.read_bytes()
        assert word not in packed


def test_scripts_nest_no_template_literals() -> None:
    """The minifier removes spaces at the ends of nested literals, as if they were spaces of the program."""
    scripts = {path: path.read_text() for path in (settings.BASE / "static").rglob("*.js")}
    assert [path.name for path, text in scripts.items() if re.search(r"\$\{[^}]*`", text)] == []


def test_minified_script_declares_in_the_order_of_the_source() -> None:
    """A minifier that joins declarations may move one that waits before the one it needs."""
    script = """
        const call = async (params) => params;
        async function members() { const key = "lounge"; const { room } = await call({ room: key }); return room; }
        console.log(await members());
    """
    command = ["node", "--input-type=module", "--eval", rjsmin.jsmin(script)]
    said = subprocess.run(command, capture_output=True, text=True, check=True)
    assert said.stdout == "lounge\n"


@pytest.mark.django_db
def test_pages_are_compressed() -> None:
    page = Client().get("/", headers={"Accept-Encoding": "gzip"})
    assert page["Content-Encoding"] == "gzip"
    assert b"</html>" in gzip.decompress(page.content)
