"""Random results that the server draws: dice, a coin, one of several options."""

import re
from secrets import SystemRandom
from typing import Final

from game.cards import Flip, Pick, Roll
from realtime import unprocessable

DICE: Final = re.compile(r"(\d{0,2})[dD](\d{1,4})(?:([+-])(\d{1,4}))?")
COMMAS: Final = "[,\uff0c\u3001\n]"
"""Separators of options: commas, also the Chinese ones, and line breaks."""
DICE_AT_ONCE: Final = 20
SIDES: Final = 1000
OPTIONS: Final = 20
OPTION_LENGTH: Final = 100
_random = SystemRandom()


def roll(dice: str) -> Roll:
    """Roll dice like `2d6+1`. An empty text is one die of six sides."""
    given = "".join(dice.split()) or "1d6"
    parts = DICE.fullmatch(given)
    if not parts:
        raise unprocessable("bad_dice", dice[:20])
    count, sides, bonus = int(parts[1] or 1), int(parts[2]), int((parts[3] or "+") + (parts[4] or "0"))
    if not (0 < count <= DICE_AT_ONCE and 1 < sides <= SIDES):
        raise unprocessable("bad_dice", dice[:20])
    rolls = [_random.randint(1, sides) for _ in range(count)]
    return Roll(f"{count}d{sides}{f'{bonus:+d}' if bonus else ''}", rolls, sum(rolls) + bonus)


def flip() -> Flip:
    return Flip(_random.choice(["heads", "tails"]))


def pick(options: str) -> Pick:
    """Pick one of `a, b, c`."""
    given = [option.strip() for option in re.split(COMMAS, options) if option.strip()]
    if not 2 <= len(given) <= OPTIONS or any(len(option) > OPTION_LENGTH for option in given):
        raise unprocessable("bad_pick")
    return Pick(given, _random.choice(given))
