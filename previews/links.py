"""Find the links of a message that get a preview. Pure."""

import hashlib
import re
from typing import Final

from chat.text import links_in

PREVIEWS: Final = 3
"""A message has at most so many previews."""
SPOILER: Final = re.compile(r'<span class="spoiler"[^>]*>.*?</span>', re.DOTALL)
"""A preview must not show what a spoiler hides."""


def links_of(html: str | None) -> list[str]:
    """Return the addresses of the first links in a message, each once."""
    return list(dict.fromkeys(links_in(SPOILER.sub("", html or ""))))[:PREVIEWS]


def key_of(url: str) -> str:
    """Return the key under which the page of an address is cached. The address itself is not stored there."""
    return hashlib.sha256(url.partition("#")[0].encode()).hexdigest()
