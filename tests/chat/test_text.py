"""Rendering: what may come out, for whatever goes in."""

import json
import sys
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from html.parser import HTMLParser
from pathlib import Path
from typing import Any, cast

import pytest
from hypothesis import assume, example, given, settings
from hypothesis import strategies as st

from chat.links import shown_address
from chat.tables import ALIGNMENTS
from chat.text import (
    HIGHLIGHTS,
    HTML_LENGTH,
    LIGHT_LENGTH,
    LIGHT_MARKS,
    TAGS,
    TEXT_LENGTH,
    USUAL,
    Text,
    _markdown,
    light,
    parsed,
    plain,
    rendered,
    written,
)
from realtime.errors import RealtimeError

LINKS = Path(__file__).parent.parent / "js/chat/state/links.json"
ATTRIBUTES = {
    "a": {"href", "target", "rel", "title"},
    "ol": {"start"},
    "span": {"class", "data-user"},
    "td": {"align"},
    "th": {"align"},
}
CLASSES = {"mention", "spoiler", *HIGHLIGHTS}
ATTACKS = [
    "<script>alert(1)</script>",
    "<img src=x onerror=alert(1)>",
    '<a href="javascript:alert(1)">x</a>',
    "[x](javascript:alert(1))",
    "[x](JaVaScRiPt:alert(1))",
    "[x](java\nscript:alert(1))",
    "[x](javascript&#58;alert(1))",
    "[x](&#x6A;avascript:alert(1))",
    "[x](\x01javascript:alert(1))",
    "[x](data:text/html;base64,PHNjcmlwdD4=)",
    "[x](vbscript:msgbox(1))",
    "[x](//evil.example)",
    "[x](/enter/)",
    "[x](file:///etc/passwd)",
    "![x](https://evil.example/pixel.gif)",
    "<javascript:alert(1)>",
    "<svg/onload=alert(1)>",
    '<https://a.example/"onmouseover=alert(1)>',
    '[x](https://a.example/"onmouseover="alert(1))',
    "[x](https://a.example 'title\" onclick=\"alert(1)')",
    "https://a.example/<script>",
    "`<script>`",
    "```html\n<script>alert(1)</script>\n```",
    '```"><script>\nx\n```',
    "<!-- --><script>",
    "<![CDATA[<script>]]>",
    "*<b*<b onclick=x>**",
    "[a]: javascript:alert(1)\n[a]",
    "&lt;script&gt;",
    "\\<script\\>",
    "<style>@import 'x'</style>",
    "<iframe srcdoc='<script>'>",
    "mailto:a@b.example?subject=<script>",
    "||<img src=x onerror=alert(1)>||",
    "||[x](javascript:alert(1))||",
    "|<script>|x|\n|:-|-:|\n|<img src=x onerror=alert(1)>|[x](javascript:alert(1))|",
    "```python\n'<script>alert(1)</script>' # </span></code></pre><script>\n```",
    '```js" class="x" onclick="alert(1)\nx\n```',
    "```html\n<a href=javascript:alert(1) onclick='x'>\n```",
    "<@AAAAAAAAAAAA>||<@here>||",
]
MARKDOWN = st.text(alphabet=st.sampled_from(list("[]()<>*_~`#!\\\"'&;:/.-+=|{} \n\tab1中\u202e\u200b")), max_size=200)


class Reader(HTMLParser):
    """The tags and the text that a browser would find."""

    def __init__(self, markup: str) -> None:
        super().__init__(convert_charrefs=True)
        self.tags: list[tuple[str, dict[str, str | None]]] = []
        self.text = ""
        self.feed(markup)
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, dict(attrs)))

    def handle_data(self, data: str) -> None:
        self.text += data


def read(text: str) -> Reader | None:
    """Return the rendering after checks, or None where there is none."""
    markup = rendered(text).html
    if markup is None:
        return None
    assert len(markup) <= HTML_LENGTH
    reader = Reader(markup)
    for tag, attributes in reader.tags:
        assert tag in TAGS
        assert attributes.keys() <= ATTRIBUTES.get(tag, set())
        assert attributes.get("class", "spoiler") in CLASSES
        assert attributes.get("align", "left") in ALIGNMENTS
        if tag == "a":
            assert str(attributes["href"]).lower().startswith(("http://", "https://", "mailto:"))
            assert attributes.get("title") in {None, attributes["href"]}
            assert (attributes["rel"], attributes["target"]) == ("noopener nofollow ugc", "_blank")
    return reader


@pytest.mark.parametrize("attack", ATTACKS)
def test_no_attack_gets_through(attack: str) -> None:
    read(attack)


@given(st.one_of(st.text(max_size=300), MARKDOWN, st.lists(st.sampled_from(ATTACKS), max_size=4).map("".join)))
@example("\ud7ff\x85\u2028")
def test_rendering_has_only_allowed_tags(text: str) -> None:
    try:
        kept = written(text)
    except RealtimeError:
        return
    reader = read(kept)
    assert rendered(kept).text == kept
    assert reader is None or reader.text.strip()


@given(st.one_of(st.text(max_size=300), MARKDOWN, st.text("a1 -+.)#=:\t\u2028", max_size=12)))
@example("1) one")
@example("\xa0- one")
@example("ftp.example.com a@example.com www.example.com")
def test_text_without_markup_equals_what_the_parser_gives(text: str) -> None:
    try:
        kept = written(text)
    except RealtimeError:
        return
    assume(plain(kept))
    assert parsed(kept) == Text(kept)


@given(st.one_of(st.text(max_size=300), st.text("a1 -.)/:\r\n\x01\x85", max_size=12)))
@example("a\rb")
@example("\x01- one")
@example("/\x00/a")
def test_plain_text_is_stored_plain(text: str) -> None:
    """Plain text is not parsed in the event loop."""
    assume(plain(text))
    try:
        kept = written(text)
    except RealtimeError:
        return
    assert plain(kept)


@pytest.mark.parametrize(
    ("text", "is_light"),
    [
        ("words and nothing else", True),
        ("**Look** at https://example.com/a/page?of=it", True),
        ("*" * LIGHT_MARKS, True),
        ("*" * (LIGHT_MARKS + 1), False),
        ("*a*" + "x" * LIGHT_LENGTH, False),
        ("[a](https://example.com)", False),
        ("> a" + "\r- a" * 20, False),
        ("http:\x00//example.com and *so* on", False),
        ("https://a.example/" * (LIGHT_MARKS + 1), False),
        ("https://a.example/é", False),
    ],
)
def test_text_with_a_little_markup_is_light(text: str, is_light: bool) -> None:
    assert light(text) is is_light


def test_text_that_is_too_long_is_not_plain() -> None:
    assert plain("x" * TEXT_LENGTH)
    assert not plain("x" * (TEXT_LENGTH + 1))


@given(MARKDOWN)
def test_rendering_depends_on_nothing_but_the_text(text: str) -> None:
    assert rendered(text) == rendered(text)


@given(
    st.one_of(MARKDOWN, st.from_regex(USUAL), st.text("htps:/a.-X1%é?=#@[]() ", max_size=30).map("https://".__add__))
)
@example("https://xn--fsq.example/a https://a-b.example https://a--b.example https://a.example:8000/ https://A.example")
def test_text_that_skips_the_parser_is_unchanged(text: str) -> None:
    spared, whole = _markdown(), cast(Any, _markdown())
    del whole.normalizeLink  # the library's own comes through
    whole.normalizeLinkText = shown_address
    assert spared.render(text) == whole.render(text)


@given(st.text(max_size=300))
def test_stored_text_is_stored_unchanged_again(text: str) -> None:
    try:
        kept = written(text)
    except RealtimeError:
        return
    assert written(kept) == kept


@pytest.mark.parametrize(
    ("text", "html"),
    [
        ("plain words, a < b & c > d", None),
        ("two\nlines", None),
        ("two\n\nparagraphs", None),
        ("1986 was a year", None),
        ("# no heading", None),
        ("under\n---", None),
        ("&copy; stays", None),
        ("file.py and www.example.com and a@b.example", None),
        ("*a*", "<p><em>a</em></p>"),
        ("**a** ~~b~~ `c<d`", "<p><strong>a</strong> <s>b</s> <code>c&lt;d</code></p>"),
        ("> a", "<blockquote>\n<p>a</p>\n</blockquote>"),
        ("- a\n- b", "<ul>\n<li>a</li>\n<li>b</li>\n</ul>"),
        ("3. a", '<ol start="3">\n<li>a</li>\n</ol>'),
        ("```\n<b>\n```", "<pre><code>&lt;b&gt;\n</code></pre>"),
        ("**a**\nb", "<p><strong>a</strong><br>\nb</p>"),
        ("\\*a\\*", "<p>*a*</p>"),
        ("||a||", '<p><span class="spoiler">a</span></p>'),
        ("看||“结局”||吧", '<p>看<span class="spoiler">“结局”</span>吧</p>'),
        ("||`a||b`||", '<p><span class="spoiler"><code>a||b</code></span></p>'),
        ("\\||a||", "<p>||a||</p>"),
        ("||||", None),
        ("|||a|||", None),
        ("a || b", None),
        ("a | b", None),
        ("a|b\n-|-\n1|2|and a cell too many", None),
        ("|" + "a|" * 20 + "\n|" + "-|" * 20, None),
        (
            "a|b\n-|:-:\n1|*2*",
            '<table>\n<thead>\n<tr>\n<th>a</th>\n<th align="center">b</th>\n</tr>\n</thead>\n'
            '<tbody>\n<tr>\n<td>1</td>\n<td align="center"><em>2</em></td>\n</tr>\n</tbody>\n</table>',
        ),
        ("```py\nx = 1\n```", '<pre><code>x = <span class="hl-number">1</span>\n</code></pre>'),
        ("```none such\n<x>\n```", "<pre><code>&lt;x&gt;\n</code></pre>"),
    ],
)
def test_html_comes_only_with_what_is_more_than_the_text(text: str, html: str | None) -> None:
    assert rendered(text).html == html


def test_address_becomes_a_link_without_referrer() -> None:
    assert rendered("see https://example.com/a?b=1.").html == (
        '<p>see <a href="https://example.com/a?b=1" target="_blank" rel="noopener nofollow ugc">'
        "https://example.com/a?b=1</a>.</p>"
    )


@pytest.mark.parametrize(("text", "html"), json.loads(LINKS.read_text())["same as the server's"])
def test_browser_and_server_link_the_same_addresses(text: str, html: str) -> None:
    assert rendered(text).html == html


@pytest.mark.parametrize("text", ["a\x00b", "a\x1bb", "a\x85b", "a\u202eb", "\u2067ab\u2069", "a\u202ab\u202c"])
def test_control_characters_are_taken_out(text: str) -> None:
    assert written(text) == "ab"


def test_lines_end_in_one_way() -> None:
    assert written("\n\r\na\r\nb\rc \n ") == "a\nb\nc"


FRAGMENTS = [
    *[
        "[",
        "]",
        "](",
        "[a](",
        "![",
        "[a](https://b.cd)",
        "<",
        "<a",
        "<https://a.b>",
        "&",
        "&amp; ",
        "\\",
        "|a|b|\n|-|-|\n",
        "|a\n|-\n",
        "|" * 19 + "\n" + "|-" * 19 + "\n",
        "||",
        "||a",
        "||a||",
        "||*",
        "a|",
        "```py\nx='\n```\n",
    ],
    *[
        "*",
        "*a_",
        "*_",
        "*_*~~",
        "**a**b",
        "_a",
        "_",
        "~~",
        "~~a ",
        "`",
        "`a``",
        "` ",
        "> ",
        ">",
        "- ",
        "1. ",
        "1) a\n",
    ],
    *["~~~\n", "```\n", "> ```\n", "\t- a\n", "a\n", "  \n", "# a\n", "a\n=\n", "[a]: b\n"],
    *[
        "ftp://a.b ",
        "ftp://",
        "//a.b ",
        "mailto:a@b.cd ",
        "mailto:",
        "www.a.b ",
        "www.",
        "a@b.cd ",
        "://",
        "a://b",
        ":",
    ],
    *["http://a ", "https://a.b/ ", "https://a.", "https://", "https://a.b/(", "https://a.b/%", "https://ü.ö.de/ä "],
    *[
        "https://a@",
        "http://a.b.",
        "https://a-",
        "xn--",
        "https://xn--a.de/ ",
        "a.b/",
        "中",
        "\u0301",
        "\u200d",
        " ",
        "\xa0",
    ],
]


@given(st.lists(st.sampled_from(FRAGMENTS), min_size=1, max_size=3).map("".join))
@settings(max_examples=80)
@example("ftp://a.b ")
@example("mailto:a@b.cd ")
@example("[a](https://b.cd)")
@example("https://ü.ö.de/ä ")
def test_rendering_takes_work_in_proportion_to_the_length(fragment: str) -> None:
    def work(length: int) -> int:
        kept = (fragment * length)[:length]
        return counted(lambda: parsed(kept))

    parsed(fragment)
    half = work(TEXT_LENGTH // 4)
    assert work(TEXT_LENGTH // 2) < 2.5 * half + 20_000


@pytest.mark.parametrize("fragment", FRAGMENTS)
def test_rendering_has_a_bound_for_the_longest_message(fragment: str) -> None:
    text = (fragment * TEXT_LENGTH)[:TEXT_LENGTH]
    assert counted(lambda: parsed(text)) < 40 * TEXT_LENGTH


def counted(work: Callable[[], object]) -> int:
    """Return the number of calls and returns of functions."""
    count = 0

    def called(*_: object) -> None:
        nonlocal count
        count += 1

    sys.setprofile(called)
    try:
        work()
    finally:
        sys.setprofile(None)
    return count


def test_threads_do_not_mix_their_texts() -> None:
    texts = [f"https://example.com/{n} *{n}*" for n in range(200)]
    with ThreadPoolExecutor(8) as pool:
        assert list(pool.map(rendered, texts)) == [rendered(text) for text in texts]


@pytest.mark.parametrize("sign", ["[a][", "![", "*a_", "`", "> ", "~~a", "http://a "])
def test_text_of_too_many_marks_shows_as_typed(sign: str) -> None:
    """Such a text would delay the messages of others in the pool."""
    text = (sign * 5000)[:10_000]
    assert rendered(text).html is None


def test_signs_inside_a_block_of_code_do_not_count() -> None:
    assert "<pre>" in (rendered("```\n" + "a[0] * b_1 > c\n" * 300 + "```").html or "")
