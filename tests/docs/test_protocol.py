"""Tests docs/protocol.md against the code: the page names what the server does, no more and no less."""

import re
from collections.abc import Iterator

import msgspec
import pytest

import accounts.names
import accounts.protocol
import chat.mentions
import chat.quotes
import chat.reactions
import chat.selectors.invites
import chat.selectors.mentions
import chat.selectors.messages
import chat.selectors.own_rooms
import chat.selectors.rooms
import chat.services.mentions
import chat.services.pins
import chat.services.rooms
import chat.text
import realtime.hub.room
from config.asgi import backend
from realtime.connection.hello import CLIENT_LIMITS
from realtime.limits import Limits
from realtime.types import LogKey, Position, RoomParams
from realtime.wire.messages import Hello, OpenParams, SeenParams
from realtime.wire.session import HELLO, HUB_REQUEST_COSTS, HUB_REQUESTS, PING, SEEN, hello_cost
from tests.docs import sources
from tests.docs.pages import code, codes, page, rows, section

PROTOCOL = page("docs/protocol.md")
REQUESTS = {code(row[0]): row for row in rows(PROTOCOL, "Requests")}
SESSION = {HELLO: Hello, PING: None, SEEN: SeenParams}
HUB = {"room.open": OpenParams, "room.close": RoomParams, "presence.read": RoomParams}
LIMITS = Limits()
NUMBERS = {
    "requests of a connection, and of a user over all connections": [LIMITS.rate, LIMITS.burst],
    "requests of a public address, or of an IPv6 /64, over all connections": [
        LIMITS.address_rate,
        LIMITS.address_burst,
    ],
    "notifications of a connection, and its answers to pings": [LIMITS.signal_rate, LIMITS.signal_rate * 2],
    "CPU time for rendering a user's texts; short ones with little markup are not counted": [
        LIMITS.cpu_rate * 1000,
        LIMITS.cpu_burst * 1000,
    ],
    "a frame to the server": [LIMITS.frame_bytes],
    "unanswered requests of a connection": [LIMITS.waiting],
    "rooms open on a connection": [LIMITS.rooms_open],
    "connections of a user": [LIMITS.user_connections],
    "connections of a public address, or of an IPv6 /64": [LIMITS.address_connections],
    "events replayed": [LIMITS.replay],
    "a text": [chat.text.TEXT_LENGTH],
    "a person's name": [accounts.names.NAME_LENGTH],
    "a room's name": [chat.services.rooms.NAME_LENGTH],
    "a room's topic": [chat.services.rooms.TOPIC_LENGTH],
    "a page of history, a snapshot": [chat.selectors.messages.LINES, chat.selectors.messages.BYTES],
    "ids in `people.read`": [100],
    "offsets in `quotes.read`": [50],
    "pinned messages of a room": [chat.services.pins.PINS],
    "the text of a quote": [chat.quotes.TEXT_LENGTH],
    "people in `presence`": [realtime.hub.room.PEOPLE_LISTED],
    "members in `member.list`": [chat.selectors.rooms.LISTED],
    "rooms in a page of `room.list`": [chat.selectors.rooms.PAGE],
    "rooms in hello": [chat.selectors.own_rooms.MINE],
    "`members` counts up to": [chat.selectors.rooms.MEMBERS],
    "`unread` counts up to": [chat.selectors.own_rooms.UNREAD],
    "`mentions` counts up to": [chat.selectors.mentions.UNREAD],
    "people that a message mentions": [chat.mentions.PEOPLE],
    "people in `people.find`": [chat.selectors.mentions.FOUND],
    "members among whom `people.find` searches: those who spoke last": [chat.selectors.mentions.SEARCHED],
    "mentions of everybody in a room, an hour": [chat.services.mentions.HERE_TIMES],
    "a page of `inbox.read`": [chat.selectors.mentions.PAGE],
    "different emoji on a message": [chat.reactions.EMOJI_PER_MESSAGE],
    "reactions to a message": [chat.reactions.REACTIONS_PER_MESSAGE],
    "invites in a snapshot": [chat.selectors.invites.LISTED],
}


def members(shape: str) -> set[str]:
    """Return the names at the first depth of `{a, b?: {c}}`. A question mark stays with its name."""
    found = [""]
    depth, is_name = 0, True
    for letter in shape:
        depth += (letter in "{[") - (letter in "]}")
        if depth == 1 and letter in "{,":
            found.append("")
            is_name = True
        elif depth == 1 and letter == ":":
            is_name = False
        elif depth == 1 and is_name and letter.strip():
            found[-1] += letter
    return set(filter(None, found))


def fields(params: type | None) -> set[str]:
    found = msgspec.structs.fields(params) if params else ()
    return {field.name if field.required else f"{field.name}?" for field in found}


def test_members_of_a_shape_are_read() -> None:
    assert members("{room, position?: {o, t} or null}") == {"room", "position?"}
    assert members("{o, on}") == {"o", "on"}
    assert members("{}") == set()


def test_every_request_is_documented_and_nothing_else() -> None:
    assert set(HUB) == set(HUB_REQUESTS)
    assert set(REQUESTS) == {*SESSION, *HUB, *backend.methods}


def test_every_request_has_its_lane() -> None:
    lanes = {name: method.lane for name, method in backend.methods.items()}
    expected = dict.fromkeys(SESSION, "session") | dict.fromkeys(HUB, "hub") | lanes
    assert {name: row[1] for name, row in REQUESTS.items()} == expected


@pytest.mark.parametrize("name", sorted(REQUESTS))
def test_params_are_those_of_the_struct(name: str) -> None:
    params = (SESSION | HUB)[name] if name in SESSION | HUB else backend.methods[name].params
    assert members(code(REQUESTS[name][2])) == fields(params)


def test_stored_is_the_result_of_durable_requests_only() -> None:
    stored = {name for name, row in REQUESTS.items() if row[3].startswith("stored")}
    assert stored == {name for name, method in backend.methods.items() if method.durable}


def test_every_event_is_documented_and_nothing_else() -> None:
    assert {code(row[0]) for row in rows(PROTOCOL, "Events")} == sources.event_kinds()


def test_every_signal_is_documented_and_nothing_else() -> None:
    assert {code(row[0]) for row in rows(PROTOCOL, "Signals")} == sources.signal_kinds()


def test_every_close_is_documented_and_nothing_else() -> None:
    documented = {(int(number), code(row[1])) for row in rows(PROTOCOL, "Close codes") for number in row[0].split(", ")}
    assert documented == sources.closes()


def test_every_problem_is_documented_with_its_codes_and_nothing_else() -> None:
    documented = {
        (int(number.replace("−", "-")), code(row[0]))
        for row in rows(PROTOCOL, "Problem types")
        for number in row[1].split(", ")
    }
    assert documented == sources.problems()


def test_every_notification_is_documented_and_nothing_else() -> None:
    sent = {"room.event"} | sources.literals(sources.calls("notify", "realtime"), 0)
    sent |= sources.literals(sources.calls("notification", "realtime"), 0)
    assert {code(row[0]) for row in rows(PROTOCOL, "Notifications")} == sent


@pytest.mark.parametrize(("what", "numbers"), NUMBERS.items())
def test_documented_limit_is_the_one_in_the_code(what: str, numbers: list[float]) -> None:
    said = {row[0]: row[1] for row in rows(PROTOCOL, "Limits")}[what]
    assert [int(number.replace(",", "")) for number in re.findall(r"[\d,]*\d", said)] == numbers


def test_no_limit_is_documented_without_its_number() -> None:
    assert [row[0] for row in rows(PROTOCOL, "Limits")] == list(NUMBERS)


def test_people_read_is_documented_with_its_limit() -> None:
    ids = {field.name: field.type for field in msgspec.structs.fields(accounts.protocol.PeopleParams)}["ids"]
    with pytest.raises(msgspec.ValidationError):
        msgspec.convert([""] * 101, ids)
    msgspec.convert([""] * 100, ids)


def test_limits_in_hello_are_documented() -> None:
    assert set(CLIENT_LIMITS) <= set(codes(section(PROTOCOL, "Limits")))


def examples() -> Iterator[dict[str, object]]:
    for line in re.findall(r"^[→←] (.*(?:\n   .*)*)", PROTOCOL, re.MULTILINE):
        yield msgspec.json.decode(line)


def test_examples_are_json_rpc_requests_that_exist() -> None:
    frames = list(examples())
    assert len(frames) > 10
    assert {frame["jsonrpc"] for frame in frames} == {"2.0"}
    assert {frame["method"] for frame in frames if "method" in frame} <= {*REQUESTS, "room.event", "session.bye"}


def test_requests_that_count_as_several_are_documented() -> None:
    costs: dict[int, list[str]] = {}
    for name, cost in sorted(
        HUB_REQUEST_COSTS.items() | {(name, method.cost) for name, method in backend.methods.items()}
    ):
        costs.setdefault(cost, []).append(name)
    said = {int(row[0]): codes(row[1]) for row in rows(PROTOCOL, "Costs")}
    assert said == {cost: names for cost, names in costs.items() if cost > 1}
    assert (hello_cost(Hello(1, "")), hello_cost(Hello(1, "", {LogKey("a"): Position(0, 0)}))) == (1, 2)
