"""Uploads: begun, continued, cut, repeated, refused."""

import errno
import os
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from accounts.models import User
from files.limits import CHUNK_BYTES
from files.models import File, Usage
from realtime.types import Caller
from tests.files.browser import Browser, content
from tests.files.samples import HTML, picture

pytestmark = pytest.mark.django_db


def usage() -> dict[str, tuple[int, int]]:
    return {scope: (size, files) for scope, size, files in Usage.objects.values_list("scope", "bytes", "files")}


def test_upload_in_chunks_is_the_file_byte_for_byte(browser: Browser, ana: Caller) -> None:
    sent = os.urandom(CHUNK_BYTES * 2 + 1)
    state = browser.create(len(sent), "notes.bin")
    assert (browser.answer.status_code, state["offset"], state["size"], state["chunk"]) == (
        201,
        0,
        len(sent),
        CHUNK_BYTES,
    )
    for start in range(0, len(sent), CHUNK_BYTES):
        assert "file" not in state
        state = browser.patch(state["key"], start, sent[start : start + CHUNK_BYTES])
    key = state["key"]
    assert state["file"] == {"key": key, "name": "notes.bin", "type": "application/octet-stream", "size": len(sent)}
    assert browser.body(key) == sent
    assert usage() == {"site": (len(sent), 1), f"user:{ana.pk}": (len(sent), 1)}


def test_cid_names_one_upload_however_often_it_is_sent(browser: Browser) -> None:
    first = browser.create(10, cid="c" * 10)
    browser.patch(first["key"], 0, b"12345")
    again = browser.create(10, cid="c" * 10)
    assert (browser.answer.status_code, again["key"], again["offset"]) == (200, first["key"], 5)
    done = browser.patch(first["key"], 5, b"67890")
    assert browser.create(10, cid="c" * 10)["file"] == done["file"]
    assert browser.create(11, cid="c" * 10)["type"] == "cid_reused"
    assert File.objects.count() == 1


def test_two_people_may_use_one_cid(browser: Browser, ben: Caller) -> None:
    assert browser.create(10, cid="c" * 10)["key"] != Browser(ben).create(10, cid="c" * 10)["key"]


def test_chunk_at_another_offset_gets_the_right_one(browser: Browser) -> None:
    key = browser.create(10)["key"]
    browser.patch(key, 0, b"123")
    told = browser.patch(key, 0, b"123")
    assert (browser.answer.status_code, told["type"], told["offset"]) == (409, "offset", 3)
    assert browser.patch(key, 5, b"1")["offset"] == 3
    assert browser.offset(key) == 3
    assert browser.answer["Upload-Length"] == "10"


def test_lost_answer_of_the_last_chunk_is_given_again(browser: Browser) -> None:
    key = browser.create(3)["key"]
    done = browser.patch(key, 0, b"123")
    assert browser.patch(key, 0, b"123") == done
    assert browser.patch(key, 3, b"") == done
    assert browser.offset(key) == 3


def test_interrupted_end_is_finished_by_the_next_request(browser: Browser, monkeypatch: pytest.MonkeyPatch) -> None:
    key = browser.create(3)["key"]
    with monkeypatch.context() as patched:
        patched.setattr("files.services.finishing._ready", lambda *given, **more: 1 / 0)
        with pytest.raises(ZeroDivisionError):
            browser.patch(key, 0, b"123")
    assert browser.offset(key) == 3
    assert browser.patch(key, 3, b"")["file"]["size"] == 3
    assert browser.body(key) == b"123"


def test_chunk_that_fails_leaves_nothing_behind(browser: Browser, monkeypatch: pytest.MonkeyPatch) -> None:
    key = browser.create(10)["key"]
    browser.patch(key, 0, b"123")

    def full(descriptor: int, block: bytes, at: int) -> int:
        os.ftruncate(descriptor, at + 1)
        raise OSError(errno.ENOSPC, "full")

    with monkeypatch.context() as patched:
        patched.setattr("os.pwrite", full)
        told = browser.patch(key, 3, b"4567")
    assert (browser.answer.status_code, told["type"], browser.answer["Retry-After"]) == (503, "disk_full", "60")
    assert browser.offset(key) == 3
    browser.patch(key, 3, b"4567890")
    assert browser.body(key) == b"1234567890"


def test_full_disk_refuses_a_new_upload(browser: Browser, settings: Any) -> None:
    settings.FILE_LIMITS = {"free_bytes": 2**60}
    assert browser.create(10)["type"] == "disk_full"
    assert not File.objects.exists()


def test_full_disk_at_the_end_loses_nothing(browser: Browser, monkeypatch: pytest.MonkeyPatch) -> None:
    key = browser.create(3)["key"]

    def full(*given: Any) -> None:
        raise OSError(errno.ENOSPC, "full")

    with monkeypatch.context() as patched:
        patched.setattr("files.bodies.FolderStorage._save", full)
        assert browser.patch(key, 0, b"123")["type"] == "disk_full"
    assert browser.patch(key, 3, b"")["file"]["size"] == 3


@pytest.mark.parametrize(
    ("size", "status", "type"),
    [(0, 422, "empty_file"), (101, 413, "file_too_large"), (-1, 400, "invalid_params"), (2**60, 400, "invalid_params")],
)
def test_size_outside_the_limits_is_refused(browser: Browser, settings: Any, size: int, status: int, type: str) -> None:
    settings.FILE_LIMITS = {"file_bytes": 100}
    told = browser.create(size)
    assert (browser.answer.status_code, told["type"]) == (status, type)


def test_more_bytes_than_promised_are_refused(browser: Browser) -> None:
    key = browser.create(3)["key"]
    told = browser.patch(key, 0, b"1234")
    assert (browser.answer.status_code, told["type"], told["most"]) == (413, "file_too_large", 3)
    assert browser.offset(key) == 0


def test_chunk_above_the_bound_is_refused(browser: Browser) -> None:
    key = browser.create(CHUNK_BYTES * 2)["key"]
    assert browser.patch(key, 0, b"x" * (CHUNK_BYTES + 1))["type"] == "chunk_too_large"
    assert browser.offset(key) == 0


def test_upload_that_is_given_up_is_gone(browser: Browser, bodies: Callable[[], list[Path]]) -> None:
    from files.services.deletion import collect

    key = browser.create(10, cid="c" * 10)["key"]
    browser.patch(key, 0, b"123")
    assert browser.client.delete(f"/files/{key}").status_code == 204
    assert browser.offset(key) == -1
    collect()
    assert (bodies(), File.objects.count()) == ([], 0)
    assert all(value == (0, 0) for value in usage().values())
    assert browser.create(10, cid="c" * 10)["offset"] == 0


@pytest.mark.parametrize(
    ("limits", "scope"),
    [
        ({"guest_bytes": 100}, "guest"),
        ({"site_bytes": 100}, "site"),
        ({"person_files": 1}, "person"),
    ],
)
def test_used_up_space_is_refused(browser: Browser, settings: Any, limits: dict[str, int], scope: str) -> None:
    settings.FILE_LIMITS = limits
    assert browser.create(60)["offset"] == 0
    told = browser.create(60)
    assert (browser.answer.status_code, told["type"], told["scope"]) == (422, "files_full", scope)


def test_account_has_the_space_of_a_person(browser: Browser, ana: Caller, settings: Any) -> None:
    settings.FILE_LIMITS = {"guest_bytes": 10, "person_bytes": 100}
    User.objects.filter(pk=ana.pk).update(password="md5$x$y", account_at=1)
    browser = Browser(ana)
    assert browser.create(60)["offset"] == 0
    assert browser.create(60)["scope"] == "person"


def test_unfinished_uploads_of_a_person_are_bounded(browser: Browser, settings: Any) -> None:
    settings.FILE_LIMITS = {"unfinished": 2}
    first = browser.create(1)["key"]
    browser.create(1)
    told = browser.create(1)
    assert (browser.answer.status_code, told["type"]) == (429, "uploads")
    browser.patch(first, 0, b"1")
    assert browser.create(1)["offset"] == 0


@pytest.mark.attack
def test_visitor_uploads_nothing(db: None) -> None:
    visitor = Browser()
    assert visitor.create(10)["type"] == "login"
    assert (visitor.answer.status_code, visitor.patch("x" * 22, 0, b"1")["type"]) == (401, "login")


@pytest.mark.attack
def test_upload_of_another_person_cannot_be_continued_read_or_given_up(browser: Browser, ben: Caller) -> None:
    key = browser.create(3)["key"]
    other = Browser(ben)
    assert other.patch(key, 0, b"123")["status"] == 404
    assert other.offset(key) == -1
    assert other.client.delete(f"/files/{key}").status_code == 404
    browser.patch(key, 0, b"123")
    assert (other.status(key), Browser().status(key), browser.status(key)) == (404, 404, 200)


@pytest.mark.attack
def test_request_without_the_token_of_the_page_is_refused(ana: Caller) -> None:
    browser = Browser(ana, enforce_csrf_checks=True)
    told = browser.create(10)
    assert (browser.answer.status_code, told["type"]) == (403, "csrf")
    token = browser.client.get("/realtime/token").json()["csrf"]
    browser.client.defaults["HTTP_X_CSRFTOKEN"] = token
    assert browser.create(10)["offset"] == 0
    browser.client.defaults["HTTP_ORIGIN"] = "https://evil.example"
    assert browser.create(10)["type"] == "csrf"


@pytest.mark.attack
@pytest.mark.parametrize("body", [b"", b"[]", b"{", b"\xff", b'{"cid":"x"}', b'{"cid":"' + b"c" * 20_000 + b'"}'])
def test_body_that_is_no_upload_is_refused(browser: Browser, body: bytes) -> None:
    answer = browser.client.post("/files/", body, content_type="application/json")
    assert (answer.status_code, answer.json()["type"]) == (400, "invalid_params")


@pytest.mark.attack
@pytest.mark.parametrize("offset", ["", "-1", "1e3", "٣", "9" * 30])
def test_offset_that_is_no_number_is_refused(browser: Browser, offset: str) -> None:
    key = browser.create(10)["key"]
    answer = browser.client.patch(f"/files/{key}", b"1", content_type="x/y", headers={"Upload-Offset": offset})
    assert (answer.status_code, answer.json()["type"]) == (422, "bad_offset")


@pytest.mark.parametrize("path", ["../../etc/passwd", "x" * 21, "x" * 23, "%00" * 8])
def test_key_that_is_none_is_not_found(browser: Browser, path: str) -> None:
    assert browser.client.head(f"/files/{path}").status_code in {404, 405}


def test_body_of_a_page_is_downloaded(browser: Browser) -> None:
    file = browser.file(HTML, "page.png")
    answer = browser.get(f"{file['key']}/page.png")
    assert content(answer) == HTML
    assert (answer["Content-Type"], answer["X-Content-Type-Options"]) == ("application/octet-stream", "nosniff")
    assert answer["Content-Disposition"].startswith("attachment; ")
    assert answer["Content-Security-Policy"] == "sandbox; default-src 'none'"


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=30)
@given(
    size=st.integers(1, 300),
    steps=st.lists(st.tuples(st.integers(0, 320), st.integers(0, 120), st.booleans()), max_size=20),
)
def test_any_sequence_of_chunks_gives_the_bytes(
    browser: Browser, size: int, steps: list[tuple[int, int, bool]]
) -> None:
    """Chunks come from anywhere, are repeated and lost; then the client goes on from the offset that it is told."""
    sent = os.urandom(size)
    state = browser.create(size)
    key = state["key"]
    for start, length, lost in steps:
        told = browser.patch(key, start, sent[start : start + length])
        if browser.answer.status_code == 200 and not lost:
            assert told["offset"] in {min(start + length, size), size}
    while "file" not in state:
        at = browser.offset(key)
        state = browser.patch(key, at, sent[at : at + 100])
    assert browser.body(key) == sent


def test_pictures_count_with_what_is_stored(browser: Browser, ana: Caller) -> None:
    file = browser.file(picture("JPEG", (3000, 100), quality=100), "a.jpg")
    assert usage()[f"user:{ana.pk}"] == (file["size"], 1)
    assert len(browser.body(file["key"])) == file["size"]
