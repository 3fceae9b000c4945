"""Lines for their reader, in bounded pages; and what the database has to do for them."""

import inspect
import re
from collections.abc import Callable, Iterator
from types import ModuleType
from typing import Any

import pytest
from django.db import connection

from accounts.models import User
from accounts.selectors import name_variant, people
from accounts.services.people import guest_create, users_seen
from chat import selectors
from chat.models import Message, Room
from chat.plugin import NewMessage
from chat.selectors import access, invites, may_read, may_read_all, messages, own_rooms, ranks, rooms, snapshot, welcome
from chat.selectors.invites import invite_by_code, is_active
from chat.services.messages import message_append
from chat.services.rooms import lounge
from chat.text import Text
from moderation.selectors import sanctions
from realtime import log as logs
from realtime.errors import RealtimeError
from realtime.log import batch, head_of, now_ms
from realtime.types import Caller, LogKey, Position, Scopes, UserId
from realtime.workers import deadlines
from tests.actions import act, ask, call, outcome, post
from tests.queries import queries

pytestmark = pytest.mark.django_db
WHISPER = "only-for-hosts-8842"


def whisper(key: LogKey, *scopes: str) -> int:
    with batch([key]) as staged:
        return message_append(staged, room=key, message=NewMessage(Text(WHISPER), audience=frozenset(scopes))).o


def log_of(key: LogKey) -> int:
    return Room.objects.get(log__key=key).log_id


# Audience


def readers_of_lines(key: LogKey, caller: Caller, scopes: Scopes, o: int) -> dict[str, Callable[[], Any]]:
    """Every selector through which a line can reach somebody, by name."""
    log, head = log_of(key), head_of(key)
    return {
        "message_find": lambda: messages.message_find(log, scopes, o) and WHISPER,
        "page_last": lambda: messages.page_last(key, log, scopes, head),
        "page_before": lambda: messages.page_before(log, scopes),
        "page_after": lambda: messages.page_after(log, scopes, 0),
        "page_around": lambda: messages.page_around(log, scopes, o),
        "snapshot": lambda: snapshot(caller, key, scopes, head),
        "welcome": lambda: WHISPER if welcome(caller)[0]["unread"] else "",
        "unread_of": lambda: WHISPER if own_rooms.unread_of(caller)[key]["unread"] else "",
    }


def functions(module: ModuleType) -> Iterator[tuple[str, Callable[..., Any]]]:
    for name, function in inspect.getmembers(module, inspect.isfunction):
        if function.__module__ == module.__name__ and not name.startswith("_"):
            yield name, function


def test_every_selector_of_messages_keeps_to_the_audience(ana: Caller, ben: Caller, key: LogKey) -> None:
    post(ana, key)
    act(ben, "read.mark", room=key, o=99)
    o = whisper(key, "host")
    for caller, may in [(ana, True), (ben, False)]:
        scopes = may_read(caller, key)
        assert scopes is not None
        for name, read in readers_of_lines(key, caller, scopes, o).items():
            assert (WHISPER in str(read())) is may, name


def test_no_selector_of_messages_is_missing_above() -> None:
    walked = {
        "message_find",
        "page_last",
        "page_before",
        "page_after",
        "page_around",
        "history_page",
        "snapshot",
        "welcome",
        "unread_of",
    }
    other = {
        "visible",
        "heard_by",
        "words",
        "message_as",
        "counts_of_room",
        "page_of",
        "tag_of",
        "facts_of",
        "head_as",
        "last_event",
        "membership_as",
        "membership_of",
        "mentions_of_room",
        "refuse_full",
        "room_list",
        "block_list",
        "unread_read",
        "member_list",
        "faces",
        "rules_of",
        "direct_names",
        "blocked_by",
        "guests_off",
    }
    assert {name for module in (messages, rooms, own_rooms) for name, _ in functions(module)} == walked | other
    for module in (access, invites, ranks, sanctions):
        assert "Message" not in inspect.getsource(module)


def test_withheld_message_can_be_neither_edited_nor_deleted_nor_restored(ana: Caller, ben: Caller, key: LogKey) -> None:
    o = whisper(key, "host")
    for method, more in [("message.edit", {"text": "x"}), ("message.delete", {}), ("message.restore", {})]:
        with pytest.raises(RealtimeError, match="not_found"):
            act(ben, method, room=key, o=o, **more)
    act(ana, "message.delete", room=key, o=o)


def test_labels_are_whole_words_and_know_capitals(ana: Caller, ben: Caller, key: LogKey) -> None:
    o = whisper(key, f"u:{ben.id}")
    log = log_of(key)
    for label, may in [
        (ben.id, True),
        (ben.id[:-1], False),
        (ben.id.swapcase(), False),
        ("%", False),
        ("_" * 12, False),
    ]:
        assert (messages.message_find(log, frozenset({f"u:{label}"}), o) is not None) is may


# Pages


def offsets(page: dict[str, Any]) -> list[int]:
    return [line["o"] for line in page["lines"]]


def test_pages_lead_through_the_whole_history_both_ways(ana: Caller, key: LogKey) -> None:
    every = [1] + [post(ana, key, str(n)) for n in range(100)]
    back: list[int] = []
    page: dict[str, Any] = {"before": True}
    while page["before"]:
        page = ask(ana, "history.page", room=key, before=back[0] if back else 10**9)
        assert (len(page["lines"]) <= 40, page["as_of"]) == (True, every[-1])
        back = offsets(page) + back
    forth: list[int] = []
    page = {"after": True}
    while page["after"]:
        page = ask(ana, "history.page", room=key, after=forth[-1] if forth else 0)
        forth += offsets(page)
    assert back == forth == every


def test_page_around_a_message_has_both_sides(ana: Caller, key: LogKey) -> None:
    every = [post(ana, key, str(n)) for n in range(100)]
    page = ask(ana, "history.page", room=key, around=every[50])
    assert offsets(page) == every[31:71]
    assert (page["before"], page["after"]) == (True, True)


def test_page_of_long_messages_ends_at_128_kib_and_has_at_least_one(ana: Caller, key: LogKey) -> None:
    every = [post(ana, key, "中" * 10_000) for _ in range(8)]
    page = ask(ana, "history.page", room=key, before=10**9)
    assert (offsets(page), page["before"]) == (every[-4:], True)
    page = ask(ana, "history.page", room=key, after=every[0])
    assert (offsets(page), page["after"]) == (every[1:5], True)
    Message.objects.filter(log__key=key).update(data='{"text":"%s"}' % ("x" * 200_000))
    assert offsets(ask(ana, "history.page", room=key, before=10**9)) == every[-1:]


def test_page_includes_the_people_it_names(ana: Caller, ben: Caller, key: LogKey) -> None:
    o = post(ben, key)
    act(ana, "message.delete", room=key, o=o)
    page = ask(ben, "history.page", room=key, after=o - 1)
    assert page["people"] == {ana.id: ana.person, ben.id: ben.person}


@pytest.mark.parametrize(
    "given", [{}, {"before": 1, "after": 1}, {"before": 1, "around": 1}, {"before": -1}, {"after": 2**53}]
)
def test_page_takes_exactly_one_position(ana: Caller, key: LogKey, given: dict[str, int]) -> None:
    import msgspec

    with pytest.raises(msgspec.ValidationError):
        ask(ana, "history.page", room=key, **given)


# What the database does


Reads = dict[str, Callable[[], Any]]


def reads(ana: Caller, ben: Caller, key: LogKey) -> Reads:
    """Return every query of a reader, by name."""
    scopes, log = may_read(ben, key) or frozenset(), log_of(key)
    act(ana, "invite.create", room=key, expires_ms=10**6, uses=2)
    invite = rooms_invite(key)
    return {
        "may_read": lambda: may_read(ben, key),
        "may_read_all": lambda: may_read_all([(ana, key), (ben, key), (ben, LogKey("another"))]),
        "welcome": lambda: welcome(ben),
        "snapshot": lambda: snapshot(ben, key, scopes, head_of(key)),
        "snapshot around": lambda: snapshot(ben, key, scopes, head_of(key), around=50),
        "page before": lambda: messages.page_before(log, scopes, 60),
        "page after": lambda: messages.page_after(log, scopes, 60),
        "line": lambda: messages.message_find(log, scopes, 60),
        "room.list": lambda: ask(ben, "room.list"),
        "member.list": lambda: ask(ben, "member.list", room=key),
        "faces": lambda: selectors.rooms.faces(Room.objects.get(log=log).pk),
        "invite": lambda: invite_by_code(invite),
        "invite stands": lambda: is_active(invite_found(invite), now_ms()),
        "invites": lambda: invites.invites(key, frozenset({"member", "host"}), head_of(key)),
        "lounge": lounge,
        "log read": lambda: logs.read(key, 10, 60),
        "log tail": lambda: logs.tail(key, 256),
        "log heads": lambda: logs.heads([key, LogKey("another")]),
        "log holds": lambda: logs.holds(key, Position(60, 60)),
        "deadlines due": deadlines.due,
        "people": lambda: people([ana.id, ben.id]),
        "a free name": lambda: name_variant("Ana"),
    }


def rooms_invite(key: LogKey) -> str:
    found = invites.invites(key, frozenset({"member", "host"}), head_of(key))
    return str(found[0]["code"])


def invite_found(code: str) -> Any:
    return invite_by_code(code)


WRITES: dict[str, dict[str, Any]] = {
    "room.leave": {},
    "room.join": {},
    "message.post": {"text": "x"},
    "message.edit": {"o": 60, "text": "y"},
    "message.delete": {"o": 61},
    "message.restore": {"o": 61},
    "read.mark": {"o": 70},
    "member.role": {"role": "host"},
}
WRITTEN_BY = {"room.leave": "ben", "room.join": "ben"}
"""The person who does what Ana, the host, does not do."""


def name_claimed(caller: Caller) -> None:
    """Let a new guest take the name of a person who was away for long and takes another name."""
    User.objects.filter(pk=caller.pk).update(seen_at=1)
    guest_create(name=caller.person["name"], face="", colour=0, device="", now=now_ms())
    act(caller, "profile.change", name="Benedict", face="", colour=0)


def plan(sql: str, params: Any) -> str:
    """Return the plan of the database."""
    with connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            cursor.execute("SET LOCAL enable_seqscan = off")
            cursor.execute("SET LOCAL enable_sort = off")
            cursor.execute(f"EXPLAIN {sql}", params)
        else:
            cursor.execute(f"EXPLAIN QUERY PLAN {sql}", params)
        return "\n".join(str(row[-1]) for row in cursor.fetchall())


# `counted` is a slice of at most 1,000; the newest public rooms are walked in their index's order, up to the limit.
SCANS = {
    "postgresql": re.compile(r"Seq Scan on \w+"),
    "sqlite": re.compile(
        r"^SCAN (?!(?:counted|joined)$|chat_room USING INDEX room_(public|lounge|directory)$)", re.MULTILINE
    ),
}


@pytest.fixture
def explained() -> Iterator[list[str]]:
    """Plans of the statements that look for something, while the fixture is in use."""
    plans: list[str] = []

    def explain(execute: Any, sql: str, params: Any, many: bool, context: Any) -> Any:
        if re.match(r"(SELECT|UPDATE|DELETE)\b", sql) and not many:
            plans.append(f"{sql}\n{plan(sql, params)}")
        return execute(sql, params, many, context)

    with connection.execute_wrapper(explain):
        yield plans


def test_queries_use_no_table_scan(
    ana: Caller, ben: Caller, key: LogKey, grown: Callable[[LogKey, int], None], explained: list[str]
) -> None:
    grown(key, 200)
    for read in reads(ana, ben, key).values():
        read()
    for method, given in WRITES.items():
        more = {"user": ben.id} if method == "member.role" else {}
        act({"ana": ana, "ben": ben}[WRITTEN_BY.get(method, "ana")], method, room=key, **given, **more)
    name_claimed(ben)
    users_seen([ana.pk, ben.pk], now_ms())
    assert len(explained) > 50
    scan = SCANS[connection.vendor]
    assert [found for found in explained if scan.search(found)] == []


ONE = ("may_read", "may_read_all", "welcome", "page before", "page after", "line", "room.list", "invite")
QUERIES = dict.fromkeys(ONE, 1)


def test_permissions_of_many_are_those_of_each(ana: Caller, ben: Caller, key: LogKey) -> None:
    act(ana, "room.change", room=key, name="Room", topic="", public=False)
    stranger = Caller(UserId("nobody"), 10**9, "", {})
    asked = [(caller, room) for caller in (ana, ben, stranger) for room in (key, LogKey("another"))]
    each = {(caller.id, room): may_read(caller, room) for caller, room in asked}
    assert may_read_all(asked) == {pair: scopes for pair, scopes in each.items() if scopes is not None}
    assert (stranger.id, key) not in may_read_all(asked)


def test_number_of_queries_does_not_grow_with_the_history(
    ana: Caller, ben: Caller, key: LogKey, grown: Callable[[LogKey, int], None], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("chat.selectors.head_cache.KEPT_S", 3600)  # however long the growing takes
    lounge()
    asked: list[dict[str, int]] = []
    for size in (100, 10_000):
        grown(key, size)
        counts = {}
        for name, read in reads(ana, ben, key).items():
            with queries() as sql:
                read()
            counts[name] = len(sql)
        asked.append(counts)
    assert asked[0] == asked[1]
    assert {name: asked[0][name] for name in QUERIES} == QUERIES


def test_page_takes_three_queries(ana: Caller, key: LogKey) -> None:
    with queries() as asked:
        ask(ana, "history.page", room=key, before=10**9)
    assert len(asked) == 3


def test_read_mark_answers_with_the_pointer(ana: Caller, key: LogKey) -> None:
    assert outcome(call(ana, "read.mark", room=key, o=1)).result == {"o": 1}
