"""Links: where they end, how their hosts are shown, and that they say where they lead."""

import re

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from chat.links import LINKS, leads_elsewhere, shown_host, true_host
from chat.text import rendered, written

LINK = re.compile(r'<a href="([^"]*)"[^>]*>(.*?)</a>')


def links(text: str) -> list[tuple[str, str]]:
    """Return the address and the shown text of each link, without the marks of bold and code."""
    html = rendered(written(text)).html or ""
    return [(href, re.sub(r"<[^>]*>", "", shown)) for href, shown in LINK.findall(html)]


@pytest.mark.parametrize("mark", [*"，。）、」！：…”；？】》〉』〕’’“‘（《«»—～"])
def test_bare_link_ends_before_typographic_and_full_width_punctuation(mark: str) -> None:
    assert links(f"看https://a.example/x{mark}你看") == [("https://a.example/x", "https://a.example/x")]
    assert links(f"（https://a.example{mark}") == [("https://a.example", "https://a.example")]


def test_two_links_with_a_full_width_mark_between_are_two() -> None:
    assert [href for href, _ in links("https://a.example/x、https://b.example/y")] == [
        "https://a.example/x",
        "https://b.example/y",
    ]


@pytest.mark.parametrize(
    ("text", "href"),
    [
        ("https://zh.wikipedia.org/wiki/北京", "https://zh.wikipedia.org/wiki/%E5%8C%97%E4%BA%AC"),
        ("(https://a.example/x)", "https://a.example/x"),
        ("[https://a.example/x]", "https://a.example/x"),
        ("https://a.example/x_(y)", "https://a.example/x_(y)"),
        ("https://a.example/x_(y).", "https://a.example/x_(y)"),
        ("**https://a.example/x**", "https://a.example/x"),
        ("~~https://a.example~~", "https://a.example"),
        ("https://a.example.", "https://a.example"),
        ("https://a.example:8000, and", "https://a.example:8000"),
        ("https://a.example/?q=1&r=2#s!", "https://a.example/?q=1&amp;r=2#s"),
        ("https://192.168.0.1/x", "https://192.168.0.1/x"),
        ('"https://a.example/x"', "https://a.example/x"),
        ("https://a_b.example/_x_ y_", "https://a_b.example/_x_"),
    ],
)
def test_bare_link_keeps_what_belongs_to_the_address(text: str, href: str) -> None:
    assert [href for href, _ in links(text)] == [href]


@pytest.mark.parametrize(
    "text",
    [
        "ftp://a.example",
        "mailto:a@b.example",
        "//a.example",
        "http\u017f://a.example",
        "xhttps://a.example",
        "https://",
    ],
)
def test_other_schemes_are_text(text: str) -> None:
    assert rendered(text).html is None


@pytest.mark.parametrize(
    ("host", "shown"),
    [
        ("example.org", "example.org"),
        ("EXAMPLE.org", "example.org"),
        ("xn--80ak6aa92e.com", "xn--80ak6aa92e.com"),
        ("аррӏе.com", "xn--80ak6aa92e.com"),
        ("ebаy.com", "xn--eby-7cd.com"),
        ("ɢoogle.com", "xn--oogle-wmc.com"),
        ("пример.com", "xn--e1afmkfd.com"),
        ("пример.рф", "пример.рф"),
        ("xn--1lq90i.xn--fiqs8s", "北京.中国"),
        ("北京.com", "北京.com"),
        ("東京タワー.jp", "東京タワー.jp"),
        ("bücher.de", "bücher.de"),
        ("a\u2215b.example", "a\\u2215b.example"),
        ("localhost", "localhost"),
    ],
)
def test_host_is_ascii_unless_plainly_one_script(host: str, shown: str) -> None:
    assert shown_host(host) == shown


@pytest.mark.parametrize("target", ["https:///evil.example", "https:////x@evil.example", "https://?evil.example"])
def test_target_without_a_host_is_no_link(target: str) -> None:
    """Browsers leave out slashes that are too many, so the host would stand nowhere."""
    shown = rendered(f"[https://bank.example]({target}) <{target}>").html or ""
    assert [href for href, _ in LINK.findall(shown)] == ["https://bank.example"]


def test_bare_link_shows_the_host_it_leads_to() -> None:
    assert links("https://xn--80ak6aa92e.com/login") == [("https://xn--80ak6aa92e.com/login",) * 2]
    assert links("https://аррӏе.com/login") == [("https://xn--80ak6aa92e.com/login",) * 2]


@pytest.mark.parametrize("escaped", ["%E2%80%AE", "%E2%80%8B", "%C2%A0", "%E2%81%A6", "%EF%BC%8F", "%2F", "%20", "%FF"])
def test_only_letters_of_a_path_are_decoded(escaped: str) -> None:
    address = f"https://good.example/{escaped}gpj.exe"
    assert links(address) == [(address, address)]


def test_raw_direction_override_is_taken_out() -> None:
    assert links("https://good.example/\u202egpj.exe") == [("https://good.example/gpj.exe",) * 2]
    assert written("invoice\u202efdp.exe \u2067so\u2069") == "invoicefdp.exe so"


@pytest.mark.parametrize(
    "text",
    [
        "https://bank.example/",
        "bank.example",
        "Log in at www.bank.example now",
        "**bank**.example",
        "`bank.example`",
        "bank\u200b.example",
        "bank\u00a0.example",
        "bank\u200a.example",
        "b\u0332ank\u0332.e\u0332xample",
        "bank。example",
        "bank․example",
        "bankꓸexample",
        "ｂａｎｋ．ｅｘａｍｐｌｅ",
        "bаnk.example",
        "https:∕∕bank.example∕login",
        "evil.example, bank.example",
        "http://127.0.0.1:8000/account/login/",
        "http://localhost/",
        "a@bank.example",
        "evil.example@bank.example",
        "https://",
        ".example",
        "x" * 600,
    ],
)
def test_text_that_looks_like_another_address_has_the_true_host_beside_it(text: str) -> None:
    ((href, shown),) = links(f"[{text}](https://evil.example/path)")
    assert (href, shown.endswith(" (evil.example)")) == ("https://evil.example/path", True)


@pytest.mark.parametrize(
    "text",
    [
        "Read this",
        "evil.example",
        "https://evil.example/a/b.html",
        "www.evil.example",
        "version 1.2.3",
        "e.g. so",
        "你好。谢谢",
    ],
)
def test_text_that_is_no_other_address_stays(text: str) -> None:
    assert links(f"[{text}](https://evil.example/path)") == [("https://evil.example/path", text)]


@pytest.mark.parametrize(
    "address",
    [
        "https://www.bank.example∕login∕@evil.example/x",
        "https://www.bank.example@evil.example/x",
        "https://xn--80ak6aa92e.com@evil.example",
    ],
)
def test_user_part_of_an_address_passes_for_no_host(address: str) -> None:
    ((_, shown),) = links(address)
    assert shown == f"{address} (evil.example)"


def test_mail_address_must_match_too() -> None:
    assert links("[a@bank.example](mailto:x@evil.example)")[0][1] == "a@bank.example (x@evil.example)"
    assert links("<a@bank.example>") == [("mailto:a@bank.example", "a@bank.example")]


def test_title_names_the_target_where_the_text_does_not() -> None:
    assert 'title="https://evil.example/path"' in str(rendered("[Read](https://evil.example/path 'Bank')").html)
    assert "title" not in str(rendered("https://a.example/x").html)


def test_links_of_a_message_are_limited() -> None:
    assert len(links("https://a.example/x " * (LINKS + 20))) == LINKS


@given(
    st.text("abx.:/@。\u200b\u0301 中а", max_size=40), st.sampled_from(["evil.example", "x@evil.example", "北京.中国"])
)
@example("://", "evil.example")
def test_host_shown_as_its_own_text_leads_nowhere_else(text: str, host: str) -> None:
    leads_elsewhere(text, host)
    assert not leads_elsewhere(host, host)
    assert true_host(f"https://user@{host}/{text}") or host.startswith("x@")
