"""Chance is SplitMix64, and nothing of it depends on the machine."""

from hypothesis import given
from hypothesis import strategies as st

from game.engine.chance import WORD, below, seeded


def words(chance: int, count: int) -> list[int]:
    thrown = []
    for _ in range(count):
        word, chance = below(chance, WORD)
        thrown.append(word)
    return thrown


def test_chance_draws_the_words_of_the_reference() -> None:
    assert words(1234567, 5) == [
        6457827717110365317, 3203168211198807973, 9817491932198370423, 4593380528125082431, 16408922859458223821,
    ]  # fmt: skip


@given(st.integers(), st.integers(1, WORD))
def test_number_is_below_and_the_chance_after_it_is_another_that_json_can_hold(seed: int, n: int) -> None:
    number, chance = below(seeded(seed), n)
    assert 0 <= number < n
    assert chance != seeded(seed)
    assert 0 <= chance < WORD


def test_all_numbers_are_alike() -> None:
    counts, chance = [0] * 7, 1
    for _ in range(7000):
        number, chance = below(chance, 7)
        counts[number] += 1
    assert all(900 < count < 1100 for count in counts)


def test_word_that_would_favour_small_numbers_is_thrown_again() -> None:
    n = WORD // 2 + 1  # every second word is too great
    assert [below(seed, n)[0] for seed in range(20)] == [
        next(word for word in words(seed, 50) if word < n) for seed in range(20)
    ]
