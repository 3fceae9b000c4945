"""A count tells which messages came, which went, and when it does not know."""

from typing import Any

import msgspec
import pytest

from chat.unread import MOST, changes
from realtime.log.event import LogEvent
from realtime.types import LogKey, UserId


def entry(o: int, n: int, kind: str = "message.posted", data: Any = None, **more: Any) -> LogEvent:
    given = {"actor": UserId("ana"), "cid": None, "audience": None, "redacts": ()} | more
    return LogEvent(
        room=LogKey("room"),
        o=o,
        t=1,
        n=n,
        at=1,
        kind=kind,
        data=None if data is None else msgspec.json.encode(data).decode(),
        **given,
    )


def test_messages_are_named_with_their_authors_and_other_events_are_not() -> None:
    events = [entry(5, 5), entry(6, 5, "member.joined"), entry(7, 6, "room.changed", actor=None)]
    assert changes(events, 4) == {"lines": [(5, "ana"), (7, None)]}


def test_removed_and_restored_messages_are_named_with_the_event() -> None:
    events = [
        entry(5, 4, "message.deleted", {"o": 2, "by": "host", "at": 1, "author": "ben"}),
        entry(6, 4, "messages.removed", {"offsets": [3, 4], "by": "host", "at": 1, "author": "eve"}),
        entry(7, 4, "message.restored", {"line": {"o": 2, "by": "ben"}}),
    ]
    assert changes(events, 4) == {
        "lines": [],
        "gone": [(5, 2, "ben"), (6, 3, "eve"), (6, 4, "eve")],
        "back": [(7, 2, "ben")],
    }


@pytest.mark.parametrize(
    "events",
    [
        [entry(5, 5, audience=" u:ben ")],
        [entry(5, 4, "message.deleted", {"o": 2, "author": "ben"}, audience=" host ")],
        [entry(5, 4, "message.deleted", {"o": 2, "by": "host", "at": 1})],
        [entry(5, 4, "messages.removed")],
        [entry(5 + n, 5 + n) for n in range(MOST + 1)],
    ],
    ids=["for some", "removed for some", "of an older release", "without data", "too many"],
)
def test_clients_ask_where_a_count_cannot_tell(events: list[LogEvent]) -> None:
    assert changes(events, 4) == {"lines": None}


def test_events_for_hosts_that_are_no_messages_are_passed_over() -> None:
    assert changes([entry(5, 4, "invite.created", {}, audience=" host "), entry(6, 5)], 4) == {"lines": [(6, "ana")]}
