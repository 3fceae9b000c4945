"""Appending to logs: `batch` is the only way, and no other code writes `Log` or `Event`.

Locks are taken in the order of ids; otherwise PostgreSQL would report deadlocks.
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
from realtime.log.event import LogEvent, audience_text
from realtime.log.permissions import PermissionsChanged
from realtime.models import Deadline, Event, Log
from realtime.steady_clock import now_ms
from realtime.storage.bulk_insert import Row, heads_write, insert_many, insert_values
from realtime.storage.prepared import prepared
from realtime.types import SITE, ClientId, LogKey, Signal, UserId, encode

KEY_ALPHABET: Final = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789"

logger = logging.getLogger(__name__)


def key_new(length: int = 16) -> str:
    """Return a random opaque id, of 5.95 bits a character."""
    return "".join(secrets.choice(KEY_ALPHABET) for _ in range(length))


Savepoint = tuple[int, int, int, int, dict[LogKey, tuple[int, int]]]
"""The number of staged events, rows, signals and collected items, and the head of each log."""


class Batch:
    """The events and rows of one transaction, staged until `flush`."""

    def __init__(self, logs: Iterable[Log]) -> None:
        self.now = now_ms()
        self.events: list[LogEvent] = []
        self.signals: list[Signal] = []
        self.method = ""
        """The method whose request is being written; events with a `cid` are stored under it."""
        self._logs = {LogKey(log.key): log for log in logs}
        self._unwritten = 0
        self._rows: list[Row] = []
        self._collected: list[tuple[Callable[[Batch, Sequence[Any]], None], Any]] = []
        self._tags: dict[LogKey, int] = {}

    def log(self, key: LogKey) -> Log:
        """Return a log that the batch has locked, or raise `not_found`."""
        try:
            return self._logs[key]
        except KeyError:
            raise not_found("no such room") from None

    def create_log(self) -> Log:
        """Return a new empty log. It needs no lock, because no other transaction sees it before the commit."""
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
        redacts: Sequence[int] = (),
        counts_as_message: bool = False,
    ) -> LogEvent:
        """Stage one event at the next offset. `redacts`: offsets of events, at most 500, whose data is removed."""
        log = self.log(key)
        log.head, log.lines = log.head + 1, log.lines + counts_as_message
        event = LogEvent(
            room=key,
            o=log.head,
            t=self._tags.pop(key) if key in self._tags else random.getrandbits(32),
            n=log.lines,
            at=self.now,
            kind=kind,
            actor=actor,
            cid=cid,
            audience=None if audience is None else audience_text(audience),
            redacts=tuple(redacts),
            data=None if data is None else encode(data).decode(),
            method=method or (self.method if cid else ""),
        )
        self.events.append(event)
        return event

    def next_tag(self, key: LogKey) -> int:
        """Return the tag that the next event of this log will have, for data that names the event it is in."""
        return self._tags.setdefault(key, random.getrandbits(32))

    def insert(self, row: models.Model) -> None:
        """Stage a new row; it gets no primary key back."""
        self._rows.append((type(row), vars(row)))

    def insert_values(self, model: type[models.Model], **values: Any) -> None:
        """Stage a new row without an instance: values by attribute name. A missing value is null."""
        self._rows.append((model, values))

    def collect(self, function: "Callable[[Batch, Sequence[Any]], None]", item: Any) -> None:
        """Call the function once at `flush`, with all items that were collected for it, after the rows are written.

        It may stage rows. It may not refuse, because then all requests of its group would fail.
        """
        self._collected.append((function, item))

    def signal(self, signal: Signal) -> None:
        """Send a signal after the commit. A method returns its signals instead."""
        self.signals.append(signal)

    def schedule(self, key: LogKey, kind: str, at: int, data: Any) -> None:
        """Stage a deadline at `at` ms UTC, for the handler of `kind` in `realtime.workers.deadlines`."""
        self.insert(Deadline(log_id=self.log(key).pk, kind=kind, at=at, data=encode(data).decode()))

    def revoke(
        self,
        user: UserId | None,
        *,
        log: LogKey | None = None,
        login: str | None = None,
        reason: str = "removed",
        until: int | None = None,
    ) -> None:
        """Make every process check again what `user` may read and do: in one log, in one login session, or at all.

        Without a user it is about everybody who reads that log. A user who may no longer read it gets `room.left` with
        `reason` and `until` (ms UTC). The batch must have locked `SITE`.
        """
        change = PermissionsChanged(user=user, log=log, login=login, reason=reason, until=until)
        self.append(SITE, kind="site.narrowed", data=change)

    def savepoint(self) -> Savepoint:
        """Return a point to which `rollback_to` brings the batch back."""
        heads = {key: (log.head, log.lines) for key, log in self._logs.items()}
        return len(self.events), len(self._rows), len(self.signals), len(self._collected), heads

    def rollback_to(self, savepoint: Savepoint) -> None:
        """Take back what was staged since; what was flushed since has to be rolled back by a database savepoint."""
        events, rows, signals, collected, heads = savepoint
        del self.events[events:], self._rows[rows:], self.signals[signals:], self._collected[collected:]
        self._unwritten = min(self._unwritten, events)
        self._logs = {key: self._logs[key] for key in heads}
        for key, (head, lines) in heads.items():
            self._logs[key].head, self._logs[key].lines = head, lines

    def flush(self) -> None:
        """Write what is staged: one `executemany` for each table, one update of the head for each log."""
        events, self._unwritten = self.events[self._unwritten :], len(self.events)
        insert_values(Event, [self._row(event) for event in events])
        for event in events:
            if event.redacts:
                Event.objects.filter(log=self._logs[event.room], offset__in=event.redacts).update(data=None)
        heads_write([self._logs[key] for key in {event.room for event in events}])
        self._insert_rows()
        if self._collected:
            self._hand_over_collected()
            self._insert_rows()

    def _insert_rows(self) -> None:
        rows, self._rows = self._rows, []
        insert_many(rows)

    def _hand_over_collected(self) -> None:
        collected, self._collected = self._collected, []
        for function in dict.fromkeys(function for function, _ in collected):
            function(self, [item for wanted, item in collected if wanted == function])

    def _row(self, event: LogEvent) -> tuple[Any, ...]:
        return (
            self._logs[event.room].pk,
            event.o,
            event.t,
            event.n,
            event.kind,
            event.method,
            event.actor,
            event.cid,
            event.audience,
            encode(event.redacts).decode() if event.redacts else None,
            event.data,
            event.at,
        )


@contextmanager
def batch(keys: Iterable[LogKey], *, announce: bool = True) -> Iterator[Batch]:
    """Lock these logs, let the caller stage, write and commit; then publish, unless the caller does (`announce`).

    An unknown key is refused by `Batch.log`.
    """
    with transaction.atomic():
        staged = Batch(_locked(set(keys)))
        yield staged
        staged.flush()
        if announce and staged.events:
            transaction.on_commit(partial(publish, staged.events, staged.signals), robust=True)


def _locked(keys: set[LogKey]) -> list[Log]:
    logs = _rows_locked(keys)
    if SITE in keys and all(log.key != SITE for log in logs):
        Log.objects.get_or_create(key=SITE)
        logs = _rows_locked(keys)
    return logs


@prepared
def _rows_locked(keys: Collection[LogKey]) -> "QuerySet[Log]":
    """Lock the logs, but not their keys (`no_key`): rows of other batches that refer to one of them do not wait."""
    return Log.objects.select_for_update(no_key=True).filter(key__in=keys).order_by("pk")


Listener = Callable[[Sequence[LogEvent], Sequence[Signal]], None]
_listeners: set[Listener] = set()


def listen(listener: Listener) -> Callable[[], None]:
    """Call the listener with what this process commits outside the writer, in the thread that commits.

    Return the function that ends this.
    """
    _listeners.add(listener)
    return partial(_listeners.discard, listener)


def publish(events: Sequence[LogEvent], signals: Sequence[Signal] = ()) -> None:
    """Hand committed events to the listeners. A failure delays them until the hubs reconcile."""
    for listener in tuple(_listeners):
        try:
            listener(events, signals)
        except Exception:
            logger.exception("%d events were not published; reconciling will find them", len(events))
