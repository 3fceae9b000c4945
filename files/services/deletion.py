"""Delete files: at once for every reader, and soon after on the disk.

A transaction only marks rows (`gone_at`), because a disk or a remote storage may be slow. After its commit a thread
deletes the bodies and then the rows. A process that is killed in between leaves marked rows; the next thread, of any
process, goes on with them.
"""

import logging
import threading
from typing import Any, Final

from django.db import connection, transaction
from django.db.models import F, QuerySet

from accounts.models import User
from files import bodies, parts
from files.backups import bodies_kept
from files.models import File
from files.selectors import SITE, room_scope, user_scope
from files.services.usage import count
from realtime import LogKey
from realtime.log import Batch, now_ms

logger = logging.getLogger(__name__)

AT_ONCE: Final = 100
"""The number of rows that one query of the thread reads."""


def files_mark_gone(files: "QuerySet[File]", now: int) -> int:
    """Take files from every reader, in the caller's transaction. Their bodies are deleted after its commit."""
    marked = files.filter(gone_at=None).update(gone_at=now, cid=F("key"))
    if marked:
        transaction.on_commit(collect_soon, robust=True)
    return marked


def expire_due(batch: Batch, room: LogKey, data: Any) -> None:
    """Handle the deadline `files.expire`: delete an upload that nobody has posted or used.

    It also starts the thread for what a killed process has left.
    """
    files_mark_gone(File.objects.filter(key=data["key"], use=File.Use.NONE), batch.now)
    transaction.on_commit(collect_soon, robust=True)


def files_of_person_delete(user: User) -> None:
    """Delete all files of a person who deletes their account. The emoji of a room stay, because they are the room's."""
    with transaction.atomic():
        files_mark_gone(File.objects.filter(owner=user).exclude(use=File.Use.EMOJI), now_ms())


def collect(most: int = AT_ONCE) -> int:
    """Delete the bodies of at most so many marked files, and then their rows. Return how many.

    While a backup is made nothing is deleted; the next collection does it.
    """
    with bodies_kept(wait=False) as alone:
        return _collect(most) if alone else 0


def _collect(most: int) -> int:
    gone = list(File.objects.exclude(gone_at=None).order_by("gone_at")[:most])
    for file in gone:
        parts.remove(file.key)
        bodies.delete(file.body or bodies.name_of(file.key))
        _row_delete(file)
    return len(gone)


def _row_delete(file: File) -> None:
    with transaction.atomic():
        if not File.objects.filter(pk=file.pk).delete()[0]:
            return  # another process was first
        count([SITE, user_scope(file.owner_id)], -file.bytes, -1)
        if file.use == File.Use.MESSAGE and file.log_id is not None:
            count([room_scope(file.log_id)], -file.bytes)


class _Collector:
    """Starts the thread of the process that collects until nothing is marked. There is one at most."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._wanted = False
        self._runs = False

    def start(self) -> None:
        with self._lock:
            self._wanted = True
            if self._runs:
                return
            self._runs = True
        threading.Thread(target=self._run, name="files-collector", daemon=True).start()

    def _run(self) -> None:
        try:
            while self._take():
                while collect() == AT_ONCE:
                    pass
        except Exception:
            logger.exception("bodies of deleted files were not deleted; the next deletion tries again")
            with self._lock:
                self._runs = False
        finally:
            connection.close()

    def _take(self) -> bool:
        with self._lock:
            self._runs, self._wanted = self._wanted, False
            return self._runs


collect_soon: Final = _Collector().start
"""Start the thread, unless it runs. Tests replace this by a function that does nothing."""
