"""Find links in a text and show where they lead. Pure; their number and the work for each are bounded.

A bare address ends before typographic and full-width punctuation. A host is shown in ASCII unless it clearly
of one script. When the text of a link looks like an address of another host, the true host is added beside it.
"""

import re
import unicodedata
from typing import Final
from urllib.parse import unquote

import idna
from markdown_it.rules_core import StateCore
from markdown_it.rules_inline import StateInline
from markdown_it.token import Token

from accounts.skeletons import is_one_script, prototype, scripts, skeleton

LINKS: Final = 50
"""A message has at most so many links; later addresses stay text."""
ENDS: Final = (
    r"\s\x00-\x20\x7f-\xa0<>\"`{}|\\^\u00ab\u00bb\u061c\u200b\u200e\u200f\u2014\u2015\u2018-\u201f\u2026-\u202e\u2039\u203a"
    r"\u2045\u2046\u2066-\u206f\u2308-\u230b\u2329\u232a\u2768-\u2775\u27e6-\u27ef\u2983-\u2998\u3001-\u3003\u3008-\u3011"
    r"\u3014-\u301f\u3030\u303d\ufe10-\ufe19\ufe30-\ufe6b\uff01-\uff0f\uff1a-\uff20\uff3b-\uff40\uff5b-\uff64\ufeff"
)
"""A bare address ends before these characters: spaces, quotes, brackets, full-width punctuation, directions."""
LABELS: Final = 10
"""A host with letters of other scripts may have so many dots. Encoding each label costs, and real hosts have fewer."""
SCHEME: Final = re.compile(r"(?:^|[^a-z0-9.+-])(https?)$", re.IGNORECASE | re.ASCII)
AUTHORITY: Final = re.compile(
    rf"://(?P<user>[^{ENDS}/?#@\[\]()]{{1,100}}@)?(?P<host>[^{ENDS}!-/:-@\[-_~][^{ENDS}!-,/:-@\[-^~]{{0,252}})"
    rf"(?P<port>:\d{{1,5}})?"
)
REST: Final = re.compile(rf"[/?#][^{ENDS}]{{0,2000}}")
TRAILING: Final = ".,:;!?'*~(["
"""Punctuation at the end of an address belongs to the sentence around it."""
BRACKETS: Final = {")": "(", "]": "["}
TARGET: Final = re.compile(r"(?:https?://(?:[^/?#]*@)?(\[[^\]]*\]|[^/?#:]*)|mailto:([^?]*))", re.IGNORECASE)
USER: Final = re.compile(r"\w+://[^/?#]*@")
USUAL_HOST: Final = re.compile(r"(?:[a-z0-9]+[.-])*[a-z0-9]+", re.ASCII)
ESCAPED: Final = re.compile(r"(?:%[89a-f][0-9a-f])+", re.IGNORECASE)
DOTS: Final = re.compile(r"(?<=[a-zA-Z0-9])[\u3002\u06d4](?=[a-zA-Z0-9])")
LOOKS_LIKE_ADDRESS: Final = re.compile(
    r"(?P<user>[^\s/?#@]{1,100}@)?(?P<host>(?<=://)[\w.-]{1,253}|(?:\d{1,3}\.){3}\d{1,3}|"
    r"(?:[^\W_](?:[\w-]{0,61}\w)?\.){1,20}(?:[^\W\d_]{2,63}|xn--[\w-]{1,59}))(?![\w-])(?:[/?#:]\S*)?"
)
HALF_ADDRESS: Final = re.compile(r"(?:^|\s)\.[^\W\d_]{2}|://(?!\w)")
"""The text has a part of an address, which the text around the link may complete."""
TEXT_LENGTH: Final = 500
"""Addresses are searched in so many characters of a link's text; a longer text counts as another address."""


def bare_link(state: StateInline, silent: bool) -> bool:
    """Turn an address in the text into a link: a rule of markdown-it, called at the colon."""
    if silent or state.linkLevel or not state.src.startswith("://", state.pos):
        return False
    scheme = SCHEME.search(state.src[max(0, state.pos - 6) : state.pos])
    count = state.env.get("links", 0)
    if scheme is None or count == LINKS:
        return False
    state.env["links"] = count + 1
    end = address_end(state.src, state.pos, state.posMax)
    if end is None:
        return False
    start = state.pos - len(scheme[1])
    href = state.md.normalizeLink(state.src[start:end])
    if not state.md.validateLink(href):
        return False
    state.pending = state.pending[: -len(scheme[1])]
    state.push("link_open", "a", 1).attrs = {"href": href}
    state.tokens[-1].info = "auto"
    state.push("text", "", 0).content = state.md.normalizeLinkText(state.src[start:end])
    state.push("link_close", "a", -1).info = "auto"
    state.pos = end
    return True


def address_end(text: str, colon: int, limit: int) -> int | None:
    """Return the end of the address whose `://` is at `colon`, or None when no host follows."""
    found = AUTHORITY.match(text, colon, limit)
    if found is None or _encoded(found["host"].rstrip(".-")) is None:
        return None
    end = found.end()
    if not found["port"] and found["host"][-1] in ".-" and not REST.match(text, end, limit):
        return end - (len(found["host"]) - len(found["host"].rstrip(".-")))
    if rest := REST.match(text, end, limit):
        end = _trimmed(text, end, rest.end())
    return end


def _trimmed(text: str, start: int, end: int) -> int:
    """Return the end without the sentence's punctuation, and without a bracket opened before the address."""
    opened: list[str] = []
    for at in range(start, end):
        character = text[at]
        if character in "([":
            opened.append(character)
        elif character in BRACKETS and (not opened or opened.pop() != BRACKETS[character]):
            end = at
            break
    while end > start and text[end - 1] in TRAILING:
        end -= 1
    return end


def true_host(href: str) -> str:
    """Return the host that a link leads to, as it is shown. For a `mailto:` link, return the whole e-mail address."""
    found = TARGET.match(href)
    if found is None:
        return href
    return shown_host(found[1]) if found[2] is None else found[2]


def shown_host(host: str) -> str:
    """Return a host in Unicode when it is clearly of one script, else in ASCII."""
    if USUAL_HOST.fullmatch(host) and "xn--" not in host:
        return host
    encoded = _encoded(host)
    if encoded is None:
        return host if host.isascii() else ascii(host)[1:-1]
    try:
        decoded = idna.decode(encoded)
    except idna.IDNAError:
        return encoded
    return decoded if _is_plain(decoded) else encoded


def shown_address(url: str) -> str:
    """Return an address as it is shown. Only letters of the path are decoded, no signs, spaces or direction marks."""
    found = AUTHORITY.match(url, max(0, url.find("://")))
    if found is None:
        return _visible(url)
    before, after = url[: found.start("host")], url[found.end("host") :]
    return _visible(before) + shown_host(found["host"].rstrip(".")) + _visible(ESCAPED.sub(_letters, after))


def name_targets(state: StateCore) -> None:
    """Put the true host beside the text of each link that looks like another address: a rule of markdown-it."""
    for block in state.tokens:
        if block.children and any(token.type == "link_open" for token in block.children):
            block.children = _named(block.children)


def _named(tokens: list[Token]) -> list[Token]:
    named: list[Token] = []
    opened, text = None, ""
    for token in tokens:
        if token.type == "link_open":
            opened, text = token, ""
        elif opened and token.type == "link_close":
            href = str(opened.attrs["href"])
            if text != href or USER.match(href):
                opened.attrs["title"] = href
                host = true_host(href)
                if leads_elsewhere(text, host):
                    named.append(Token("text", "", 0, content=f" ({host})", level=token.level + 1))
            else:
                opened.attrs.pop("title", None)
            opened = None
        elif opened:
            text += " " if token.type in {"softbreak", "hardbreak"} else token.content
        named.append(token)
    return named


def leads_elsewhere(text: str, host: str) -> bool:
    """Tell whether a link's text looks like an address of another host than the one it leads to."""
    if len(text) > TEXT_LENGTH:
        return True
    text, host = _letters_only(text), _letters_only(host)
    for found in LOOKS_LIKE_ADDRESS.finditer(text):
        user = found["user"] or ""
        if (user and "@" not in host) or not _same(user + found["host"] if "@" in host else found["host"], host):
            return True
    return HALF_ADDRESS.search(text) is not None


def _letters_only(text: str) -> str:
    """Return a text with ordinary dots, and without marks and spaces that are hard to see."""
    if text.isascii():
        return text
    seen = (c for c in unicodedata.normalize("NFKC", _unspaced(text)) if unicodedata.category(c)[0] not in "CM")
    return DOTS.sub(".", "".join("." if prototype(c) == "." else c for c in seen))


def _unspaced(text: str) -> str:
    return "".join(c for c in text if c == " " or unicodedata.category(c) != "Zs")


def _same(one: str, other: str) -> bool:
    return one.lower().strip(".[]").removeprefix("www.") == other.lower().strip(".[]").removeprefix("www.")


def _is_plain(host: str) -> bool:
    """Tell whether a host cannot be mistaken for another one: one script, and no look-alike of Latin letters.

    A Latin domain may follow a name in a script whose letters do not look like Latin ones.
    """
    if skeleton(host).isascii():
        return False
    name, _, domain = host.rpartition(".")
    if domain.isascii() and not scripts(name) & {"CYRILLIC", "GREEK", "ARMENIAN", "CHEROKEE", "LISU", "COPTIC"}:
        return is_one_script(name)
    return is_one_script(host)


def _encoded(host: str) -> str | None:
    if USUAL_HOST.fullmatch(host):
        return host
    if host.isascii() and "xn--" not in host.lower():
        return host.lower() if re.fullmatch(r"(?:[\w-]+\.)*[\w-]+", host) else None
    if host.count(".") > LABELS:
        return None
    try:
        return idna.encode(host, uts46=True).decode()
    except (idna.IDNAError, UnicodeError):
        return None


def _letters(escaped: re.Match[str]) -> str:
    try:
        text = unquote(escaped[0], errors="strict")
    except UnicodeDecodeError:
        return escaped[0]
    return text if all(unicodedata.category(character)[0] in "LN" for character in text) else escaped[0]


def _visible(text: str) -> str:
    """Return the text with its invisible characters percent-encoded."""
    if text.isascii():
        return text
    return "".join(c if unicodedata.category(c)[0] in "LMNPS" else f"%{c.encode().hex('%').upper()}" for c in text)
