"""Render the texts of messages, once and before a request is queued. Pure; the time is linear in the bounded length.

The Markdown is CommonMark without HTML, images, headings, references and entities, which messages do not need or
which hide typed words. The result passes an allow-list of tags and addresses.
"""

import html
import re
import threading
from collections.abc import Callable
from typing import Any, Final

import msgspec
import nh3
from markdown_it import MarkdownIt
from markdown_it.token import Token

from chat.links import bare_link, name_targets, shown_address
from chat.mentions import mention
from chat.spoilers import pair_spoilers, spoiler
from chat.tables import ALIGNMENTS, bounded_table, name_alignments
from realtime import unprocessable

TEXT_LENGTH: Final = 10_000
HTML_LENGTH: Final = 40_000
"""A text with a longer rendering is shown as typed, to save bytes for all readers."""
UNUSED: Final = ["code", "entity", "heading", "hr", "html_block", "html_inline", "image", "lheading", "reference"]
TAGS: Final = {
    *("a", "blockquote", "br", "code", "em", "li", "ol", "p", "pre", "s", "span", "strong", "ul"),
    *("table", "thead", "tbody", "tr", "th", "td"),
}
HIGHLIGHTS: Final = frozenset(
    f"hl-{name}" for name in ("comment", "deleted", "inserted", "keyword", "name", "number", "string", "type")
)
"""The classes of code in colours: those of `chat.highlighting`, which this module loads with the first code block."""
ADDRESS: Final = re.compile(r"https?://[^\s/?#\\]|mailto:\S", re.IGNORECASE | re.ASCII)
"""A target with a host. Browsers read `https:///evil.example` as `https://evil.example/`, but the server does not."""
USUAL: Final = re.compile(r"https?://(?:[a-z0-9]+[.-])*[a-z]+(?:/[\w/.~=&?-]*)?", re.ASCII)
"""An address with no characters to encode, which needs no normalization."""
TAKEN_OUT: Final = r"\x00-\x08\x0b-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069"
CONTROL: Final = re.compile(rf"[{TAKEN_OUT}]")
"""Control characters, and those that change the direction: `exe.pdf` must not look like `fdp.exe`."""
MARKS: Final = 1_000
"""A text with more markup characters outside code blocks is shown as typed, because rendering would take too long."""
MARK: Final = re.compile(r"[\[\]!*_~`>|]|\n|://")
LIGHT_LENGTH, LIGHT_MARKS = 280, 8
"""A text up to this size is rendered in place: a short message with an address and a word in bold."""
SIGN: Final = re.compile(r"[!*_~`>|\n]|://")
HEAVY: Final = re.compile(rf"[{TAKEN_OUT}\[]|```|~~~|://[!-~]{{0,{LIGHT_LENGTH}}}[^\0-~]")
"""Brackets, code blocks, addresses with letters to encode, and characters that `written` removes or turns into line
ends.
"""
LINK: Final = re.compile(r'<a href="(https?://[^"]+)"')
BLOCK: Final = re.compile(r"^```.*?^```", re.MULTILINE | re.DOTALL)
MARKUP: Final = re.compile(rf"[{TAKEN_OUT}\\\[\]!*_~`<>&\n]|\|\|")
FIRST: Final = re.compile(r"\s*(?:[-+=]|\d+[.)])")
"""A text that does not begin so, with no `MARKUP` and no address, needs no parser: see `plain`."""
PLAIN: Final = {"paragraph_open", "paragraph_close", "inline", "text", "softbreak"}


class Preview(msgspec.Struct, frozen=True, omit_defaults=True):
    """The preview of a link in a message. `image` is the key of a file with `w` × `h` pixels."""

    url: str
    title: str
    site: str = ""
    text: str = ""
    image: str | None = None
    w: int | None = None
    h: int | None = None


class Text(msgspec.Struct, frozen=True, omit_defaults=True):
    """The text of a message, as typed and as HTML. `html` is None when it would be only the escaped text.

    `files` are the files of the message, as `files.selectors.file_as` describes them. With files the text may be empty.
    `mentions` has the name at the time of writing for each user that is mentioned, and an empty one for `here`.
    """

    text: str
    html: str | None = None
    files: tuple[dict[str, Any], ...] = ()
    mentions: dict[str, str] | None = None
    previews: tuple[Preview, ...] = ()

    def linking(self, previews: tuple[Preview, ...]) -> "Text":
        """Return the text with those previews whose links are in it."""
        links = set(links_in(self.html))
        kept = tuple(each for each in previews if each.url in links)
        return msgspec.structs.replace(self, previews=kept)


def links_in(markup: str | None) -> list[str]:
    """Return the web addresses that a rendered text links to, in order."""
    return [html.unescape(address) for address in LINK.findall(markup or "")]


def written(text: str, *, blank: bool = False) -> str:
    """Return a typed text as it is stored. Raise 422 `too_long`, or `empty` unless it may be `blank`."""
    stored = CONTROL.sub("", text.replace("\r\n", "\n").replace("\r", "\n")).rstrip().lstrip("\n")
    if len(stored) > TEXT_LENGTH:
        raise unprocessable("too_long", f"at most {TEXT_LENGTH} characters")
    if stored and not stored.isspace():
        return stored
    if blank:
        return ""
    raise unprocessable("empty", "nothing to say")


def plain(text: str) -> bool:
    """Tell whether a received or stored text needs no parser. A text that is too long is not checked."""
    if len(text) > TEXT_LENGTH or MARKUP.search(text) or FIRST.match(text):
        return False
    return "://" not in text


def light(text: str) -> bool:
    """Tell whether rendering the text here is cheaper than sending it to another thread or process.

    The slowest such text took 0.7 ms. With brackets, which can begin many links, it would be 4.5 ms.
    """
    return plain(text) or (
        len(text) <= LIGHT_LENGTH and not HEAVY.search(text) and len(SIGN.findall(text)) <= LIGHT_MARKS
    )


def rendered(text: str) -> Text:
    """Return the text with its HTML."""
    return Text(text) if plain(text) else parsed(text)


def parsed(text: str) -> Text:
    """Render a text with the parser. For a text without markup this takes ten times as long as `plain`."""
    if len(MARK.findall(BLOCK.sub("", text))) > MARKS:
        return Text(text)
    env: dict[str, Any] = {}
    markdown = _local.markdown
    tokens = markdown.parse(text, env)
    if _is_plain(tokens, text):
        return Text(text)
    markup = _local.cleaner.clean(markdown.renderer.render(tokens, markdown.options, env).strip())
    shows = 0 < len(markup) <= HTML_LENGTH and html.unescape(re.sub(r"<[^>]*>", "", markup)).strip()
    return Text(text, markup if shows else None)


def _is_plain(tokens: list[Token], text: str) -> bool:
    """Tell whether the rendering is only paragraphs with exactly the characters of the text."""
    leaves = [leaf for token in tokens for leaf in [token, *(token.children or [])]]
    if any(leaf.type not in PLAIN for leaf in leaves):
        return False
    return "".join("".join(leaf.content.split()) for leaf in leaves if leaf.type == "text") == "".join(text.split())


def _markdown() -> MarkdownIt:
    markdown = MarkdownIt("commonmark", {"html": False, "breaks": True})
    markdown.enable(["strikethrough", "table"]).disable(UNUSED)
    markdown.block.ruler.at("table", bounded_table, {"alt": ["paragraph", "reference"]})
    markdown.inline.add_terminator_char("|")
    markdown.inline.ruler.after("strikethrough", "spoiler", spoiler)
    markdown.inline.ruler2.after("strikethrough", "spoiler", pair_spoilers)
    markdown.inline.ruler.before("newline", "bare_link", bare_link)
    markdown.inline.ruler.before("autolink", "mention", mention)
    markdown.core.ruler.push("name_targets", name_targets)
    markdown.core.ruler.push("name_alignments", name_alignments)
    markdown.add_render_rule("fence", _fence)
    overridden: Any = markdown
    overridden.validateLink = lambda url: ADDRESS.match(url) is not None
    overridden.normalizeLink = _unless(USUAL, markdown.normalizeLink)
    overridden.normalizeLinkText = _unless(USUAL, shown_address)
    return markdown


def _fence(renderer: Any, tokens: list[Token], index: int, options: Any, env: dict[str, Any]) -> str:
    from chat.highlighting import fence  # Pygments is loaded with the first code block, in the rendering process

    return fence(tokens, index, env)


def _unless(usual: re.Pattern[str], normalized: Callable[[str], str]) -> Callable[[str], str]:
    return lambda url: url if usual.fullmatch(url) else normalized(url)


class _Local(threading.local):
    """The parser and the HTML cleaner of a thread."""

    def __init__(self) -> None:
        self.markdown = _markdown()
        self.cleaner = nh3.Cleaner(
            tags=TAGS,
            attributes={"a": {"href", "title"}, "ol": {"start"}, "span": {"data-user"}, "*": set()},
            allowed_classes={"span": {"mention", "spoiler", *HIGHLIGHTS}},
            tag_attribute_values={"th": {"align": ALIGNMENTS}, "td": {"align": ALIGNMENTS}},
            url_schemes={"http", "https", "mailto"},
            link_rel="noopener nofollow ugc",
            set_tag_attribute_values={"a": {"target": "_blank"}},
        )


_local = _Local()
