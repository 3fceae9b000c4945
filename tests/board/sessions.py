"""Sessions in the database. `realtime` checks which of them are alive."""

from collections.abc import Collection

from django.contrib.sessions.backends.db import SessionStore as DatabaseStore
from django.utils import timezone


class SessionStore(DatabaseStore):
    @classmethod
    def alive(cls, keys: Collection[str]) -> set[str]:
        rows = cls.get_model_class().objects.filter(session_key__in=keys, expire_date__gt=timezone.now())
        return set(rows.values_list("session_key", flat=True))
