"""What people write, rendered once and before it is queued. Pure; linear in the length, which is bounded.

The Markdown is CommonMark's without what a line of talk has no use for or what would hide a word somebody typed:
HTML, images, headings, references, entities. What is left passes an allow-list of tags and addresses.
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
from realtime.errors import unprocessable

TEXT_LENGTH: Final = 10_000
HTML_LENGTH: Final = 40_000
"""a longer rendering is not worth its bytes to everybody: the text is shown as it was typed"""
UNUSED: Final = ["code", "entity", "heading", "hr", "html_block", "html_inline", "image", "lheading", "reference"]
TAGS: Final = {"a", "blockquote", "br", "code", "em", "li", "ol", "p", "pre", "s", "strong", "ul"}
ADDRESS: Final = re.compile(r"https?://[^\s/?#\\]|mailto:\S", re.IGNORECASE | re.ASCII)
"""a target with a host: browsers read `https:///evil.example` as `https://evil.example/`, and a server does not"""
USUAL: Final = re.compile(r"https?://(?:[a-z0-9]+[.-])*[a-z]+(?:/[\w/.~=&?-]*)?", re.ASCII)
"""an address in which there is nothing to encode, for the link or for the eye"""
TAKEN_OUT: Final = r"\x00-\x08\x0b-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069"
CONTROL: Final = re.compile(rf"[{TAKEN_OUT}]")
"""control characters, and those that turn the direction of what follows: `exe.pdf` must not read as `fdp.exe`"""
MARKS: Final = 1_000
"""signs of markup outside code blocks; a line with more would keep everybody's lines waiting, and shows as typed"""
MARK: Final = re.compile(r"[\[\]!*_~`>]|\n|://")
LIGHT_LENGTH, LIGHT_MARKS = 280, 8
"""what the loop itself may parse: a line of talk with an address and a word in bold"""
SIGN: Final = re.compile(r"[!*_~`>\n]|://")
HEAVY: Final = re.compile(rf"[{TAKEN_OUT}\[]|://[!-~]{{0,{LIGHT_LENGTH}}}[^\0-~]")
"""a bracket, an address with letters to encode, and what `written` takes out or makes a line's end of"""
BLOCK: Final = re.compile(r"^```.*?^```", re.MULTILINE | re.DOTALL)
MARKUP: Final = re.compile(rf"[{TAKEN_OUT}\\\[\]!*_~`<>|&\n]")
FIRST: Final = re.compile(r"\s*(?:[-+=]|\d+[.)])")
"""without any of these, nor an address, a line means what it says, also once `CONTROL` is taken out: see `plain`"""
PLAIN: Final = {"paragraph_open", "paragraph_close", "inline", "text", "softbreak"}


class Text(msgspec.Struct, frozen=True, omit_defaults=True):
    """A line of text: as typed, and as HTML where that is more than the text escaped."""

    text: str
    html: str | None = None


def written(text: str) -> str:
    """The text as it is kept, or 422 `empty` / `too_long`."""
    kept = CONTROL.sub("", text.replace("\r\n", "\n").replace("\r", "\n")).rstrip().lstrip("\n")
    if len(kept) > TEXT_LENGTH:
        raise unprocessable("too_long", f"at most {TEXT_LENGTH} characters")
    if not kept or kept.isspace():
        raise unprocessable("empty", "nothing to say")
    return kept


def plain(text: str) -> bool:
    """Whether a text as it came, or as it is kept, needs no parser. One that is too long is not looked at."""
    if len(text) > TEXT_LENGTH or MARKUP.search(text) or FIRST.match(text):
        return False
    return "://" not in text


def light(text: str) -> bool:
    """Whether the text is rendered sooner than it would have gone to another thread and come back.

    Of what was tried the dearest took 0.7 ms; with brackets, each of which may begin any number of links, 4.5.
    """
    return plain(text) or (
        len(text) <= LIGHT_LENGTH and not HEAVY.search(text) and len(SIGN.findall(text)) <= LIGHT_MARKS
    )


def rendered(text: str) -> Text:
    """The text with its HTML."""
    return Text(text) if plain(text) else parsed(text)


def parsed(text: str) -> Text:
    """The same for any text, and ten times as long for one without markup."""
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
    """Whether the rendering would show the very characters of the text and nothing else."""
    leaves = [leaf for token in tokens for leaf in [token, *(token.children or [])]]
    if any(leaf.type not in PLAIN for leaf in leaves):
        return False
    return "".join("".join(leaf.content.split()) for leaf in leaves if leaf.type == "text") == "".join(text.split())


def _markdown() -> MarkdownIt:
    markdown = MarkdownIt("commonmark", {"html": False, "breaks": True})
    markdown.enable("strikethrough").disable(UNUSED)
    markdown.inline.ruler.before("newline", "bare_link", bare_link)
    markdown.core.ruler.push("name_targets", name_targets)
    overridden: Any = markdown
    overridden.validateLink = lambda url: ADDRESS.match(url) is not None
    overridden.normalizeLink = _unless(USUAL, markdown.normalizeLink)
    overridden.normalizeLinkText = _unless(USUAL, shown_address)
    return markdown


def _unless(usual: re.Pattern[str], normalized: Callable[[str], str]) -> Callable[[str], str]:
    return lambda url: url if usual.fullmatch(url) else normalized(url)


class _Local(threading.local):
    """A parser a thread, and what cleans its work, made once."""

    def __init__(self) -> None:
        self.markdown = _markdown()
        self.cleaner = nh3.Cleaner(
            tags=TAGS,
            attributes={"a": {"href", "title"}, "ol": {"start"}, "*": set()},
            url_schemes={"http", "https", "mailto"},
            link_rel="noopener nofollow ugc",
            set_tag_attribute_values={"a": {"target": "_blank"}},
        )


_local = _Local()
