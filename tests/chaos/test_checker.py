"""A good history is clean, and each kind of broken one raises exactly its anomaly."""

import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from tests.chaos.checker import KINDS, Anomaly, Reacted, Reply, Row, check, in_reactions, table
from tests.chaos.history import Record, read_jsonl, write_jsonl

ROOM = "room000000000001"
USERS = {"ann": "userann00001", "bob": "userbob00001"}


def row(o: int, by: str = "ann", **changes: Any) -> Row:
    data = json.dumps({"kind": "text", "text": f"line {o}"})
    return replace(Row(ROOM, o, 1000 + o, "message.posted", USERS[by], f"cid-{o:08}", data), **changes)


def sent(o: int, client: str = "ann", *, answer: str = "ok", at: int | None = None) -> list[Record]:
    cid = f"cid-{o:08}"
    ended = Record(0, client, "message.post", ROOM, answer, cid, o if at is None else at)  # type: ignore[arg-type]
    return [Record(0, client, "message.post", ROOM, "invoke", cid), ended]


def received(row: Row, client: str, **changes: Any) -> Record:
    body = {
        "t": row.tag, "kind": row.kind, "by": row.actor, "data": json.loads(row.data) if row.data else None, **changes
    }  # fmt: skip
    return Record(0, client, "receive", row.room, "ok", row.cid, row.o, body)


def opened(client: str, o: int = 0) -> Record:
    return Record(0, client, "open", ROOM, "ok", None, o, {"mode": "snapshot"})


def quiet(client: str, o: int) -> Record:
    return Record(0, client, "quiet", ROOM, "info", None, o)


def lines(client: str, rows: list[Row]) -> Record:
    body = {str(row.o): [row.actor, json.loads(row.data or '{"text": null}')["text"], None, None] for row in rows}
    return Record(0, client, "lines", ROOM, "info", None, 6, body)


class Good:
    """Ann posts 1…6, both read them all; the tests take it apart."""

    def __init__(self) -> None:
        self.log = [row(o) for o in range(1, 7)]
        self.sends = [record for o in range(1, 7) for record in sent(o)]
        self.views = {client: [opened(client), *(received(row, client) for row in self.log)] for client in USERS}
        self.ends = [record for client in USERS for record in (quiet(client, 6), lines(client, self.log))]

    def found(self) -> list[Anomaly]:
        return check([*self.sends, *self.views["ann"], *self.views["bob"], *self.ends], self.log)

    def kinds(self) -> set[str]:
        return {anomaly.kind for anomaly in self.found()}


@pytest.fixture
def good() -> Good:
    return Good()


def test_checker_finds_nothing_in_a_good_history(good: Good) -> None:
    assert good.found() == []
    assert set(table([]).values()) == {0}


def test_acknowledged_request_missing_from_the_log_is_lost(good: Good) -> None:
    good.sends += sent(7)
    assert good.kinds() == {"lost"}


def test_refused_request_in_the_log_is_an_anomaly(good: Good) -> None:
    good.sends[-2:] = sent(6, answer="fail")
    assert good.kinds() == {"refused"}


@pytest.mark.parametrize("end", [6, 7])
def test_request_without_answer_may_be_in_the_log_or_not(good: Good, end: int) -> None:
    good.sends[-2:] = sent(end, answer="info")
    assert good.found() == []


def test_event_missing_from_the_log_is_a_phantom(good: Good) -> None:
    good.views["bob"].append(received(row(7), "bob"))
    assert good.kinds() == {"phantom"}


def test_cid_at_two_offsets_is_a_double_in_the_log(good: Good) -> None:
    double = row(7, cid="cid-00000003")
    good.log.append(double)
    good.ends = []
    for client, view in good.views.items():
        view.append(received(double, client))
    assert good.kinds() == {"dup_log"}


def test_event_received_twice_is_a_double_in_the_view(good: Good) -> None:
    good.views["bob"].insert(4, good.views["bob"][3])
    assert good.kinds() == {"dup_view"}


def test_event_received_before_and_after_a_cut_is_a_double_in_the_view(good: Good) -> None:
    view = good.views["bob"]
    view[4:4] = [opened("bob", 3), view[3]]
    assert good.kinds() == {"dup_view"}


def test_resume_from_the_own_position_is_no_double(good: Good) -> None:
    good.views["bob"].insert(4, opened("bob", 3))
    assert good.found() == []


def test_event_never_received_is_skipped(good: Good) -> None:
    del good.views["bob"][3]
    assert [(found.kind, found.o) for found in good.found()] == [("skip", 3)]


def test_events_in_a_snapshot_are_not_skipped(good: Good) -> None:
    good.views["bob"][:4] = [opened("bob", 3)]
    assert good.found() == []


def test_gap_in_the_log_is_a_skip(good: Good) -> None:
    del good.log[3], good.sends[6:8]
    for view in good.views.values():
        view[4:5] = [opened("", 4)]
        view[4] = replace(view[4], client=view[0].client)
    good.ends = [record for record in good.ends if record.op == "quiet"]
    assert [(found.kind, found.o) for found in good.found()] == [("skip", 4)]


def test_events_in_swapped_order_are_not_monotonic(good: Good) -> None:
    view = good.views["bob"]
    view[3], view[4] = view[4], view[3]
    assert good.kinds() == {"nonmonotonic"}


def test_requests_stored_in_another_order_than_sent_are_reordered(good: Good) -> None:
    good.sends = [*good.sends[:4], *good.sends[6:8], *good.sends[4:6], *good.sends[8:]]
    assert [(found.kind, found.o) for found in good.found()] == [("reorder", 3)]


def test_repeated_request_keeps_the_place_of_the_first(good: Good) -> None:
    good.sends.insert(11, good.sends[0])
    assert good.found() == []


@pytest.mark.parametrize("change", [{"data": {"kind": "text", "text": "other"}}, {"t": 1}, {"by": "x"}, {"data": None}])
def test_body_other_than_in_the_log_is_a_divergence(good: Good, change: dict[str, Any]) -> None:
    good.views["bob"][3] = received(good.log[2], "bob", **change)
    assert good.kinds() == {"divergence"}


def test_different_bodies_of_a_redacted_event_are_a_divergence(good: Good) -> None:
    good.log[2] = replace(good.log[2], data=None)
    assert good.found() == []
    good.views["bob"][3] = received(row(3), "bob", data={"kind": "text", "text": "other"})
    assert good.kinds() == {"divergence"}


def test_answer_with_another_offset_than_the_log_is_a_divergence(good: Good) -> None:
    good.sends[-2:] = sent(6, at=5)
    assert good.kinds() == {"divergence"}


def test_different_timelines_are_a_divergence(good: Good) -> None:
    good.ends.append(lines("bob", [row(3, data='{"text": "other"}')]))
    assert good.kinds() == {"divergence"}


def test_timeline_of_a_client_that_is_behind_is_not_compared(good: Good) -> None:
    good.ends.append(replace(lines("bob", [row(3, data='{"text": "other"}')]), o=5))
    assert good.found() == []


def test_connected_client_without_the_last_event_has_not_observed_it(good: Good) -> None:
    good.ends[2] = quiet("bob", 5)
    del good.views["bob"][-1]
    assert good.kinds() == {"unobserved"}


@pytest.mark.parametrize("op", ["close", "cut"])
def test_event_of_a_room_that_is_not_open_is_an_anomaly(good: Good, op: str) -> None:
    good.views["bob"].insert(6, Record(0, "bob", op, ROOM if op == "close" else "", "info"))
    assert [(found.kind, found.o) for found in good.found()] == [("unopened", 6)]


def reacted(o: int, by: str, emoji: str, *, on: bool = True) -> Row:
    return row(o, by, kind="message.reacted", data=json.dumps({"o": 1, "emoji": emoji, "on": on}))


def reaction_anomalies(stored: dict[str, list[str]]) -> list[tuple[str, str, str]]:
    """Check a message to which Ann reacted twice and took one back, and to which Bob reacted."""
    events = [reacted(2, "ann", "a"), reacted(3, "bob", "a"), reacted(4, "ann", "b"), reacted(5, "ann", "a", on=False)]
    kept = json.dumps([[emoji, [USERS[name] for name in names]] for emoji, names in stored.items()])
    found = in_reactions([row(1), *events], [Reacted(ROOM, 1, kept), Reacted(ROOM, 9, None)])
    return [(each.kind, each.client, each.detail) for each in found]


def test_reactions_of_a_message_are_those_of_its_events() -> None:
    assert reaction_anomalies({"a": ["bob"], "b": ["ann"]}) == []


@pytest.mark.parametrize(
    ("stored", "found"),
    [
        ({"a": ["bob"]}, [("reaction_lost", "ann", "b")]),
        ({"a": ["bob", "bob"], "b": ["ann"]}, [("reaction_doubled", "bob", "a")]),
        ({"a": ["bob", "ann"], "b": ["ann"]}, [("reaction_doubled", "ann", "a")]),
    ],
)
def test_reaction_that_is_missing_or_there_without_an_event_is_an_anomaly(
    stored: dict[str, list[str]], found: list[tuple[str, str, str]]
) -> None:
    assert reaction_anomalies(stored) == [(kind, USERS[name], emoji) for kind, name, emoji in found]


def test_reactions_to_a_message_without_a_row_are_lost() -> None:
    assert [each.kind for each in in_reactions([row(1), reacted(2, "ann", "a")], [])] == ["reaction_lost"]


def test_table_has_a_column_for_every_kind() -> None:
    assert list(table([Anomaly("skip", "ann", ROOM)])) == list(KINDS)


def test_history_is_the_same_after_write_and_read(good: Good, tmp_path: Path) -> None:
    write_jsonl(tmp_path / "history.jsonl", good.views["bob"])
    assert read_jsonl(tmp_path / "history.jsonl") == good.views["bob"]


def test_reply_that_leads_to_its_original_is_no_anomaly(good: Good) -> None:
    answer = row(7, data=json.dumps({"kind": "text", "text": "line 7", "re": 3}))
    sends = [replace(record, body={"text": "line 7", "re": 3}) for record in sent(7)]
    assert check(sends, [*good.log, answer], replies=[Reply(ROOM, 7, ROOM, 3)]) == []
    assert check(sends, [*good.log, replace(answer, data=None)], replies=[Reply(ROOM, 7, ROOM, 3)]) == []


@pytest.mark.parametrize(
    "replies",
    [
        [],
        [Reply(ROOM, 7, ROOM, 2)],
        [Reply(ROOM, 7, "another00000room", 3)],
        [Reply(ROOM, 7, None, None)],
        [Reply(ROOM, 7, ROOM, 9)],
    ],
)
def test_reply_that_leads_elsewhere_dangles(good: Good, replies: list[Reply]) -> None:
    answer = row(7, data=json.dumps({"kind": "text", "text": "line 7", "re": 3}))
    sends = [replace(record, body={"text": "line 7", "re": 3}) for record in sent(7)]
    found = check(sends, [*good.log, answer], replies=replies)
    assert {anomaly.kind for anomaly in found} == {"dangling"}
