"""Django's login sessions in the database, asked only for keys that can be one."""

from datetime import datetime
from typing import Any

from django.contrib.sessions.backends.db import SessionStore as DatabaseStore
from django.db.models import QuerySet
from django.utils import timezone

from realtime.prepared import prepared


class SessionStore(DatabaseStore):
    """A cookie may spell any character, NUL among them, which PostgreSQL refuses with an error."""

    def _validate_session_key(self, key: Any) -> bool:
        return bool(super()._validate_session_key(key)) and str(key).isalnum()  # type: ignore[misc]

    def load(self) -> dict[str, Any]:
        """As Django's, by a prepared query: every request asks, and every hello."""
        found = _stored.first(str(self.session_key))
        if found is None or found[1] <= timezone.now():
            self._session_key = None
            return {}
        data: dict[str, Any] = self.decode(found[0])
        return data


@prepared
def _stored(key: str) -> "QuerySet[Any, tuple[str, datetime]]":
    sessions = SessionStore.get_model_class().objects.filter(session_key=key)
    return sessions.values_list("session_data", "expire_date")
