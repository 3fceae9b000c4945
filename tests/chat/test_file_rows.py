"""Files below a message, as a page shows them before its scripts have run."""

import json
from pathlib import Path
from typing import Any

import pytest
from django.template.loader import render_to_string

from chat.file_rows import facts, file_rows, shown_size, size_text
from chat.rows import rows_of

WORDS = json.loads((Path(__file__).parents[2] / "static" / "words" / "en.json").read_text())
PNG = {"key": "k1", "name": "cat.png", "type": "image/png", "size": 2048, "w": 1600, "h": 800, "thumb": True}
MARKUP = "\"><img src=x onerror=alert(1)>'.png"


def page(*files: dict[str, Any]) -> str:
    """Return the row of a message with these files, as it is in the page."""
    message = {"o": 1, "n": 1, "at": 0, "by": "ann", "kind": "text", "edited": None, "removed": None, "touched": 1}
    snapshot = {"lines": [message | {"data": {"text": "", "files": list(files)}}], "people": {}, "room": ROOM}
    (row,) = rows_of(snapshot, WORDS, [])
    return render_to_string("chat/_line.html", {"row": row})


ROOM = {"key": "lounge", "hosts": []}


@pytest.mark.parametrize(
    ("size", "shown"),
    [
        ((4000, 2000), (400, 200)),
        ((1000, 4000), (80, 320)),
        ((32, 32), (32, 32)),
        ((30_000, 1), (400, 1)),
        ((None, None), (400, 320)),
    ],
)
def test_picture_keeps_its_shape_within_the_box(size: tuple[int | None, int | None], shown: tuple[int, int]) -> None:
    assert shown_size(*size, True) == shown
    assert shown_size(*size, False) == (160, 160)


def test_size_is_told_in_the_largest_unit_that_keeps_it_above_one() -> None:
    """The client's tests have the same list."""
    sizes = [0, 1023, 1024, 1536, 10_400, 1_048_575, 26_214_400, 5 * 10**9]
    assert [size_text(size) for size in sizes] == [
        "0 B", "1023 B", "1 KB", "1.5 KB", "10 KB", "1 MB", "25 MB", "4.7 GB",
    ]  # fmt: skip


def test_facts_name_the_ending() -> None:
    assert facts({"name": "a.tar.gz", "size": 10}) == "GZ · 10 B"
    assert facts({"name": "no ending", "size": 10}) == "10 B"


def test_row_reserves_the_place_of_a_picture() -> None:
    html = page(PNG)
    assert 'src="/files/k1/thumb" width="400" height="200"' in html
    assert 'alt="Picture without a description: cat.png"' in html


def test_animation_is_shown_itself() -> None:
    (row,) = file_rows([PNG | {"type": "image/webp", "w": 300, "h": 300}], WORDS)
    assert row["src"] == "/files/k1/cat.png"


def test_row_shows_players_and_downloads() -> None:
    clip = PNG | {"type": "video/mp4", "name": "clip.mp4"}
    html = page(clip, clip | {"type": "audio/ogg"}, clip | {"type": "application/octet-stream"})
    assert '<video controls preload="metadata" src="/files/k1/clip.mp4"' in html
    assert '<audio controls preload="none"' in html
    assert 'href="/files/k1/clip.mp4?download"' in html


@pytest.mark.attack
def test_name_and_description_are_escaped() -> None:
    html = page(PNG | {"name": MARKUP, "alt": MARKUP}, PNG | {"name": MARKUP, "type": "text/html"})
    assert "<img src=x" not in html
    assert "%22%3E%3Cimg%20src%3Dx" in html


def test_message_without_files_has_an_empty_place() -> None:
    assert '<div class="line-files" hidden></div>' in page()
