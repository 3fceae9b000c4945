"""Names as they are shown and as they are compared. Pure.

Sources: Unicode D146 (canonical caseless matching of compatibility forms), UAX #44 (categories, default ignorables).
"""

import unicodedata
from typing import Final

from realtime.protocol import unprocessable

NAME_LENGTH: Final = 32
RAW_LENGTH: Final = 1_000
"""characters of a name or topic as it is typed, with all that is taken out of it"""
FOLDED_LENGTH: Final = 128
UNSEEN_CATEGORIES: Final = frozenset({"Cc", "Cf", "Cn", "Co", "Cs", "Zl", "Zp"})
"""control, format (bidi and zero-width among them), unassigned, private, surrogate, line and paragraph separators"""
UNSEEN: Final = frozenset(map(chr, [0x034F, 0x115F, 0x1160, 0x17B4, 0x17B5, 0x2800, 0x3164, 0xFFA0, 0x16FE4, 0x1D159]))
"""letters and marks that take up room and show nothing"""
VARIATIONS: Final = frozenset(map(chr, [*range(0x180B, 0x1810), *range(0xFE00, 0xFE10), *range(0xE0100, 0xE01F0)]))


def clean(text: str, length: int = NAME_LENGTH) -> str:
    """One visible line of at most `length` characters, or 422 `empty` / `too_long`."""
    if len(text) > RAW_LENGTH:  # `normalize` takes quadratic time over a run of marks
        raise unprocessable("too_long", f"at most {length} characters")
    spaced = " ".join(text.split())
    name = " ".join("".join(filter(_is_seen, unicodedata.normalize("NFC", spaced))).split())
    if all(unicodedata.category(character)[0] in "MZ" for character in name):  # marks alone sit on their neighbour
        raise unprocessable("empty", "nothing to be seen")
    if len(name) > length:
        raise unprocessable("too_long", f"at most {length} characters")
    return name


def fold(name: str) -> str:
    """What two names share when people would take them for one."""
    once = unicodedata.normalize("NFKC", unicodedata.normalize("NFD", name).casefold())
    return unicodedata.normalize("NFKC", once.casefold())


def cleaned(name: str) -> tuple[str, str]:
    """A person's name, shown and folded; 422 `too_long` too where folding would grow it without bound."""
    shown = clean(name)
    folded = fold(shown)
    if len(folded) > FOLDED_LENGTH:
        raise unprocessable("too_long", f"at most {NAME_LENGTH} characters")
    return shown, folded


def _is_seen(character: str) -> bool:
    return (
        unicodedata.category(character) not in UNSEEN_CATEGORIES
        and character not in UNSEEN
        and character not in VARIATIONS
    )
