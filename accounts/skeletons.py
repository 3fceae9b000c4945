"""Skeletons: the same for texts that look alike (UTS #39, section 4). Pure.

The tables are Unicode's confusables and scripts, as the package `confusable-homoglyphs` carries them.
"""

import re
import unicodedata
from functools import cache
from typing import Final

from confusable_homoglyphs import categories
from confusable_homoglyphs.confusables import confusables_data

STROKE: Final = re.compile(r"i|(?<=\w)!(?=\w)")
"""An upright stroke is read as the letter that fits: `Al|ce`, `Al1ce` and `AIice` pass for `Alice`."""
DROPPED: Final = frozenset({"Pc", "Pd", "Pe", "Pf", "Pi", "Po", "Ps", "Zs", "Sc", "Sk", "Sm", "Cf"})
"""Characters of these categories do not make names different: punctuation, spaces, signs."""
STYLED: Final = re.compile(r"(?:SMALL CAPITAL|NEGATIVE \w+ LATIN CAPITAL LETTER|SYMBOL LETTER) ([A-Z])$")
"""The Unicode names of letters outside the confusables: small capitals, letters in black squares, of flags."""
NEUTRAL: Final = frozenset({"COMMON", "INHERITED", "UNKNOWN"})
SCRIPTS_TOGETHER: Final = (
    frozenset({"HAN", "HIRAGANA", "KATAKANA"}),
    frozenset({"HAN", "HANGUL"}),
    frozenset({"HAN", "BOPOMOFO"}),
)
"""Writing systems that use several scripts."""


@cache
def script(character: str) -> str:
    """Return the script of a character, in upper case: LATIN, HAN, COMMON."""
    name: str = categories.alias(character) or "UNKNOWN"
    return name


def scripts(text: str) -> set[str]:
    """Return the scripts of a text, without those that all share."""
    return {script(character) for character in text} - NEUTRAL


def is_one_script(text: str) -> bool:
    """Tell whether a text is written in one script, or in those of one writing system."""
    found = scripts(text)
    return len(found) <= 1 or any(found <= together for together in SCRIPTS_TOGETHER)


def skeleton(text: str) -> str:
    """Return what all texts share that look like this one, whatever their letters' case.

    Marks that belong to another script than their letter, and such as no letter is written with, are left out.
    """
    once = _mapped(_reduced(unicodedata.normalize("NFKC", text)))
    return _mapped(once.casefold())


def name_skeleton(name: str) -> str:
    """Return a name's skeleton. One that has nothing but punctuation is compared as it is."""
    whole = STROKE.sub("l", skeleton(name))
    return "".join(character for character in whole if unicodedata.category(character) not in DROPPED) or whole


@cache
def prototype(character: str) -> str:
    """Return what stands for all that look like this character."""
    if styled := STYLED.search(unicodedata.name(character, "")):
        return styled[1]
    if character in "ĸк":
        return "k"
    alike = _alike(character)
    if len(alike) != 1:  # the prototype has all the others; each of them has the prototype alone
        return character
    (other,) = alike
    if len(other) > 1 or len(_alike(other)) > 1:
        return other
    return min(character, other, key=lambda each: (unicodedata.normalize("NFKC", each) != each, each))


def _alike(text: str) -> list[str]:
    found = confusables_data.get(text) or confusables_data.get(f"\u200e{text}\u200e") or []
    return [each["c"].strip("\u200e") for each in found]


def _mapped(text: str) -> str:
    return unicodedata.normalize("NFC", "".join(map(prototype, unicodedata.normalize("NFC", text))))


def _reduced(text: str) -> str:
    """Leave out the marks that NFC could not join with a letter, but for those of the letter's own script."""
    if text.isascii():
        return text
    kept, base = [], "COMMON"
    for character in text:
        if unicodedata.category(character)[0] != "M":
            base = script(character)
        elif script(character) != base:
            continue
        kept.append(character)
    return "".join(kept)
