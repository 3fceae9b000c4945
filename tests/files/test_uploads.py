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
from tests.services.environment import NO_QUOTAS

pytestmark = pytest.mark.django_db


def usage() -> dict[str, tuple[int, int]]:
    return {scope: (size, files) for scope, size, files in Usage.objects.values_list("scope", "bytes", "files")}


def test_upload_in_chunks_is_the_file_byte_for_byte(web: Browser, ana: Caller) -> None:
    sent = os.urandom(CHUNK_BYTES * 2 + 1)
    state = web.create(len(sent), "notes.bin")
    assert (web.answer.status_code, state["offset"], state["size"], state["chunk"]) == (
        201,
        0,
        len(sent),
        CHUNK_BYTES,
    )
    for start in range(0, len(sent), CHUNK_BYTES):
        assert "file" not in state
        state = web.patch(state["key"], start, sent[start : start + CHUNK_BYTES])
    key = state["key"]
    assert state["file"] == {"key": key, "name": "notes.bin", "type": "application/octet-stream", "size": len(sent)}
    assert web.body(key) == sent
    assert usage() == {"site": (len(sent), 1), f"user:{ana.pk}": (len(sent), 1)}


def test_cid_names_one_upload_however_often_it_is_sent(web: Browser) -> None:
    first = web.create(10, cid="c" * 10)
    web.patch(first["key"], 0, b"12345")
    again = web.create(10, cid="c" * 10)
    assert (web.answer.status_code, again["key"], again["offset"]) == (200, first["key"], 5)
    done = web.patch(first["key"], 5, b"67890")
    assert web.create(10, cid="c" * 10)["file"] == done["file"]
    assert web.create(11, cid="c" * 10)["type"] == "cid_reused"
    assert File.objects.count() == 1


def test_two_people_may_use_one_cid(web: Browser, ben: Caller) -> None:
    assert web.create(10, cid="c" * 10)["key"] != Browser(ben).create(10, cid="c" * 10)["key"]


def test_chunk_at_another_offset_gets_the_right_one(web: Browser) -> None:
    key = web.create(10)["key"]
    web.patch(key, 0, b"123")
    told = web.patch(key, 0, b"123")
    assert (web.answer.status_code, told["type"], told["offset"]) == (409, "offset", 3)
    assert web.patch(key, 5, b"1")["offset"] == 3
    assert web.offset(key) == 3
    assert web.answer["Upload-Length"] == "10"


def test_lost_answer_of_the_last_chunk_is_given_again(web: Browser) -> None:
    key = web.create(3)["key"]
    done = web.patch(key, 0, b"123")
    assert web.patch(key, 0, b"123") == done
    assert web.patch(key, 3, b"") == done
    assert web.offset(key) == 3


def test_interrupted_end_is_finished_by_the_next_request(web: Browser, monkeypatch: pytest.MonkeyPatch) -> None:
    key = web.create(3)["key"]
    with monkeypatch.context() as patched:
        patched.setattr("files.services.finishing._ready", lambda *given, **more: 1 / 0)
        with pytest.raises(ZeroDivisionError):
            web.patch(key, 0, b"123")
    assert web.offset(key) == 3
    assert web.patch(key, 3, b"")["file"]["size"] == 3
    assert web.body(key) == b"123"


def test_chunk_that_fails_leaves_nothing_behind(web: Browser, monkeypatch: pytest.MonkeyPatch) -> None:
    key = web.create(10)["key"]
    web.patch(key, 0, b"123")

    def full(descriptor: int, block: bytes, at: int) -> int:
        os.ftruncate(descriptor, at + 1)
        raise OSError(errno.ENOSPC, "full")

    with monkeypatch.context() as patched:
        patched.setattr("os.pwrite", full)
        told = web.patch(key, 3, b"4567")
    assert (web.answer.status_code, told["type"], web.answer["Retry-After"]) == (503, "disk_full", "60")
    assert web.offset(key) == 3
    web.patch(key, 3, b"4567890")
    assert web.body(key) == b"1234567890"


def test_full_disk_refuses_a_new_upload(web: Browser, settings: Any) -> None:
    settings.FILE_LIMITS = {"free_bytes": 2**60}
    assert web.create(10)["type"] == "disk_full"
    assert not File.objects.exists()


def test_full_disk_at_the_end_loses_nothing(web: Browser, monkeypatch: pytest.MonkeyPatch) -> None:
    key = web.create(3)["key"]

    def full(*given: Any) -> None:
        raise OSError(errno.ENOSPC, "full")

    with monkeypatch.context() as patched:
        patched.setattr("files.bodies.FolderStorage._save", full)
        assert web.patch(key, 0, b"123")["type"] == "disk_full"
    assert web.patch(key, 3, b"")["file"]["size"] == 3


@pytest.mark.parametrize(
    ("size", "status", "type"),
    [(0, 422, "empty_file"), (101, 413, "file_too_large"), (-1, 400, "invalid_params"), (2**60, 400, "invalid_params")],
)
def test_size_outside_the_limits_is_refused(web: Browser, settings: Any, size: int, status: int, type: str) -> None:
    settings.FILE_LIMITS = {"file_bytes": 100}
    told = web.create(size)
    assert (web.answer.status_code, told["type"]) == (status, type)


def test_more_bytes_than_promised_are_refused(web: Browser) -> None:
    key = web.create(3)["key"]
    told = web.patch(key, 0, b"1234")
    assert (web.answer.status_code, told["type"], told["most"]) == (413, "file_too_large", 3)
    assert web.offset(key) == 0


def test_chunk_above_the_bound_is_refused(web: Browser) -> None:
    key = web.create(CHUNK_BYTES * 2)["key"]
    assert web.patch(key, 0, b"x" * (CHUNK_BYTES + 1))["type"] == "chunk_too_large"
    assert web.offset(key) == 0


def test_upload_that_is_given_up_is_gone(web: Browser, bodies: Callable[[], list[Path]]) -> None:
    from files.services.deletion import collect

    key = web.create(10, cid="c" * 10)["key"]
    web.patch(key, 0, b"123")
    assert web.client.delete(f"/files/{key}").status_code == 204
    assert web.offset(key) == -1
    collect()
    assert (bodies(), File.objects.count()) == ([], 0)
    assert all(value == (0, 0) for value in usage().values())
    assert web.create(10, cid="c" * 10)["offset"] == 0


@pytest.mark.parametrize(
    ("limits", "scope"),
    [
        ({"guest_bytes": 100}, "guest"),
        ({"site_bytes": 100}, "site"),
        ({"person_files": 1}, "person"),
    ],
)
def test_used_up_space_is_refused(web: Browser, settings: Any, limits: dict[str, int], scope: str) -> None:
    settings.FILE_LIMITS = limits
    assert web.create(60)["offset"] == 0
    told = web.create(60)
    assert (web.answer.status_code, told["type"], told["scope"]) == (422, "files_full", scope)


def test_account_has_the_space_of_a_person(web: Browser, ana: Caller, settings: Any) -> None:
    settings.FILE_LIMITS = {"guest_bytes": 10, "person_bytes": 100}
    User.objects.filter(pk=ana.pk).update(password="md5$x$y", account_at=1)
    web = Browser(ana)
    assert web.create(60)["offset"] == 0
    assert web.create(60)["scope"] == "person"


def test_unfinished_uploads_of_a_person_are_bounded(web: Browser, settings: Any) -> None:
    settings.FILE_LIMITS = {"unfinished": 2}
    first = web.create(1)["key"]
    web.create(1)
    told = web.create(1)
    assert (web.answer.status_code, told["type"]) == (429, "uploads")
    web.patch(first, 0, b"1")
    assert web.create(1)["offset"] == 0


@pytest.mark.attack
def test_uploads_of_a_day_are_bounded_also_when_they_are_given_up(web: Browser, settings: Any) -> None:
    settings.QUOTAS = NO_QUOTAS | {"uploads_guest": 2}
    for _ in range(2):
        web.client.delete(f"/files/{web.create(1, cid='c' * 10)['key']}")
    told = web.create(1)
    assert (web.answer.status_code, told["type"], told["quota"]) == (429, "quota", "uploads")
    assert int(web.answer["Retry-After"]) > 3600


@pytest.mark.attack
def test_visitor_uploads_nothing(db: None) -> None:
    visitor = Browser()
    assert visitor.create(10)["type"] == "login"
    assert (visitor.answer.status_code, visitor.patch("x" * 22, 0, b"1")["type"]) == (401, "login")


@pytest.mark.attack
def test_upload_of_another_person_cannot_be_continued_read_or_given_up(web: Browser, ben: Caller) -> None:
    key = web.create(3)["key"]
    other = Browser(ben)
    assert other.patch(key, 0, b"123")["status"] == 404
    assert other.offset(key) == -1
    assert other.client.delete(f"/files/{key}").status_code == 404
    web.patch(key, 0, b"123")
    assert (other.status(key), Browser().status(key), web.status(key)) == (404, 404, 200)


@pytest.mark.attack
def test_request_without_the_token_of_the_page_is_refused(ana: Caller) -> None:
    web = Browser(ana, enforce_csrf_checks=True)
    told = web.create(10)
    assert (web.answer.status_code, told["type"]) == (403, "csrf")
    token = web.client.get("/realtime/token").json()["csrf"]
    web.client.defaults["HTTP_X_CSRFTOKEN"] = token
    assert web.create(10)["offset"] == 0
    web.client.defaults["HTTP_ORIGIN"] = "https://evil.example"
    assert web.create(10)["type"] == "csrf"


@pytest.mark.attack
@pytest.mark.parametrize("body", [b"", b"[]", b"{", b"\xff", b'{"cid":"x"}', b'{"cid":"' + b"c" * 20_000 + b'"}'])
def test_body_that_is_no_upload_is_refused(web: Browser, body: bytes) -> None:
    answer = web.client.post("/files/", body, content_type="application/json")
    assert (answer.status_code, answer.json()["type"]) == (400, "invalid_params")


@pytest.mark.attack
@pytest.mark.parametrize("offset", ["", "-1", "1e3", "٣", "9" * 30])
def test_offset_that_is_no_number_is_refused(web: Browser, offset: str) -> None:
    key = web.create(10)["key"]
    answer = web.client.patch(f"/files/{key}", b"1", content_type="x/y", headers={"Upload-Offset": offset})
    assert (answer.status_code, answer.json()["type"]) == (422, "bad_offset")


@pytest.mark.parametrize("path", ["../../etc/passwd", "x" * 21, "x" * 23, "%00" * 8])
def test_key_that_is_none_is_not_found(web: Browser, path: str) -> None:
    assert web.client.head(f"/files/{path}").status_code in {404, 405}


def test_body_of_a_page_is_downloaded(web: Browser) -> None:
    file = web.file(HTML, "page.png")
    answer = web.get(f"{file['key']}/page.png")
    assert content(answer) == HTML
    assert (answer["Content-Type"], answer["X-Content-Type-Options"]) == ("application/octet-stream", "nosniff")
    assert answer["Content-Disposition"].startswith("attachment; ")
    assert answer["Content-Security-Policy"] == "sandbox; default-src 'none'"


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=30)
@given(
    size=st.integers(1, 300),
    steps=st.lists(st.tuples(st.integers(0, 320), st.integers(0, 120), st.booleans()), max_size=20),
)
def test_any_sequence_of_chunks_gives_the_bytes(web: Browser, size: int, steps: list[tuple[int, int, bool]]) -> None:
    """Chunks come from anywhere, are repeated and lost; then the client goes on from the offset that it is told."""
    sent = os.urandom(size)
    state = web.create(size)
    key = state["key"]
    for start, length, lost in steps:
        told = web.patch(key, start, sent[start : start + length])
        if web.answer.status_code == 200 and not lost:
            assert told["offset"] in {min(start + length, size), size}
    while "file" not in state:
        at = web.offset(key)
        state = web.patch(key, at, sent[at : at + 100])
    assert web.body(key) == sent


def test_pictures_count_with_what_is_stored(web: Browser, ana: Caller) -> None:
    file = web.file(picture("JPEG", (3000, 100), quality=100), "a.jpg")
    assert usage()[f"user:{ana.pk}"] == (file["size"], 1)
    assert len(web.body(file["key"])) == file["size"]
