"""Name a browser and its system in two words. Pure.

The rest of the header is not stored, because a full one nearly identifies a person. Sixteen words are enough for that;
ua-parser would add two packages and a megabyte of patterns, and its names would still have to be shortened.
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
"""Each claims to be those that come after it, so the first that is found is meant."""


def summary(header: str) -> str:
    """`Firefox, Linux`; one of the two where only one is known, empty where neither."""
    return ", ".join(filter(None, (_first(BROWSERS, header), _first(SYSTEMS, header))))


def _first(words: dict[str, str], header: str) -> str:
    return next((name for word, name in words.items() if word in header), "")
