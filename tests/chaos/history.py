"""The steps of one client in order, which the checker compares with the log."""

import json
import time
from collections.abc import Iterable
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any, Literal

Type = Literal["invoke", "ok", "fail", "info"]


@dataclass(frozen=True, slots=True)
class Record:
    """A step of a client.

    `op` is a method of the wire, or `receive` (an event came), `open` (the position events follow from), `close`,
    `cut` (of the connection), `quiet` (the position after a while without sends), `lines` (the timeline, in `body`).
    """

    t: float
    client: str
    op: str
    room: str
    type: Type
    cid: str | None = None
    o: int | None = None
    body: Any = None


@dataclass(slots=True)
class History:
    client: str
    records: list[Record] = field(default_factory=list)

    def add(
        self, op: str, room: str, type: Type, *, cid: str | None = None, o: int | None = None, body: Any = None
    ) -> None:
        self.records.append(Record(time.monotonic(), self.client, op, room, type, cid, o, body))


def write_jsonl(path: Path, records: Iterable[Record]) -> None:
    with path.open("w", encoding="utf-8") as file:
        for record in records:
            file.write(json.dumps(asdict(record), ensure_ascii=False) + "\n")


def read_jsonl(path: Path) -> list[Record]:
    with path.open(encoding="utf-8") as file:
        return [Record(**json.loads(line)) for line in file]
