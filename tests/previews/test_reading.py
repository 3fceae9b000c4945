import pytest

from previews.reading import TEXT_LENGTH, TITLE_LENGTH, Page, cleaned, page_of

URL = "https://www.example.com/a/b"


def page(head: str, charset: str = "", url: str = URL) -> Page | None:
    return page_of(url, head.encode(), charset)


def test_page_tells_title_text_site_and_picture() -> None:
    found = page(
        """<html><head><title>Other</title>
        <meta property="og:title" content="The &amp; title"><meta property="og:description" content="Some  text
        here"><meta property="og:site_name" content="Example News"><meta property="og:image" content="/p.png">"""
    )
    assert found == Page("Example News · example.com", "The & title", "Some text here", "https://www.example.com/p.png")


def test_title_element_and_description_are_enough() -> None:
    found = page("<title> Plain </title><meta name=Description content='Words'>")
    assert found == Page("example.com", "Plain", "Words", "")


@pytest.mark.parametrize("head", ["", "<p>words", "<title>  </title>", "<title>\u200b\u202e</title>"])
def test_page_without_title_has_no_preview(head: str) -> None:
    assert page(head) is None


@pytest.mark.attack
def test_site_name_never_hides_the_host() -> None:
    found = page("<title>x</title><meta property='og:site_name' content='My Bank'>", url="https://evil.example/")
    assert found
    assert found.site == "My Bank · evil.example"


@pytest.mark.attack
def test_title_of_a_megabyte_with_directions_is_cut_and_cleaned() -> None:
    found = page(f"<title>\u202etitle\u2066\x07 {'x' * 1_000_000}</title>")
    assert found
    assert len(found.title) == TITLE_LENGTH
    assert found.title.startswith("title x")
    assert found.title.endswith("…")


@pytest.mark.attack
def test_markup_in_a_title_stays_text() -> None:
    found = page("<title><script>alert(1)</script><img src=x onerror=alert(1)></title>")
    assert found
    assert found.title == "<script>alert(1)</script><img src=x onerror=alert(1)>"


@pytest.mark.attack
@pytest.mark.parametrize(
    "body",
    [
        b"<" * 500_000,
        b"<div>" * 100_000 + b"<title>x",
        b"<meta " * 80_000,
        b"\xff\xfe" * 1000,
        b"<!--" * 100_000,
        b'<meta "' * 70_000,
        b"<meta a='" * 60_000,
        b"<title <" * 60_000,
        b"<title>" * 70_000,
        b"<meta a" + b" a" * 250_000,
    ],
)
def test_hostile_markup_is_read_without_harm(body: bytes) -> None:
    found = page_of(URL, body, "")
    assert found is None or len(found.title) <= TITLE_LENGTH


@pytest.mark.parametrize(("charset", "declared"), [("gb2312", ""), ("", "<meta charset=gbk>"), ("", "")])
def test_chinese_page_is_decoded_by_header_or_meta(charset: str, declared: str) -> None:
    encoding = "gbk" if charset or declared else "utf-8"
    found = page_of(URL, f"<head>{declared}<title>中文标题</title>".encode(encoding), charset)
    assert found
    assert found.title == "中文标题"


@pytest.mark.attack
@pytest.mark.parametrize("charset", ["zip", "bz2", "rot13", "punycode", "idna", "unicode_escape", "no such", "\0"])
def test_codec_that_is_no_charset_is_not_used(charset: str) -> None:
    found = page_of(URL, b"<title>plain</title>", charset)
    assert found
    assert found.title == "plain"


def test_cleaned_text_keeps_joiners_and_one_space() -> None:
    assert cleaned(" a\n\t b\u3000c\u2028d 👩\u200d🚀 ", 50) == "a b c d 👩\u200d🚀"
    assert len(cleaned("word " * 1000, TEXT_LENGTH)) <= TEXT_LENGTH
