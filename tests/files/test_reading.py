"""Bodies over HTTP: ranges, validators, headers."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from files.responses import Span, span_of
from realtime.types import Caller
from tests.files.browser import Browser, content
from tests.files.samples import MP4

BODY = bytes(range(200))


@pytest.mark.parametrize(
    ("header", "span"),
    [
        ("", Span(0, 200)),
        ("bytes=0-", Span(0, 200)),
        ("bytes=0-0", Span(0, 1)),
        ("bytes=10-19", Span(10, 10)),
        ("bytes=190-999", Span(190, 10)),
        ("bytes=-5", Span(195, 5)),
        ("bytes=-999", Span(0, 200)),
        ("bytes=200-", None),
        ("bytes=999-1000", None),
        ("bytes=-0", None),
        ("bytes=5-1", Span(0, 200)),
        ("bytes=-", Span(0, 200)),
        ("bytes=0-1,5-6", Span(0, 200)),
        ("bytes=٣-", Span(0, 200)),
        ("bytes=" + "9" * 400 + "-", Span(0, 200)),
        ("lines=1-2", Span(0, 200)),
    ],
)
def test_range_is_read(header: str, span: Span | None) -> None:
    assert span_of(header, 200) == span


@given(st.integers(1, 500), st.integers(0, 600), st.integers(0, 600))
def test_range_lies_within_the_body(size: int, start: int, last: int) -> None:
    span = span_of(f"bytes={start}-{last}", size)
    assert (span is None) is (start >= size and last >= start)
    if span:
        assert span.length >= 1
        assert span.start + span.length <= size


@pytest.mark.django_db
def test_ranges_of_a_film_are_its_bytes(web: Browser) -> None:
    key = web.file(MP4, "a.mp4")["key"]
    answer = web.get(f"{key}/a.mp4", Range="bytes=10-19")
    assert (answer.status_code, content(answer)) == (206, MP4[10:20])
    assert (answer["Content-Range"], answer["Content-Length"]) == (f"bytes 10-19/{len(MP4)}", "10")
    whole = web.get(f"{key}/a.mp4", Range="bytes=0-", Accept_Encoding="gzip")
    assert (whole.status_code, content(whole), whole.get("Content-Encoding")) == (206, MP4, None)
    beyond = web.get(f"{key}/a.mp4", Range="bytes=99999-")
    assert (beyond.status_code, beyond["Content-Range"]) == (416, f"bytes */{len(MP4)}")
    other = web.get(f"{key}/a.mp4", Range="bytes=10-19", If_Range='"other"')
    assert (other.status_code, content(other)) == (200, MP4)


@pytest.mark.django_db
def test_body_is_kept_by_its_browser_and_checked_each_time(web: Browser) -> None:
    key = web.file(BODY)["key"]
    first = web.get(f"{key}/a")
    assert (first["Cache-Control"], first["Accept-Ranges"]) == ("private, no-cache", "bytes")
    again = web.get(f"{key}/a", If_None_Match=first["ETag"])
    assert (again.status_code, content(again)) == (304, b"")
    assert web.client.delete(f"/files/{key}").status_code == 204
    assert web.get(f"{key}/a", If_None_Match=first["ETag"]).status_code == 404


@pytest.mark.django_db
def test_download_is_an_attachment_of_its_name(web: Browser) -> None:
    key = web.file(MP4, "Kite “über” 凧.mp4")["key"]
    answer = web.get(f"{key}/x?download")
    assert answer["Content-Disposition"].startswith("attachment; filename=")
    assert answer["Content-Disposition"].endswith("%E5%87%A7.mp4")


@pytest.mark.django_db
def test_head_has_the_headers_and_no_body(web: Browser) -> None:
    key = web.file(BODY)["key"]
    answer = web.client.head(f"/files/{key}/a")
    assert (answer.status_code, answer["Content-Length"], answer.getvalue()) == (200, "200", b"")


@pytest.mark.django_db
@pytest.mark.parametrize("method", ["post", "put", "patch", "delete", "options"])
def test_other_methods_are_refused(web: Browser, ana: Caller, method: str) -> None:
    key = web.file(BODY)["key"]
    assert getattr(web.client, method)(f"/files/{key}/a").status_code == 405
