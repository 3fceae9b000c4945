"""Random numbers: SplitMix64 on integers. Its state is part of the game's, so that a replay draws the same numbers.

Guy L. Steele Jr., Doug Lea, Christine H. Flood, "Fast Splittable Pseudorandom Number Generators", OOPSLA 2014;
the constants are those of Sebastiano Vigna's https://prng.di.unimi.it/splitmix64.c.
"""

from typing import Final

WORD: Final = 2**64


def seeded(seed: int) -> int:
    """Return the first random state for any integer, as a number that fits into 64 bits."""
    return seed % WORD


def below(chance: int, n: int) -> tuple[int, int]:
    """Return a uniform number from 0 to n-1 and the next random state.

    `chance` is any integer, `n` is from 1 to 2**64.
    """
    even = WORD - WORD % n  # a word of this value or more would favour the small numbers
    word, chance = _word(chance)
    while word >= even:
        word, chance = _word(chance)
    return word % n, chance


def _word(chance: int) -> tuple[int, int]:
    chance = (chance + 0x9E3779B97F4A7C15) % WORD
    mixed = (chance ^ chance >> 30) * 0xBF58476D1CE4E5B9 % WORD
    mixed = (mixed ^ mixed >> 27) * 0x94D049BB133111EB % WORD
    return mixed ^ mixed >> 31, chance
