"""Avatars: one emoji or the initials, on one of twelve colours. Pure.

Source: UTS #51 for the parts of an emoji sequence, without its tables. On the wire an avatar is `face` and `colour`.
"""

import re
import unicodedata
from typing import Final

from realtime import INVALID_PARAMS, RealtimeError

FACE_LENGTH: Final = 8
COLOURS: Final = 12
WITHOUT_SPACES: Final = ("CJK ", "HANGUL ", "HIRAGANA ", "KATAKANA ")
PICTURE: Final = (
    "[\u203c\u2049\u2122\u2139\u2190-\u21ff\u2300-\u27bf\u2934\u2935\u2b00-\u2bff"
    "\u3030\u303d\u3297\u3299\U0001f000-\U0001faff]"
)
CHANGED: Final = "[\ufe0e\ufe0f\U0001f1e6-\U0001f1ff\U0001f3fb-\U0001f3ff\U000e0020-\U000e007f]*"
"""The characters that change an emoji: presentation, second letter of a flag, skin tone, letters of a region."""
EMOJI: Final = re.compile(rf"[0-9#*]\ufe0f?\u20e3|{PICTURE}{CHANGED}(?:\u200d{PICTURE}{CHANGED})*")


def checked(face: str, colour: int) -> tuple[str, int]:
    """Return face and colour unchanged. Raise −32602 for values that no page offers."""
    if not _is_face(face) or colour not in range(COLOURS):
        raise RealtimeError(INVALID_PARAMS, "invalid_params", "face: one emoji or nothing; colour: 0 to 11")
    return face, colour


def _is_face(face: str) -> bool:
    return not face or (len(face) <= FACE_LENGTH and EMOJI.fullmatch(face) is not None)


def initials(name: str) -> str:
    """Return one or two letters, or one character for scripts that are written without spaces."""
    parts = [part for part in re.split(r"[\s\-_.]+", name.strip()) if part]
    if any(unicodedata.name(sign, "").startswith(WITHOUT_SPACES) for sign in name):
        return name.strip()[0]
    return (parts[0][0] + parts[1][0] if len(parts) > 1 else (parts or ["?"])[0][:2]).upper()
