"""Read a preview from the head of a page: text only, bounded, without control characters. Pure."""

import codecs
import re
import unicodedata
from itertools import islice
from typing import Final, NamedTuple
from urllib.parse import urljoin

from selectolax.lexbor import LexborHTMLParser

from chat.links import true_host

SITE_LENGTH, TITLE_LENGTH, TEXT_LENGTH = 60, 150, 300
METAS: Final = 300
"""Later `meta` elements are ignored."""
TAG_LENGTH: Final = 6_000
"""A tag, or a title, is read up to so many characters."""
READ_LENGTH: Final = 2_000
"""The most characters of a value that are cleaned."""
META: Final = re.compile(r"<meta\b", re.IGNORECASE)
META_TAG: Final = re.compile(r"<meta\b(?>[^<>\"']+|\"[^\"]*\"|'[^']*')*+>", re.IGNORECASE)
TITLE_START: Final = re.compile(r"<title\b", re.IGNORECASE)
TITLE: Final = re.compile(r"<title\b[^<>]{0,200}>[^<]*+(?:<(?!/title)[^<]*+)*+", re.IGNORECASE)
CHARSETS: Final = {
    *("utf-8", "utf-16", "utf-16-le", "utf-16-be", "ascii", "koi8-r", "koi8-u", "gbk", "gb2312", "gb18030"),
    *("big5", "big5hkscs", "shift_jis", "cp932", "euc_jp", "iso2022_jp", "euc_kr", "cp949"),
    *(f"cp125{number}" for number in range(8)),
    *(f"iso8859-{number}" for number in (1, 2, 5, 7, 9, 15)),
}
"""The codecs of texts. Python has others, some of which are slow or unpack data."""
META_CHARSET: Final = re.compile(rb"<meta[^>]{0,200}charset\s*=\s*[\"']?([\w:.-]{1,40})", re.IGNORECASE)
BOMS: Final = ((codecs.BOM_UTF8, "utf-8"), (codecs.BOM_UTF16_LE, "utf-16"), (codecs.BOM_UTF16_BE, "utf-16"))
JOINERS: Final = "\u200c\u200d"
"""Invisible characters that words of some scripts, and emoji, need."""
SPACES: Final = {"Cc", "Zl", "Zp", "Zs"}
INVISIBLE: Final = {"Cf", "Cs", "Co", "Cn"}


class Page(NamedTuple):
    """The texts of a page, and the address of its picture, which is not checked yet."""

    site: str
    title: str
    text: str
    image: str


def page_of(url: str, body: bytes, charset: str) -> Page | None:
    """Return the texts of the page at `url`, or None when it has no title."""
    parsed = LexborHTMLParser(_tags(_decoded(body, charset)))
    metas: dict[str, str] = {}
    for meta in parsed.css("meta"):
        name = (meta.attributes.get("property") or meta.attributes.get("name") or "").strip().lower()
        if name and (content := meta.attributes.get("content")):
            metas.setdefault(name, content)
    element = parsed.css_first("title")
    title = cleaned(metas.get("og:title") or (element.text() if element else ""), TITLE_LENGTH)
    text = cleaned(metas.get("og:description") or metas.get("description") or "", TEXT_LENGTH)
    image = metas.get("og:image:secure_url") or metas.get("og:image") or metas.get("twitter:image") or ""
    if not title:
        return None
    return Page(_site(url, metas.get("og:site_name", "")), title, "" if text == title else text, _absolute(url, image))


def _tags(markup: str) -> str:
    """Return the title and the `meta` elements alone. To parse a page of deeply nested elements takes minutes."""
    starts = [found.start() for found in islice(META.finditer(markup), METAS)]
    tags = [META_TAG.match(markup[start : start + TAG_LENGTH]) for start in starts]
    title = TITLE_START.search(markup)
    named = TITLE.match(markup[title.start() : title.start() + TAG_LENGTH]) if title else None
    return "".join([f"{named[0]}</title>" if named else "", *(tag[0] for tag in tags if tag)])


def cleaned(text: str, length: int) -> str:
    """Return a text in one line without control and direction characters, cut at the length."""
    seen = (_shown(character) for character in text[:READ_LENGTH])
    line = " ".join("".join(seen).split()).strip(JOINERS)
    return line if len(line) <= length else f"{line[: length - 1].rstrip()}…"


def _shown(character: str) -> str:
    category = unicodedata.category(character)
    if category in SPACES:
        return " "
    return "" if category in INVISIBLE and character not in JOINERS else character


def _site(url: str, name: str) -> str:
    """Return the name of the site with its host. The host is always there, because a page can claim any name."""
    host = true_host(url).removeprefix("www.")
    name = cleaned(name, SITE_LENGTH)
    return host if not name or name.lower() in host.lower() else f"{name} · {host}"


def _absolute(url: str, image: str) -> str:
    try:
        return urljoin(url, image.strip()) if image.strip() else ""
    except ValueError:
        return ""


def _decoded(body: bytes, charset: str) -> str:
    marked = [name for mark, name in BOMS if body.startswith(mark)]
    found = META_CHARSET.search(body[:2048])
    for name in (*marked, charset, found[1].decode("ascii", "ignore") if found else "", "utf-8"):
        if codec := _codec(name):
            return body.decode(codec, "replace")
    return ""


def _codec(name: str) -> str:
    """Return the codec for the name of a charset. GB2312 on the web is GB18030, and Latin 1 is Windows-1252."""
    try:
        codec = codecs.lookup(name).name if name else ""
    except (LookupError, ValueError):
        return ""
    wider = {"gb2312": "gb18030", "gbk": "gb18030", "iso8859-1": "cp1252", "ascii": "cp1252", "shift_jis": "cp932"}
    return wider.get(codec, codec) if codec in CHARSETS else ""
