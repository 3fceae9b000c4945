"""Logs: `batch` is the only way to append; reading events. Committed events go to every hub of this process.

Nobody else writes `Log` or `Event`. Locks are taken in id order, or PostgreSQL dead-locks.
"""

import logging
import random
import secrets
from collections.abc import Callable, Collection, Iterable, Iterator, Sequence
from contextlib import contextmanager
from functools import partial
from typing import Any, Final

from django.db import models, transaction
from django.db.models import QuerySet

from realtime.errors import not_found
from realtime.log.event import LogEvent
from realtime.log.permissions import PermissionsChanged
from realtime.models import Deadline, Event, Log
from realtime.steady_clock import now_ms
from realtime.storage.bulk_insert import Row, heads_write, insert_many, insert_values
from realtime.storage.prepared import prepared
from realtime.types import ClientId, LogKey, Signal, UserId
from realtime.wire.messages import encode, labels

SITE: Final = LogKey("site")
"""The log that only processes read: what narrows somebody's rights."""
KEY_ALPHABET: Final = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789"

logger = logging.getLogger(__name__)


def key_new(length: int = 16) -> str:
    """A random opaque id: 5.95 bits a character."""
    return "".join(secrets.choice(KEY_ALPHABET) for _ in range(length))


class Batch:
    """What one transaction appends, staged until `flush`. `mark` and `rewind` take a refused request out."""

    def __init__(self, logs: Iterable[Log]) -> None:
        self.now = now_ms()
        self.entries: list[LogEvent] = []
        self.signals: list[Signal] = []
        self.method = ""
        """The method whose request is being written; events with a `cid` are stored under it."""
        self._logs = {LogKey(log.key): log for log in logs}
        self._unwritten = 0
        self._rows: list[Row] = []
        self._tags: dict[LogKey, int] = {}

    def log(self, key: LogKey) -> Log:
        """The locked log, or `not_found`."""
        try:
            return self._logs[key]
        except KeyError:
            raise not_found("no such room") from None

    def create_log(self) -> Log:
        """A new empty log; nobody else can see it before the commit, so it needs no lock."""
        log = Log.objects.create(key=key_new())
        self._logs[LogKey(log.key)] = log
        return log

    def append(
        self,
        key: LogKey,
        *,
        kind: str,
        data: Any,
        actor: UserId | None = None,
        cid: ClientId | None = None,
        method: str = "",
        audience: Iterable[str] | None = None,
        blanks: Sequence[int] = (),
        line: bool = False,
    ) -> LogEvent:
        """Stage one event at the next offset. `blanks`: offsets (≤ 500) whose data this one supersedes."""
        log = self.log(key)
        log.head, log.lines = log.head + 1, log.lines + line
        entry = LogEvent(
            room=key,
            o=log.head,
            t=self._tags.pop(key) if key in self._tags else random.getrandbits(32),
            n=log.lines,
            at=self.now,
            kind=kind,
            actor=actor,
            cid=cid,
            audience=None if audience is None else labels(audience),
            blanks=tuple(blanks),
            data=None if data is None else encode(data).decode(),
            method=method or (self.method if cid else ""),
        )
        self.entries.append(entry)
        return entry

    def next_tag(self, key: LogKey) -> int:
        """Return the tag that the next event of this log will have, for data that names the event it is in."""
        return self._tags.setdefault(key, random.getrandbits(32))

    def insert(self, row: models.Model) -> None:
        """Stage a new row; it gets no primary key back."""
        self._rows.append((type(row), vars(row)))

    def insert_values(self, model: type[models.Model], **values: Any) -> None:
        """The same without an instance, where there are many: values by attribute name, what is missing is null."""
        self._rows.append((model, values))

    def signal(self, signal: Signal) -> None:
        """Send a signal after the commit. For batches outside the writer: a method returns its signals."""
        self.signals.append(signal)

    def schedule(self, key: LogKey, kind: str, at: int, data: Any) -> None:
        """A deadline at `at` ms UTC, for whoever registered `kind` with `realtime.workers.deadlines`."""
        self.insert(Deadline(log_id=self.log(key).pk, kind=kind, at=at, data=encode(data).decode()))

    def narrow(
        self,
        user: UserId | None,
        *,
        log: LogKey | None = None,
        login: str | None = None,
        reason: str = "removed",
        until: int | None = None,
    ) -> None:
        """Tell every process to ask again what `user` may read and do: in one log, in one login session, or at all.

        Without a user, everybody who reads that log is meant.
        `reason` and `until` (ms UTC) are what `room.left` says to them where they may no longer read.
        """
        change = PermissionsChanged(user=user, log=log, login=login, reason=reason, until=until)
        self.append(SITE, kind="site.narrowed", data=change)

    def mark(self) -> tuple[int, int, dict[LogKey, tuple[int, int]]]:
        return len(self.entries), len(self._rows), {key: (log.head, log.lines) for key, log in self._logs.items()}

    def rewind(self, mark: tuple[int, int, dict[LogKey, tuple[int, int]]]) -> None:
        """Take back what was staged since `mark`; what a savepoint had flushed since is rolled back by it."""
        entries, rows, heads = mark
        del self.entries[entries:], self._rows[rows:]
        self._unwritten = min(self._unwritten, entries)
        self._logs = {key: self._logs[key] for key in heads}
        for key, (head, lines) in heads.items():
            self._logs[key].head, self._logs[key].lines = head, lines

    def flush(self) -> None:
        """Write what is staged: one `executemany` a table, one head update a log."""
        entries, self._unwritten = self.entries[self._unwritten :], len(self.entries)
        insert_values(Event, [self._row(entry) for entry in entries])
        for entry in entries:
            if entry.blanks:
                Event.objects.filter(log=self._logs[entry.room], offset__in=entry.blanks).update(data=None)
        heads_write([self._logs[key] for key in {entry.room for entry in entries}])
        rows, self._rows = self._rows, []
        insert_many(rows)

    def _row(self, entry: LogEvent) -> tuple[Any, ...]:
        blanks = encode(entry.blanks).decode() if entry.blanks else None
        return (
            self._logs[entry.room].pk,
            entry.o,
            entry.t,
            entry.n,
            entry.kind,
            entry.method,
            entry.actor,
            entry.cid,
            entry.audience,
            blanks,
            entry.data,
            entry.at,
        )


@contextmanager
def batch(keys: Iterable[LogKey]) -> Iterator[Batch]:
    """Lock these logs, let the caller stage, write, commit; then publish. Unknown keys are met by `Batch.log`."""
    with transaction.atomic():
        staged = Batch(_locked(set(keys)))
        yield staged
        staged.flush()
        if staged.entries:
            transaction.on_commit(partial(publish, staged.entries, staged.signals), robust=True)


def _locked(keys: set[LogKey]) -> list[Log]:
    logs = _rows_locked(keys)
    if SITE in keys and all(log.key != SITE for log in logs):
        Log.objects.get_or_create(key=SITE)
        logs = _rows_locked(keys)
    return logs


@prepared
def _rows_locked(keys: Collection[LogKey]) -> "QuerySet[Log]":
    """Their keys stay (`no_key`): a row of another batch that refers to one of these logs waits for nobody."""
    return Log.objects.select_for_update(no_key=True).filter(key__in=keys).order_by("pk")


Listener = Callable[[Sequence[LogEvent], Sequence[Signal]], None]
_listeners: set[Listener] = set()


def listen(listener: Listener) -> Callable[[], None]:
    """Be told of what this process commits, in the thread that committed; returns the way out."""
    _listeners.add(listener)
    return partial(_listeners.discard, listener)


def publish(entries: Sequence[LogEvent], signals: Sequence[Signal] = ()) -> None:
    """Hand committed events to this process's hubs. A failure costs a sweep, never the commit."""
    for listener in tuple(_listeners):
        try:
            listener(entries, signals)
        except Exception:
            logger.exception("a hub did not take %d events", len(entries))
