"""Clean names for display, and fold them for comparison. Pure.

Sources: Unicode D146 (canonical caseless matching of compatibility forms), UAX #44 (categories, default ignorables).
"""

import unicodedata
from typing import Final

from accounts.skeletons import name_skeleton, script
from realtime import unprocessable

NAME_LENGTH: Final = 32
RAW_LENGTH: Final = 1_000
"""A typed name or topic may have so many characters, including those that are removed."""
FOLDED_LENGTH: Final = 128
UNSEEN_CATEGORIES: Final = frozenset({"Cc", "Cf", "Cn", "Co", "Cs", "Zl", "Zp"})
"""Control, format (also bidi and zero-width), unassigned, private, surrogate, line and paragraph separators."""
UNSEEN: Final = frozenset(map(chr, [0x034F, 0x115F, 0x1160, 0x17B4, 0x17B5, 0x2800, 0x3164, 0xFFA0, 0x16FE4, 0x1D159]))
"""Letters and marks that take up space and show nothing."""
VARIATIONS: Final = frozenset(map(chr, [*range(0x180B, 0x1810), *range(0xFE00, 0xFE10), *range(0xE0100, 0xE01F0)]))
ZWNJ, ZWJ, EMOJI_STYLE, KEYCAP = "\u200c", "\u200d", "\ufe0f", "\u20e3"
JOINING: Final = frozenset({"ARABIC", "SYRIAC", "MANDAIC", "MONGOLIAN", "NKO", "PHAGS_PA", "ADLAM", "HANIFI_ROHINGYA"})
"""The letters of these scripts join, so a joiner or non-joiner between two of them is visible."""
VIRAMA: Final = 9
"""The combining class of marks after which a joiner decides how a conjunct looks (RFC 5892, A.1 and A.2)."""
MARKS: Final = 3
"""A letter may have so many marks; more would be drawn over its neighbours."""
BADGES: Final = frozenset("✓✔☑✅🗸🗹⍻🮱👑🛡🤖🔰🎖")
"""A name may not contain these signs, which suggest a verified person, a host, a moderator or a bot."""


def clean(text: str, length: int = NAME_LENGTH) -> str:
    """Return the text as one visible line of at most `length` characters. Raise 422 `empty` or `too_long`."""
    if len(text) > RAW_LENGTH:  # `normalize` takes quadratic time over a run of marks
        raise unprocessable("too_long", f"at most {length} characters")
    spaced = " ".join(text.split())
    name = " ".join(unicodedata.normalize("NFC", _seen(unicodedata.normalize("NFC", spaced))).split())
    if all(unicodedata.category(character)[0] in "MZ" for character in name):  # marks alone cover their neighbour
        raise unprocessable("empty", "nothing to be seen")
    if len(name) > length:
        raise unprocessable("too_long", f"at most {length} characters")
    return name


def fold(name: str) -> str:
    """Return a key that is equal for names that differ only in case, width or joiners."""
    bare = name.translate(dict.fromkeys(map(ord, (ZWNJ, ZWJ, EMOJI_STYLE))))
    once = unicodedata.normalize("NFKC", unicodedata.normalize("NFD", bare).casefold())
    return unicodedata.normalize("NFKC", once.casefold())


def cleaned(name: str) -> tuple[str, str]:
    """Return a person's name, as shown and folded. Raise 422 `too_long` also when the folded name is too long."""
    shown = clean(name)
    if not BADGES.isdisjoint(shown):
        shown = clean("".join(character for character in shown if character not in BADGES))
    folded = fold(shown)
    if len(folded) > FOLDED_LENGTH:
        raise unprocessable("too_long", f"at most {NAME_LENGTH} characters")
    return shown, folded


def look(name: str) -> str:
    """Return the skeleton of a name, cut to `FOLDED_LENGTH`. Names that look alike have the same one."""
    return name_skeleton(name)[:FOLDED_LENGTH]


def _seen(text: str) -> str:
    """Remove invisible characters, and marks beyond `MARKS` on a letter. Joiners stay where they are visible."""
    if text.isascii():
        return "".join(filter(_is_seen, text))
    kept, marks = "", 0
    for character, after in zip(text, [*text[1:], ""], strict=True):
        category = unicodedata.category(character)
        if character in (ZWNJ, ZWJ):
            keep = bool(kept and after) and _joins(character, kept[-1], after)
        elif character == EMOJI_STYLE:
            keep = bool(kept) and (unicodedata.category(kept[-1]) == "So" or after == KEYCAP)
        elif category in ("Mn", "Me"):
            marks += 1
            keep = marks <= MARKS and _is_seen(character) and (category == "Mn" or character == KEYCAP)
        else:
            marks, keep = 0, _is_seen(character)
        kept += character if keep else ""
    return kept


def _joins(joiner: str, before: str, after: str) -> bool:
    if unicodedata.combining(before) == VIRAMA:
        return unicodedata.category(after)[0] == "L"
    if script(before) in JOINING and script(after) in JOINING:
        return True
    picture = unicodedata.category(before) == "So" or before == EMOJI_STYLE or "\U0001f3fb" <= before <= "\U0001f3ff"
    return joiner == ZWJ and picture and unicodedata.category(after) == "So"


def _is_seen(character: str) -> bool:
    return (
        unicodedata.category(character) not in UNSEEN_CATEGORIES
        and character not in UNSEEN
        and character not in VARIATIONS
    )
