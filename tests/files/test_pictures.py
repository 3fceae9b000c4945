"""Pictures: decoded and written anew, within bounds; and what only pretends to be one."""

import json
import subprocess
import sys
import zipfile
from io import BytesIO
from pathlib import Path
from typing import Any

import pytest
from PIL import Image

from files.decoding import PROGRAM
from files.models import File
from files.pictures import MEMORY_BYTES, SIDE, THUMB_SIDE
from tests.files.browser import Browser, content
from tests.files.samples import HEIC, HTML, MP4, SVG, animation, bomb, opened, picture, png_header

pytestmark = pytest.mark.django_db


def exif(orientation: int = 1) -> bytes:
    tags = Image.Exif()
    tags[0x0112] = orientation
    tags[0x010E] = "SECRET PLACE"
    gps = tags.get_ifd(0x8825)
    gps[2] = (48.0, 12.0, 0.0)
    return tags.tobytes()


@pytest.mark.parametrize(
    ("body", "name", "type", "stored"),
    [
        (picture("JPEG"), "a.jpg", "image/jpeg", "a.jpg"),
        (picture("JPEG"), "a.JPEG", "image/jpeg", "a.JPEG"),
        (picture("PNG"), "a.png", "image/png", "a.png"),
        (picture("PNG", mode="RGBA"), "a.png", "image/png", "a.png"),
        (picture("PNG", mode="L"), "a", "image/png", "a.png"),
        (picture("WEBP"), "a.webp", "image/webp", "a.webp"),
        (picture("AVIF"), "a.avif", "image/webp", "a.webp"),
        (picture("GIF"), "a.gif", "image/png", "a.png"),
        (picture("JPEG", mode="CMYK"), "a.jpg", "image/jpeg", "a.jpg"),
        (picture("JPEG"), "a.html", "image/jpeg", "a.jpg"),
    ],
)
def test_picture_is_stored_anew(web: Browser, body: bytes, name: str, type: str, stored: str) -> None:
    file = web.file(body, name)
    assert (file["type"], file["name"], file["w"], file["h"]) == (type, stored, 40, 30)
    assert len(file["colour"]) == 7
    assert "thumb" not in file
    answer = web.get(f"{file['key']}/x")
    assert (answer["Content-Type"], opened(content(answer)).size) == (type, (40, 30))
    assert answer["Content-Disposition"].startswith("inline; ")


def test_large_picture_is_scaled_down_and_has_a_thumbnail(web: Browser) -> None:
    file = web.file(picture("JPEG", (4000, 2000)), "a.jpg")
    assert (file["w"], file["h"], file["thumb"]) == (SIDE, SIDE // 2, True)
    thumb = web.get(f"{file['key']}/thumb")
    assert (thumb["Content-Type"], opened(content(thumb)).size) == ("image/webp", (THUMB_SIDE, THUMB_SIDE // 2))


def test_photo_is_upright_and_has_no_exif(web: Browser) -> None:
    file = web.file(picture("JPEG", (60, 30), exif=exif(6), comment=b"SECRET NOTE"), "a.jpg")
    body = web.body(file["key"])
    assert (file["w"], file["h"]) == (30, 60)
    assert b"SECRET" not in body
    assert not dict(opened(body).getexif())


@pytest.mark.parametrize("format", ["GIF", "WEBP", "PNG"])
def test_animation_stays_one(web: Browser, format: str) -> None:
    file = web.file(animation(format, 4), "a.gif")
    image: Any = opened(web.body(file["key"]))
    assert (file["type"], file["name"], image.n_frames, image.size) == ("image/webp", "a.webp", 4, (30, 20))
    assert file["thumb"]
    thumb: Any = opened(web.body(file["key"], "thumb"))
    assert getattr(thumb, "n_frames", 1) == 1


@pytest.mark.sqlite
def test_long_animation_is_scaled_down_until_it_fits(web: Browser) -> None:
    file = web.file(animation("GIF", 150, (600, 400)), "a.gif")
    assert file["w"] * file["h"] * 150 <= 24_000_000
    assert file["w"] > 300


@pytest.mark.attack
@pytest.mark.parametrize(
    ("body", "type"),
    [
        (png_header(30_000, 30_000), "image_too_large"),
        (bomb(), "image_too_large"),
        (animation("GIF", 1_001, (2, 2)), "image_too_large"),
        (png_header(40, 30), "bad_image"),
        (picture("PNG", (400, 300), mode="RGBA")[:-400], "bad_image"),
        (picture("JPEG", (400, 300))[:400], "bad_image"),
        (b"GIF89a" + b"\xff" * 50, "bad_image"),
        (b"\xff\xd8\xff" + HTML, "bad_image"),
        (HEIC, "heic"),
    ],
)
def test_picture_that_cannot_be_shown_is_refused_in_words(web: Browser, body: bytes, type: str) -> None:
    told = web.upload(body, "a.png", cid="c" * 10)
    assert (web.answer.status_code, told["type"]) == (422, type)
    assert web.create(len(body), "a.png", "c" * 10)["type"] == type
    file = File.objects.get()
    assert (file.bytes, web.status(file.key)) == (0, 404)


@pytest.mark.attack
@pytest.mark.parametrize(
    "body", [HTML, SVG, b"BM" + HTML, b"%PDF-1.7 /JS", b"MZ\x90\0", b"\0\0\0\x18ftypxxxx" + b"\0" * 30]
)
def test_other_body_is_downloaded_whatever_its_name(web: Browser, body: bytes) -> None:
    file = web.file(body, "a.png")
    assert (file["type"], "w" in file) == ("application/octet-stream", False)
    for path in (f"{file['key']}/a.png", f"{file['key']}/thumb"):
        answer = web.get(path)
        assert content(answer) == body
        assert answer["Content-Type"] == "application/octet-stream"
        assert answer["Content-Disposition"].startswith("attachment; ")


@pytest.mark.attack
def test_polyglot_loses_what_is_no_picture(web: Browser) -> None:
    archive = BytesIO()
    with zipfile.ZipFile(archive, "w") as packed:
        packed.writestr("evil.html", HTML)
    for body in (picture("JPEG") + archive.getvalue(), picture("PNG") + HTML, picture("GIF") + b"/*" + HTML):
        stored = web.body(web.file(body, "a.png")["key"])
        assert b"script" not in stored
        assert not zipfile.is_zipfile(BytesIO(stored))


@pytest.mark.parametrize(
    ("body", "type"),
    [
        (MP4, "video/mp4"),
        (b"\0\0\0\x14ftypqt  \0\0\0\0qt  ", "video/quicktime"),
        (b"\0\0\0\x1cftypM4A \0\0\0\0M4A mp42isom", "audio/mp4"),
        (b"\x1aE\xdf\xa3\x9fB\x86\x81\x01B\xf7\x81\x01B\x82\x84webm" + b"\0" * 40, "video/webm"),
        (b"ID3\x04\0\0\0\0\0\0" + b"\0" * 40, "audio/mpeg"),
        (b"OggS\0\x02" + b"\0" * 20 + b"\x01\x13OpusHead\x01", "audio/ogg"),
        (b"RIFF\x24\0\0\0WAVEfmt ", "audio/wav"),
        (b"fLaC\0\0\0\x22", "audio/flac"),
    ],
)
def test_sound_and_film_are_shown_inline(web: Browser, body: bytes, type: str) -> None:
    file = web.file(body, "a.bin")
    answer = web.get(f"{file['key']}/a.bin")
    assert (file["type"], answer["Content-Type"], content(answer)) == (type, type, body)
    assert answer["Content-Disposition"].startswith("inline; ")
    assert answer["Content-Security-Policy"] == "sandbox; default-src 'none'"


BASE_BYTES = 32 * 2**20
"""The interpreter and Pillow."""
MEASURED = """
import runpy, sys
sys.argv = sys.argv[1:]
try:
    runpy.run_path(sys.argv[0], run_name="__main__")
finally:
    [peak] = [line.split()[1] for line in open("/proc/self/status") if line.startswith("VmHWM")]
    print(int(peak) * 1024)
"""


@pytest.mark.attack
@pytest.mark.parametrize(
    ("format", "size", "mode"),
    [
        ("PNG", (5250, 4000), "RGBA"),
        ("JPEG", (12_000, 9_000), "RGB"),
        ("WEBP", (4200, 3090), "RGBA"),
    ],
)
def test_largest_pictures_are_decoded_within_the_memory(
    tmp_path: Path, format: str, size: tuple[int, int], mode: str
) -> None:
    Image.new(mode, size, 7 if mode == "P" else (200, 100, 50, 128)[: len(mode)]).save(tmp_path / "in", format)
    done = subprocess.run(
        [sys.executable, "-c", MEASURED, str(PROGRAM), str(tmp_path), "picture"], capture_output=True, check=True
    )
    facts, most_bytes = done.stdout.splitlines()
    assert "error" not in json.loads(facts)
    assert int(most_bytes) <= MEMORY_BYTES + BASE_BYTES
