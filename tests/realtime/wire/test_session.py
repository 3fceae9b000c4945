"""Tests of the session, sans I/O: every kind of bad input that it answers alone."""

from dataclasses import replace
from itertools import pairwise
from random import Random
from typing import Any

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from realtime.limits import Limits, TokenBucket
from realtime.types import LogKey
from realtime.wire.rate_limits import Violations
from realtime.wire.session import (
    Authenticate,
    CallMethod,
    End,
    HubRequest,
    PongReceived,
    Send,
    Session,
    VisibilityChanged,
)
from tests.realtime.notes import NotesApp

METHODS = NotesApp().backend().methods
HELLO = '{"jsonrpc":"2.0","id":1,"method":"session.hello","params":{"v":1,"token":"t"}}'


def session(**limits: Any) -> Session:
    return Session(METHODS, Limits(**limits), 0.0, Random(7))


def ready(violations: Violations | None = None, **limits: Any) -> Session:
    """Return a session after hello, at second 0."""
    made = session(**limits)
    made.receive(HELLO, 0)
    made.authenticated(0, TokenBucket(1000, 1000, 0), violations or Violations(600))
    return made


def request(method: str, id: Any = 1, **params: Any) -> str:
    return msgspec.json.encode({"jsonrpc": "2.0", "id": id, "method": method, "params": params}).decode()


def error_of(effects: list[Any]) -> Any:
    return msgspec.json.decode(effects[0].text)["error"]


def error_response(effects: list[Any]) -> tuple[Any, int, str]:
    """Return id, code and type of the one error response."""
    assert [type(effect) for effect in effects] == [Send], effects
    frame = msgspec.json.decode(effects[0].text)
    return frame["id"], frame["error"]["code"], frame["error"]["data"]["type"]


def end(effects: list[Any]) -> int:
    assert isinstance(effects[-1], End), effects
    return effects[-1].close.code


def test_session_answers_the_ping_of_a_client() -> None:
    [sent] = ready().receive(request("session.ping", 7), 0)
    assert isinstance(sent, Send)
    assert msgspec.json.decode(sent.text) == {"jsonrpc": "2.0", "id": 7, "result": {}}


@pytest.mark.parametrize(
    "text",
    [
        "",
        "{",
        "nonsense",
        '{"jsonrpc":"2.0","id":1,"method":"hand.wave","params":{"room":NaN}}',
        '{"jsonrpc":"2.0","id":1,"method":"hand.wave","params":{"room":"\\ud800"}}',
        '{"jsonrpc":"2.0","id":1,"method":"hand.wave","params":{"room":"\ud800"}}',
        '{"jsonrpc":"2.0","id":1,"method":"hand.wave","params":' + "[" * 16_000 + "]" * 16_000 + "}",
        '{"jsonrpc":"2.0","id":1} {}',
    ],
)
def test_text_that_is_not_one_json_object_is_a_parse_error(text: str) -> None:
    assert error_response(ready().receive(text, 0)) == (None, -32700, "parse")


@pytest.mark.parametrize(
    "text",
    [
        "[]",
        "3",
        '"x"',
        "null",
        "[" + HELLO + "]",
        '{"id":1,"method":"hand.wave"}',
        '{"jsonrpc":"1.0","id":1,"method":"hand.wave"}',
        '{"jsonrpc":"2.0","id":null,"method":"hand.wave"}',
        '{"jsonrpc":"2.0","id":1.5,"method":"hand.wave"}',
        '{"jsonrpc":"2.0","id":true,"method":"hand.wave"}',
        '{"jsonrpc":"2.0","id":' + "9" * 30 + ',"method":"hand.wave"}',
        '{"jsonrpc":"2.0","id":"' + "x" * 37 + '","method":"hand.wave"}',
        '{"jsonrpc":"2.0","id":1,"method":7}',
        '{"jsonrpc":"2.0","id":1}',
        '{"jsonrpc":"2.0","id":1,"result":[]}',
    ],
)
def test_json_that_is_no_request_is_an_invalid_request(text: str) -> None:
    _, code, type = error_response(ready().receive(text, 0))
    assert (code, type) == (-32600, "invalid_request")


@pytest.mark.parametrize(
    "params",
    [
        "[]",
        '{"room":1,"cid":"aaaaaaaa","text":""}',
        '{"room":"r","cid":"short","text":""}',
        '{"room":"r","cid":"aaaaaaaa\\n","text":""}',
        '{"room":"' + "r" * 17 + '","cid":"aaaaaaaa","text":""}',
        '{"room":"r","cid":"aaaaaaaa"}',
        '{"room":"r","cid":"aaaaaaaa","text":"a\\u0000b"}',
        '{"room":"r","cid":"aaaaaaaa","text":1e999}',
        '{"room":"r","cid":"aaaaaaaa","text":"","more":' + "[" * 600 + '"\\u0000"' + "]" * 600 + "}",
    ],
)
def test_wrong_types_and_nul_are_invalid_params(params: str) -> None:
    text = '{"jsonrpc":"2.0","id":4,"method":"note.post","params":' + params + "}"
    assert error_response(ready().receive(text, 0)) == (4, -32602, "invalid_params")


def test_escaped_backslash_u0000_is_text() -> None:
    effects = ready().receive(request("note.post", room="r", cid="aaaaaaaa", text="\\u0000"), 0)
    assert isinstance(effects[0], CallMethod)
    assert effects[0].params.text == "\\u0000"


def test_unknown_method_is_an_error_and_unknown_notification_is_ignored() -> None:
    assert error_response(ready().receive(request("nobody.knows"), 0)) == (1, -32601, "unknown_method")
    assert ready().receive('{"jsonrpc":"2.0","method":"nobody.knows"}', 0) == []


def test_durable_request_needs_an_id() -> None:
    text = '{"jsonrpc":"2.0","method":"note.post","params":{"room":"r","cid":"aaaaaaaa","text":"x"}}'
    assert error_response(ready().receive(text, 0)) == (None, -32600, "invalid_request")


def test_request_before_hello_is_refused() -> None:
    assert error_response(session().receive(request("hand.wave", room="r"), 0)) == (1, 401, "hello_first")


def test_second_hello_is_refused() -> None:
    first = session()
    assert isinstance(first.receive(HELLO, 0)[0], Authenticate)
    assert error_response(first.receive(HELLO, 0)) == (1, 409, "hello_again")


def test_hello_of_another_version_is_closed_for_good() -> None:
    assert end(session().receive(HELLO.replace('"v":1', '"v":2'), 0)) == 4526


def test_session_without_hello_ends_after_ten_seconds() -> None:
    assert session().tick(9.9) == []
    assert end(session().tick(10)) == 4008


def test_session_with_an_unanswered_hello_ends_after_ten_seconds() -> None:
    greeting = session()
    greeting.receive(HELLO, 0)
    assert end(greeting.tick(10)) == 4008


def test_session_pings_every_twenty_seconds_plus_or_minus_a_tenth() -> None:
    made = ready()
    times = []
    for tenth in range(2000):
        made.receive('{"jsonrpc":"2.0","method":"alive"}', tenth / 10)
        times += [tenth / 10] * len(made.tick(tenth / 10))
    gaps = [later - earlier for earlier, later in pairwise(times)]
    assert len(times) >= 9
    assert all(18 <= gap <= 22.1 for gap in gaps)


def test_pong_tells_positions() -> None:
    made = ready()
    made.ping()
    assert made.receive('{"jsonrpc":"2.0","id":1,"result":{"rooms":{"r":5}}}', 1) == [PongReceived(1, {LogKey("r"): 5})]


def test_pong_without_a_ping_is_ignored() -> None:
    made = ready()
    made.ping()
    for id in (-1, 0, 2, 10**9):
        assert made.receive(f'{{"jsonrpc":"2.0","id":{id},"result":{{}}}}', 1) == []


@pytest.mark.parametrize("answer", ['"result":{}', '"error":{}', '"result":{"rooms":{"r":1}}'])
@pytest.mark.parametrize("make", [session, ready])
def test_pongs_are_held_to_the_rate_and_too_many_end_the_session(answer: str, make: Any) -> None:
    made = make()
    made.ping()
    text = f'{{"jsonrpc":"2.0","id":1,{answer}}}'
    answers = [made.receive(text, 0) for _ in range(3000)]
    assert len([effects for effects in answers if effects and isinstance(effects[0], PongReceived)]) <= 40
    assert [effect for effects in answers for effect in effects if isinstance(effect, Send)] == []
    assert end([effect for effects in answers for effect in effects]) == 4029


def test_error_about_a_wrong_pong_has_no_id() -> None:
    assert error_response(ready().receive('{"jsonrpc":"2.0","id":1,"result":[]}', 0))[0] is None


def test_session_ends_after_forty_five_seconds_of_silence() -> None:
    made = ready()
    assert not [effect for effect in made.tick(44.9) if isinstance(effect, End)]
    assert end(made.tick(45)) == 4008


@pytest.mark.parametrize("text", ["x" * 65_537, "é" * 32_769, "漢" * 21_846])
def test_frame_above_64_kib_ends_the_session(text: str) -> None:
    assert end(ready().receive(text, 0)) == 4013


def test_frame_of_64_kib_is_read() -> None:
    frame = request("note.post", room="r", cid="aaaaaaaa", text="")
    full = request("note.post", room="r", cid="aaaaaaaa", text="x" * (65_536 - len(frame)))
    assert len(full) == 65_536
    assert isinstance(ready().receive(full, 0)[0], CallMethod)


def test_binary_frame_ends_the_session() -> None:
    assert end(ready().receive_binary(0)) == 4015


def test_third_protocol_error_within_a_minute_ends_the_session() -> None:
    made = ready()
    assert [type(made.receive("{", when)[-1]) for when in (0, 61, 62)] == [Send, Send, Send]
    assert end(made.receive("{", 63)) == 4000


def test_third_violation_within_ten_minutes_is_final() -> None:
    violations = Violations(600)
    codes = [end(ready(violations).receive_binary(when)) for when in (0, 100, 200, 900)]
    assert codes == [4015, 4015, 4515, 4015]


def test_ten_times_the_rate_is_told_when_to_retry_and_finally_closed() -> None:
    made = ready()
    answers = [made.receive(request("hand.read", n, room="r"), n / 100) for n in range(1000)]
    refused = [effects for effects in answers if effects and isinstance(effects[0], Send)]
    _, code, type = error_response(refused[0])
    assert (code, type) == (429, "too_fast")
    assert error_of(refused[0])["data"]["retry_after_ms"] > 0
    assert end(next(effects for effects in answers if effects and isinstance(effects[-1], End))) == 4029
    assert len([effects for effects in answers if effects and isinstance(effects[0], CallMethod)]) <= 60 + 100


def test_expensive_request_counts_as_many(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(METHODS, "hand.read", replace(METHODS["hand.read"], cost=25))
    made = ready()
    effects = [made.receive(request("hand.read", n, room="r"), 0)[0] for n in range(3)]
    assert [type(effect) for effect in effects] == [CallMethod, CallMethod, Send]


def test_hub_requests_have_costs() -> None:
    made = ready(rate=0.001, burst=17)
    for name, most in (("room.open", 4), ("presence.read", 0)):
        given = [made.receive(request(name, room="r"), 0) for _ in range(most + 1)]
        assert [type(effects[0]) for effects in given[:most]] == [HubRequest] * most
        assert error_response(given[-1])[1:] == (429, "too_fast")


def test_hello_costs_one_and_one_for_each_room() -> None:
    address = TokenBucket(0.001, 6, 0)
    rooms = {f"room{n}": {"o": 0, "t": 0} for n in range(3)}
    hello = request("session.hello", v=1, token="t", rooms=rooms)
    made = [Session(METHODS, Limits(), 0.0, Random(7), address) for _ in range(2)]
    assert isinstance(made[0].receive(hello, 0)[0], Authenticate)
    assert error_response(made[1].receive(hello, 0))[1:] == (429, "too_fast")
    assert isinstance(made[1].receive(HELLO, 0)[0], Authenticate)


def test_connections_of_one_address_share_a_rate() -> None:
    address = TokenBucket(0.001, 4, 0)
    made = [Session(METHODS, Limits(), 0.0, Random(7), address) for _ in range(2)]
    for each in made:
        each.receive(HELLO, 0)
        each.authenticated(0, TokenBucket(1000, 1000, 0), Violations(600))
    answers: list[Any] = [each.receive(request("session.ping"), 0) for each in (*made, *made)]
    assert ["error" in answer[0].text for answer in answers] == [False, False, True, True]


def test_connections_of_one_user_share_a_rate() -> None:
    shared = TokenBucket(10, 5, 0)
    tabs = []
    for _ in range(3):
        made = session()
        made.receive(HELLO, 0)
        made.authenticated(0, shared, Violations(600))
        tabs.append(made)
    effects = [tab.receive(request("hand.read", n, room="r"), 0)[0] for n in range(5) for tab in tabs]
    assert len([effect for effect in effects if isinstance(effect, CallMethod)]) == 5


def test_notifications_above_the_rate_are_dropped_silently() -> None:
    made = ready()
    text = '{"jsonrpc":"2.0","method":"hand.wave","params":{"room":"r"}}'
    effects = [effect for _ in range(100) for effect in made.receive(text, 0)]
    assert {type(effect) for effect in effects} == {CallMethod}
    assert len(effects) == 40


def test_wrong_hellos_and_unknown_methods_are_held_to_the_rate() -> None:
    wrong = '{"jsonrpc":"2.0","id":1,"method":"session.hello","params":{"v":"x"}}'
    for made, text in ((session(), wrong), (ready(), request("nobody.knows"))):
        answers = [made.receive(text, 0) for _ in range(1000)]
        assert end([effect for effects in answers for effect in effects]) == 4029


def test_read_without_an_id_costs_as_much_as_a_request() -> None:
    shared, made = TokenBucket(10, 5, 0), session()
    made.receive(HELLO, 0)
    made.authenticated(0, shared, Violations(600))
    text = '{"jsonrpc":"2.0","method":"hand.read","params":{"room":"r"}}'
    assert len([effect for _ in range(40) for effect in made.receive(text, 0)]) == 5


def test_hello_names_at_most_sixteen_rooms() -> None:
    rooms = {f"r{n}": {"o": 0, "t": 0} for n in range(17)}
    assert error_response(session().receive(request("session.hello", v=1, token="t", rooms=rooms), 0))[1] == -32602


def test_room_open_is_a_hub_request() -> None:
    effects = ready().receive(request("room.open", room="r", position={"o": 1, "t": 2}), 0)
    assert isinstance(effects[0], HubRequest)
    assert error_response(ready().receive(request("room.open", room="r", position={"o": -1, "t": 2}), 0))[1] == -32602


def test_session_seen_tells_visibility_and_is_answered_when_it_has_an_id() -> None:
    said = '{"jsonrpc":"2.0","method":"session.seen","params":{"visible":false}}'
    assert ready().receive(said, 0) == [VisibilityChanged(False)]
    seen, answer = ready().receive(request("session.seen", 7, visible=True), 0)
    assert seen == VisibilityChanged(True)
    assert isinstance(answer, Send)
    assert msgspec.json.decode(answer.text) == {"jsonrpc": "2.0", "id": 7, "result": {}}
    assert error_response(ready().receive(request("session.seen", visible="no"), 0))[1] == -32602
    assert error_of(session().receive(said, 0))["code"] == 401


def test_closed_session_ignores_everything() -> None:
    made = ready()
    made.receive_binary(0)
    assert made.receive(request("hand.read", room="r"), 0) == []
    assert made.tick(100) == []


@given(st.text())
def test_any_text_gets_effects_and_no_exception(text: str) -> None:
    assert isinstance(ready().receive(text, 0), list)


json = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(),
    lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner),
    max_leaves=8,
)


@given(
    st.dictionaries(
        st.sampled_from(["jsonrpc", "id", "method", "params", "result"]),
        json | st.just("2.0") | st.sampled_from(list(METHODS)),
    )
)
def test_any_object_gets_effects_and_no_exception(message: dict[str, Any]) -> None:
    try:
        text = msgspec.json.encode(message).decode()
    except (UnicodeEncodeError, msgspec.MsgspecError, OverflowError):
        return
    assert isinstance(ready().receive(text, 0), list)
