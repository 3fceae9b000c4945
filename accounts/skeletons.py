"""Skeletons: texts that look alike have the same one (UTS #39, section 4). Pure.

The tables are Unicode's confusables and scripts, from the package `confusable-homoglyphs`.
"""

import re
import unicodedata
from functools import cache
from typing import Final

from confusable_homoglyphs import categories
from confusable_homoglyphs.confusables import confusables_data

STROKE: Final = re.compile(r"i|(?<=\w)!(?=\w)")
"""Readers take an upright stroke for the letter that fits: `Al|ce`, `Al1ce` and `AIice` look like `Alice`."""
DROPPED: Final = frozenset({"Pc", "Pd", "Pe", "Pf", "Pi", "Po", "Ps", "Zs", "Sc", "Sk", "Sm", "Cf"})
"""Characters of these categories do not make names different: punctuation, spaces, signs."""
STYLED: Final = re.compile(r"(?:SMALL CAPITAL|NEGATIVE \w+ LATIN CAPITAL LETTER|SYMBOL LETTER) ([A-Z])$")
"""Unicode names of letters that the confusables lack: small capitals, letters in black squares, letters of flags."""
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
    """Return the scripts of a text, without those in `NEUTRAL`."""
    return {script(character) for character in text} - NEUTRAL


def is_one_script(text: str) -> bool:
    """Tell whether a text is written in one script, or in those of one writing system."""
    found = scripts(text)
    return len(found) <= 1 or any(found <= together for together in SCRIPTS_TOGETHER)


def skeleton(text: str) -> str:
    """Return the skeleton of a text. It is equal for all texts that look like this one, in any case of the letters.

    Marks of another script than their letter, and marks that NFC does not join with a letter, are removed.
    """
    once = _mapped(_reduced(unicodedata.normalize("NFKC", text)))
    return _mapped(once.casefold())


def name_skeleton(name: str) -> str:
    """Return the skeleton of a name, without punctuation and spaces unless there is nothing else."""
    whole = STROKE.sub("l", skeleton(name))
    return "".join(character for character in whole if unicodedata.category(character) not in DROPPED) or whole


@cache
def prototype(character: str) -> str:
    """Return the character that represents all characters that look like this one."""
    if styled := STYLED.search(unicodedata.name(character, "")):
        return styled[1]
    if character in "ĸк":
        return "k"
    alike = _alike(character)
    if len(alike) != 1:  # a prototype lists all look-alikes; each of them lists only the prototype
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
    """Remove marks that NFC has not joined with a letter, except those of the letter's own script."""
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
