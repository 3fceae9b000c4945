"""The emoji of reactions: validated here only. Pure.

Source: the table of the package `emoji`, which lists the sequences of Unicode's `emoji-test.txt`.
"""

from typing import Final

from emoji import EMOJI_DATA, STATUS

from realtime import unprocessable

EMOJI_LENGTH: Final = max(map(len, EMOJI_DATA))
"""No emoji has more code points."""
PRESENTATION: Final = "\ufe0f"
"""The character that asks for a colourful picture. Keyboards leave it out, or add it where it changes nothing."""
QUALIFIED: Final = {
    sign.replace(PRESENTATION, ""): sign
    for sign, facts in EMOJI_DATA.items()
    if facts["status"] == STATUS["fully_qualified"]
}


def reaction_emoji(text: str) -> str:
    """Return the one emoji that the text is, in its full spelling. Raise 422 `bad_emoji` for any other text."""
    found = QUALIFIED.get(text.replace(PRESENTATION, "")) if 0 < len(text) <= EMOJI_LENGTH else None
    if found is None:
        raise unprocessable("bad_emoji", "a reaction is one emoji")
    return found
