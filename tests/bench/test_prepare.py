"""Tests of the requests that a load generator sends."""

import json

import msgspec

from bench.prepare import hello, message
from chat.protocol import MessagePost
from realtime.types import LogKey
from realtime.wire.messages import Hello

ROOM = LogKey("A1b2C3d4E5f6G7h8")


def test_message_template_is_a_request_when_the_marks_are_filled() -> None:
    template = message(ROOM)
    assert [template.count(mark) for mark in "$#@"] == [1, 1, 1]
    request = json.loads(template.replace("$", "17").replace("#", "0" * 32).replace("@", "T=1;"))
    assert (request["id"], request["method"]) == (17, "message.post")
    assert msgspec.convert(request["params"], MessagePost).text == "T=1;"


def test_hello_opens_the_rooms_at_their_positions() -> None:
    request = json.loads(hello("token", {ROOM: {"o": 5, "t": 7}}))
    assert msgspec.convert(request["params"], Hello).rooms[ROOM].o == 5
    assert request["method"] == "session.hello"
