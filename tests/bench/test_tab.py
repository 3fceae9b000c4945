"""Tests of what the browser in the room is compared with."""

from bench.tab import message_text, screen_ms


def test_stored_message_is_compared_as_the_page_shows_it() -> None:
    assert message_text('{"text": "a  <b>\\nc"}') == "a <b> c"
    assert message_text('{"text": "**a** & b", "html": "<p><strong>a</strong> &amp; b</p>"}') == "a & b"
    assert message_text('{"name": "Room"}') == ""


def test_screen_times_are_differences_between_two_clocks() -> None:
    stamp = f"{5_000_000_000:020d}"
    assert screen_ms([(stamp, 1_000_012.5), (stamp, 1_000_007.0)], 995_000_000_000) == [7.0, 12.5]
