"""Find the links of a message that get a preview. Pure."""

import hashlib
import re
from typing import Final

from chat.text import links_in

PREVIEWS: Final = 3
"""A message has at most so many previews."""
SPOILER: Final = '<span class="spoiler"'
SPAN: Final = re.compile(r"(<span[^>]*>|</span>)")


def links_of(html: str | None) -> list[str]:
    """Return the addresses of the first links in a message, each once."""
    return list(dict.fromkeys(links_in(_outside_spoilers(html or ""))))[:PREVIEWS]


def _outside_spoilers(html: str) -> str:
    """Return the markup without spoilers and what is inside, because a preview must not show what they hide."""
    kept, depth = [], 0
    for part in SPAN.split(html):
        if depth or part.startswith(SPOILER):
            depth += part.startswith("<span") - (part == "</span>")
        else:
            kept.append(part)
    return "".join(kept)


def key_of(url: str) -> str:
    """Return the key under which the page of an address is cached. The address itself is not stored there."""
    return hashlib.sha256(url.partition("#")[0].encode()).hexdigest()
