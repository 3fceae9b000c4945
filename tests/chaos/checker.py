"""Compare what clients did and saw with what the log holds. Pure, and linear in records and rows.

The anomalies, of which a run may have none:
`lost` an acknowledged request is not in the log; `refused` one that was refused is; `phantom` an event was received
that the log does not have; `dup_log` one (actor, cid) at two offsets; `dup_view` one event received twice; `skip` one
never received; `nonmonotonic` one received after a later one; `reorder` one sender's requests in another order than
sent; `divergence` two bodies at one (room, o), or two timelines; `unobserved` a connected reader never heard of it;
`dangling` a reply does not lead to the message that it answers;
`unopened` an event came before its room was opened on that connection, or after it was closed; `reaction_lost` the
row of a message lacks a reaction that its events say it has; `reaction_doubled` the row has one twice, or one that its
events do not say.
"""

import json
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from typing import Any

from tests.chaos.history import Record

KINDS = (
    "lost",
    "refused",
    "phantom",
    "dup_log",
    "dup_view",
    "skip",
    "nonmonotonic",
    "reorder",
    "divergence",
    "unobserved",
    "dangling",
    "unopened",
    "reaction_lost",
    "reaction_doubled",
)
MESSAGES = {"message.posted", "room.created", "room.changed"}
MARKERS = {"receive", "open", "close", "cut", "quiet", "lines"}


@dataclass(frozen=True, slots=True)
class Row:
    """An event in the database; `data` is its encoded text, None once redacted."""

    room: str
    o: int
    tag: int
    kind: str
    actor: str | None
    cid: str | None
    data: str | None


@dataclass(frozen=True, slots=True)
class Reacted:
    """A message in the database; `reactions` is the encoded text of its column."""

    room: str
    o: int
    reactions: str | None


@dataclass(frozen=True, slots=True)
class Reply:
    """A stored message that answers another one: its place, and the place of that one. None: it is not stored."""

    room: str
    o: int
    to_room: str | None
    to: int | None


@dataclass(frozen=True, slots=True)
class Anomaly:
    kind: str
    client: str
    room: str
    o: int | None = None
    cid: str | None = None
    detail: str = ""


@dataclass(slots=True)
class Log:
    rows: dict[tuple[str, int], Row] = field(default_factory=dict)
    heads: dict[str, int] = field(default_factory=lambda: defaultdict(int))
    offsets: dict[str, list[int]] = field(default_factory=lambda: defaultdict(list))

    @classmethod
    def of(cls, rows: Iterable[Row]) -> "Log":
        log = cls()
        for row in rows:
            log.rows[row.room, row.o] = row
            log.heads[row.room] = max(log.heads[row.room], row.o)
            if row.cid:
                log.offsets[row.cid].append(row.o)
        return log


def check(
    records: Iterable[Record], rows: Iterable[Row], messages: Iterable[Reacted] = (), replies: Iterable[Reply] = ()
) -> list[Anomaly]:
    """Return the anomalies. `records` are those of all clients, in the order of each; the others those of all rooms."""
    records, rows = list(records), list(rows)
    log = Log.of(rows)
    return [
        *in_log(rows, log),
        *in_sends(records, log),
        *in_order_of_sends(records, log),
        *in_views(records),
        *in_bodies(records, log),
        *in_lines(records, log),
        *in_quiet(records, log),
        *in_reactions(rows, messages),
        *in_replies(records, log, list(replies)),
    ]


def table(anomalies: Iterable[Anomaly]) -> dict[str, int]:
    counted = Counter(anomaly.kind for anomaly in anomalies)
    return {kind: counted[kind] for kind in KINDS}


def in_log(rows: list[Row], log: Log) -> Iterator[Anomaly]:
    known: dict[tuple[str, str], Row] = {}
    for row in rows:
        if row.actor is None or row.cid is None:
            continue
        first = known.setdefault((row.actor, row.cid), row)
        if first is not row:
            yield Anomaly("dup_log", row.actor, row.room, row.o, row.cid, f"also {first.room}@{first.o}")
    for room, head in log.heads.items():
        for o in range(1, head + 1):
            if (room, o) not in log.rows:
                yield Anomaly("skip", "the log", room, o)


def in_sends(records: list[Record], log: Log) -> Iterator[Anomaly]:
    for record in records:
        if record.op in MARKERS or record.cid is None:
            continue
        offsets = log.offsets.get(record.cid, [])
        if record.type == "fail" and offsets:
            yield Anomaly("refused", record.client, record.room, offsets[0], record.cid, str(record.body))
        if record.type != "ok":
            continue
        if not offsets:
            yield Anomaly("lost", record.client, record.room, record.o, record.cid)
        elif record.o not in offsets:
            yield Anomaly("divergence", record.client, record.room, record.o, record.cid, f"the log says {offsets}")


def in_order_of_sends(records: list[Record], log: Log) -> Iterator[Anomaly]:
    last: dict[tuple[str, str], int] = {}
    invoked: set[str] = set()
    for record in records:
        if record.op in MARKERS or record.type != "invoke" or record.cid is None or record.cid in invoked:
            continue
        invoked.add(record.cid)
        offset = min(log.offsets.get(record.cid, []), default=None)
        if offset is None:
            continue
        before = last.get((record.client, record.room), 0)
        if offset < before:
            yield Anomaly("reorder", record.client, record.room, offset, record.cid, f"sent after {before}")
        last[record.client, record.room] = max(before, offset)


@dataclass(slots=True)
class View:
    """State of one client in one room: the last offset, the offsets it saw, and those it skipped."""

    last: int = 0
    open: bool = False
    seen: set[int] = field(default_factory=set)
    missing: set[int] = field(default_factory=set)

    def opened(self, o: int) -> Iterator[tuple[str, int]]:
        yield from self.skipped()
        self.last, self.open = o, True

    def skipped(self) -> Iterator[tuple[str, int]]:
        yield from (("skip", o) for o in sorted(self.missing))
        self.missing.clear()

    def received(self, o: int) -> Iterator[tuple[str, int]]:
        if not self.open:
            yield "unopened", o
            return
        if o > self.last:
            self.missing.update(range(self.last + 1, o))
            self.last = o
        elif o in self.missing:
            self.missing.discard(o)
            yield "nonmonotonic", o
        else:
            yield ("dup_view" if o in self.seen else "nonmonotonic"), o
        self.seen.add(o)


def in_views(records: list[Record]) -> Iterator[Anomaly]:
    views: defaultdict[str, defaultdict[str, View]] = defaultdict(lambda: defaultdict(View))
    for record in records:
        view = views[record.client][record.room]
        match record.op, record.o:
            case "open", int(o):
                yield from (Anomaly(kind, record.client, record.room, o) for kind, o in view.opened(o))
            case "receive", int(o):
                yield from (Anomaly(kind, record.client, record.room, o) for kind, o in view.received(o))
            case "close", _:
                view.open = False
            case "cut", _:
                for view in views[record.client].values():
                    view.open = False
    for client, rooms in views.items():
        for room, view in rooms.items():
            yield from (Anomaly(kind, client, room, o) for kind, o in view.skipped())


def in_bodies(records: list[Record], log: Log) -> Iterator[Anomaly]:
    """Against the row, and against what others received, for the row may have been emptied since."""
    bodies: dict[tuple[str, int], Any] = {}
    for record in records:
        if record.op != "receive" or record.o is None:
            continue
        row = log.rows.get((record.room, record.o))
        if row is None:
            yield Anomaly("phantom", record.client, record.room, record.o, record.cid)
            continue
        data = record.body["data"]
        if difference(record, row) or (data is not None and bodies.setdefault((row.room, row.o), data) != data):
            yield Anomaly("divergence", record.client, row.room, row.o, record.cid, str(record.body))


def difference(record: Record, row: Row) -> bool:
    body = record.body
    if body["t"] != row.tag:
        return True
    if body["kind"] == "withheld":
        return False
    if (body["kind"], body["by"], record.cid) != (row.kind, row.actor, row.cid):
        return True
    return row.data is not None and json.loads(row.data) != body["data"]


def in_lines(records: list[Record], log: Log) -> Iterator[Anomaly]:
    """Compare timelines: clients that have read all show the same for a message (`Lines.summary`)."""
    lines: dict[tuple[str, str], Any] = {}
    for record in records:
        if record.op != "lines" or record.o != log.heads[record.room]:
            continue
        for o, line in record.body.items():
            if lines.setdefault((record.room, o), line) != line:
                yield Anomaly("divergence", record.client, record.room, int(o), None, f"line {line}")


def in_quiet(records: list[Record], log: Log) -> Iterator[Anomaly]:
    for record in records:
        if record.op == "quiet" and record.o is not None and record.o < log.heads[record.room]:
            yield Anomaly("unobserved", record.client, record.room, record.o, None, f"head {log.heads[record.room]}")


def in_reactions(rows: list[Row], messages: Iterable[Reacted]) -> Iterator[Anomaly]:
    """Compare the row of each message with the set that its events make."""
    told: defaultdict[tuple[str, int], set[tuple[str, str]]] = defaultdict(set)
    for row in sorted(rows, key=lambda row: (row.room, row.o)):
        if row.kind == "message.reacted" and row.data and row.actor:
            data = json.loads(row.data)
            pairs = told[row.room, data["o"]]
            (pairs.add if data["on"] else pairs.discard)((data["emoji"], row.actor))
    for message in messages:
        stored = [(emoji, user) for emoji, users in json.loads(message.reactions or "[]") for user in users]
        pairs = told.pop((message.room, message.o), set())
        for emoji, user in sorted(pairs - set(stored)):
            yield Anomaly("reaction_lost", user, message.room, message.o, None, emoji)
        for emoji, user in (Counter(stored) - Counter(pairs)).elements():
            yield Anomaly("reaction_doubled", user, message.room, message.o, None, emoji)
    for (room, o), pairs in told.items():
        yield from (Anomaly("reaction_lost", user, room, o, None, emoji) for emoji, user in sorted(pairs))


def in_replies(records: list[Record], log: Log, replies: list[Reply]) -> Iterator[Anomaly]:
    """Compare what was sent, what the events say and what the messages refer to. A redacted event says nothing."""
    stored = {(reply.room, reply.o): reply for reply in replies}
    for reply in replies:
        original = log.rows.get((reply.room, reply.to or 0))
        is_whole = reply.to_room == reply.room and reply.to is not None and reply.to < reply.o
        if not is_whole or original is None or original.kind not in MESSAGES:
            yield Anomaly("dangling", "the log", reply.room, reply.o, None, f"{reply.to_room}@{reply.to}")
    for row in log.rows.values():
        re = json.loads(row.data).get("re") if row.kind == "message.posted" and row.data else None
        found = stored.get((row.room, row.o))
        if re is not None and (found is None or found.to != re):
            yield Anomaly("dangling", "the log", row.room, row.o, row.cid, f"the event says {re}, the message {found}")
    asked = {
        record.cid: record.body["re"] for record in records if record.type == "invoke" and "re" in (record.body or {})
    }
    for record in records:
        if record.type == "ok" and record.cid in asked and record.o is not None:
            found = stored.get((record.room, record.o))
            if found is None or found.to != asked[record.cid]:
                yield Anomaly("dangling", record.client, record.room, record.o, record.cid, f"sent {asked[record.cid]}")
