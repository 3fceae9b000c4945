"""Django's sessions in the database, stored under a hash of their key: a copy of the database cannot be used to log in.

Release 0.1 stored the keys of browsers unhashed. Such rows are still read, and are hashed some time after the start,
when no process of 0.1 runs any more (docs/operating.md, "Log-in sessions").
"""

import hashlib
from collections.abc import Collection
from datetime import datetime
from time import monotonic
from typing import Any, Final

from asgiref.sync import sync_to_async
from django.contrib.sessions.backends.base import UpdateError
from django.contrib.sessions.backends.db import SessionStore as DatabaseStore
from django.contrib.sessions.models import Session
from django.db import transaction
from django.db.models import QuerySet
from django.db.models.functions import Length
from django.utils import timezone

from realtime.storage.prepared import prepared

KEY_LENGTH: Final = 32
"""The key in a browser has so many characters; a stored one is longer."""
STORED_LENGTH: Final = 40
UPGRADE_S: Final = 600
"""Processes of release 0.1 may run beside this one for so many seconds after the start."""
HASHED_AT_ONCE: Final = 500


def stored(key: str) -> str:
    """Return the primary key of a new session's row."""
    return hashlib.sha256(key.encode()).hexdigest()[:STORED_LENGTH]


def rows_of(key: str) -> list[str]:
    """Return the primary keys that a session may have. A cookie with a stored primary key finds no row."""
    return [stored(key), key] if len(key) == KEY_LENGTH else [stored(key)]


class Upgrade:
    """The upgrade from release 0.1: the time in which its processes may still run, and the rows they have left."""

    def __init__(self) -> None:
        self._began = monotonic()
        self._found: bool | None = None
        self._finished = False

    @property
    def runs(self) -> bool:
        """Return whether processes of 0.1 may still read sessions. New sessions then get an unhashed key too."""
        if self._found is None:
            self._found = _clear().exists()
        return self._found and monotonic() - self._began < UPGRADE_S

    def finish(self) -> None:
        """Hash some of the keys that are left, once processes of 0.1 are gone. `users_seen` calls this regularly."""
        if not self._finished and monotonic() - self._began >= UPGRADE_S:
            self._finished = hash_keys() == 0


upgrade = Upgrade()


class SessionStore(DatabaseStore):
    """Keeps the browser's key, while the row has its hash. Keys that are not alphanumeric are refused."""

    _found: tuple[str, str] = "", ""
    """The key that was looked up last, and the primary key of its row."""

    def _validate_session_key(self, key: Any) -> bool:
        return bool(super()._validate_session_key(key)) and str(key).isalnum()  # type: ignore[misc]

    @property
    def row(self) -> str:
        """Return the primary key of this session's row."""
        key = str(self.session_key)
        if self._found[0] != key:
            self._found = key, key if upgrade.runs else stored(key)
        return self._found[1]

    def load(self) -> dict[str, Any]:
        """Load the session as Django does, but with a prepared query, because every request and hello does it."""
        key = str(self.session_key)
        found = _stored.first(rows_of(key))
        if found is None or found[2] <= timezone.now():
            self._session_key = None
            return {}
        self._found = key, found[0]
        data: dict[str, Any] = self.decode(found[1])
        return data

    def exists(self, session_key: str | None) -> bool:
        return self.model.objects.filter(session_key__in=rows_of(str(session_key))).exists()

    def create_model_instance(self, data: Any) -> Any:
        made = super().create_model_instance(data)
        made.session_key = self.row
        return made

    def save(self, must_create: bool = False) -> None:
        try:
            super().save(must_create)
        except UpdateError:
            key = str(self.session_key)
            if self.row == stored(key):
                raise
            self._found = key, stored(key)  # another process has hashed the key meanwhile
            super().save()

    def delete(self, session_key: str | None = None) -> None:
        if key := session_key or self.session_key:
            self.model.objects.filter(session_key__in=rows_of(key)).delete()

    async def aload(self) -> dict[str, Any]:
        return await sync_to_async(self.load)()

    async def aexists(self, session_key: str | None) -> bool:
        return await sync_to_async(self.exists)(session_key)

    async def acreate(self) -> None:
        await sync_to_async(self.create)()

    async def asave(self, must_create: bool = False) -> None:
        await sync_to_async(self.save)(must_create)

    async def adelete(self, session_key: str | None = None) -> None:
        await sync_to_async(self.delete)(session_key)

    @classmethod
    def alive(cls, keys: Collection[str]) -> set[str]:
        """Return the keys among these whose session exists and has not expired, in one query."""
        rows = {row: key for key in keys for row in rows_of(key)}
        now = timezone.now()
        return {rows[row] for row, expires in _ends(list(rows)) if expires > now}


@prepared
def _stored(rows: Collection[str]) -> "QuerySet[Any, tuple[str, str, datetime]]":
    return Session.objects.filter(session_key__in=rows).values_list("session_key", "session_data", "expire_date")


@prepared
def _ends(rows: Collection[str]) -> "QuerySet[Any, tuple[str, datetime]]":
    return Session.objects.filter(session_key__in=rows).values_list("session_key", "expire_date")


def _clear() -> "QuerySet[Session]":
    """Return the rows of release 0.1, whose primary key is the browser's key."""
    return Session.objects.annotate(length=Length("session_key")).filter(length=KEY_LENGTH)


def hash_keys(most: int = HASHED_AT_ONCE) -> int:
    """Hash the keys of at most `most` rows of release 0.1. Return how many there were. Their log-ins stay valid."""
    from accounts.models import LoginSession

    with transaction.atomic():
        found = list(_clear().select_for_update()[:most])
        Session.objects.bulk_create(
            Session(session_key=stored(each.session_key), session_data=each.session_data, expire_date=each.expire_date)
            for each in found
        )
        for key in LoginSession.objects.filter(session__in=found).values_list("session_id", flat=True):
            LoginSession.objects.filter(session_id=key).update(session_id=stored(key))
        Session.objects.filter(session_key__in=[each.session_key for each in found]).delete()
    return len(found)
