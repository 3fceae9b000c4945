"""Name a browser and its system in two words. Pure.

The rest of the header is not stored, because a full one nearly identifies a person. Sixteen words are enough here.
ua-parser would add two packages and a megabyte of patterns, and its names would still be too long.
"""

from typing import Final

BROWSERS: Final = {
    "Edg": "Edge",
    "OPR": "Opera",
    "SamsungBrowser": "Samsung Internet",
    "MicroMessenger": "WeChat",
    "Firefox": "Firefox",
    "FxiOS": "Firefox",
    "CriOS": "Chrome",
    "Chrome": "Chrome",
    "Safari": "Safari",
}
SYSTEMS: Final = {
    "iPhone": "iPhone",
    "iPad": "iPad",
    "Android": "Android",
    "CrOS": "ChromeOS",
    "Windows": "Windows",
    "Macintosh": "macOS",
    "Linux": "Linux",
}
"""A system, like a browser, may also claim to be one that comes later in its table. So the first match counts."""


def summary(header: str) -> str:
    """Return a text like `Firefox, Linux`, without an unknown part; empty when both are unknown."""
    return ", ".join(filter(None, (_first(BROWSERS, header), _first(SYSTEMS, header))))


def _first(words: dict[str, str], header: str) -> str:
    return next((name for word, name in words.items() if word in header), "")
