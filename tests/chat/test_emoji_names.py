"""Tests of static/emoji/emoji.json against the package `emoji`. `bin/emoji_names.py` writes the file."""

import gzip
import json
from collections import Counter
from collections.abc import Iterator

from django.conf import settings
from emoji import EMOJI_DATA, STATUS

from chat.emoji import reaction_emoji

FILE = settings.BASE / "static/emoji/emoji.json"
ROWS = [row for group in json.loads(FILE.read_text()).values() for row in group]
TONES = "🏻🏼🏽🏾🏿"
PEOPLE = "👨👩🧑🫱🫲"
UNICODE_VERSION = 17
"""Fonts show few newer emoji. A new version of the package `emoji` asks for a new file."""


def toned(sign: str, tones: int, tone: str) -> str:
    """Return the emoji in a skin tone, like `toned` in static/chat/state/emoji.js."""
    if tones == 1:
        return sign[0] + tone + sign[1:].removeprefix("\ufe0f")
    return "\u200d".join(part + tone if part in PEOPLE else part for part in sign.split("\u200d"))


def in_all_tones() -> Iterator[str]:
    for sign, tones, *_ in ROWS:
        yield sign
        if tones:
            yield from (toned(sign, tones, tone) for tone in TONES)


def test_picker_offers_only_emoji_that_a_reaction_takes_unchanged() -> None:
    offered = list(in_all_tones())
    assert len(offered) == len(set(offered))
    assert [sign for sign in offered if reaction_emoji(sign) != sign] == []


def test_picker_offers_each_emoji_but_those_of_two_tones() -> None:
    offered = set(in_all_tones())
    wanted = {
        sign
        for sign, facts in EMOJI_DATA.items()
        if facts["status"] == STATUS["fully_qualified"] and facts["E"] <= UNICODE_VERSION
    }
    missing = wanted - offered
    assert [sign for sign in missing if len({tone for tone in TONES if tone in sign}) < 2] == []


def test_names_are_those_of_the_package_and_belong_to_one_emoji() -> None:
    names = Counter(name for row in ROWS for name in row[2].split())
    assert [name for name, count in names.items() if count > 1] == []
    assert Counter(row[4] for row in ROWS).most_common(1)[0][1] == 1
    by_sign = {row[0]: row for row in ROWS}
    assert {"+1", "thumbsup", "thumbs_up"} <= set(by_sign["👍"][2].split())
    unnamed = [sign for sign, _, english, _, chinese, _ in ROWS if not english or not chinese]
    assert unnamed == []


def test_file_stays_small_on_the_wire() -> None:
    assert len(gzip.compress(FILE.read_bytes())) < 96 * 1024
