"""Tests of game events as the log stores them."""

import msgspec
import pytest

from game.engine.interface import Forfeit, GameEvent, Move, Timeout

KEPT = {
    '{"type":"move","seat":1,"move":3}': Move(1, 3),
    '{"type":"timeout","seat":0}': Timeout(0),
    '{"type":"forfeit","seat":0,"reason":"left"}': Forfeit(0, "left"),
}
NONE = ['{"seat":0}', '{"type":"forfeit","seat":0,"reason":"bored"}', '{"type":"won","seat":0}']


@pytest.mark.parametrize(("text", "event"), KEPT.items())
def test_event_is_json_with_its_type(text: str, event: GameEvent) -> None:
    assert msgspec.json.encode(event).decode() == text
    assert msgspec.json.decode(text, type=GameEvent) == event


@pytest.mark.parametrize("text", NONE)
def test_json_that_is_no_event_is_refused(text: str) -> None:
    with pytest.raises(msgspec.ValidationError):
        msgspec.json.decode(text, type=GameEvent)
