"""The functions of the project that `realtime` calls in the pool of readers."""

import json
from collections.abc import Collection, Mapping, Sequence
from typing import Any

from django.contrib.auth.models import User

from realtime import METHODS, Backend, Caller, Head, LogKey, Scopes, UserId
from realtime.log import LogEvent, head_of, tail
from tests.board import services  # its methods are registered by the import
from tests.board.models import Board

__all__ = ["services"]
NOTES = 50


def caller_of(user: User) -> Caller | None:
    person = {"name": user.get_username(), "rev": 0}
    return Caller(UserId(str(user.pk)), user.pk, "", person) if user.is_active else None


def may_read_all(asked: Sequence[tuple[Caller, LogKey]]) -> Mapping[tuple[UserId, LogKey], Scopes]:
    pairs = set(
        Board.objects.filter(key__in=[key for _, key in asked], members__in=[caller.pk for caller, _ in asked])
        .values_list("members", "key")
    )  # fmt: skip
    return {(caller.id, key): frozenset({f"u:{caller.id}"}) for caller, key in asked if (caller.pk, key) in pairs}


def may_read(caller: Caller, key: LogKey) -> Scopes | None:
    return may_read_all([(caller, key)]).get((caller.id, key))


def memberships_of(caller: Caller) -> list[dict[str, Any]]:
    boards = Board.objects.filter(members=caller.pk)
    return [{"key": board.key, "name": board.name, "head": head_of(LogKey(board.key))} for board in boards]


def snapshot(caller: Caller, key: LogKey, scopes: Scopes, head: Head) -> dict[str, Any]:
    notes = [event for event in tail(key, NOTES) if event.readable_by(scopes)]
    return {"notes": [{"o": event.o, "by": event.actor, "data": json.loads(event.data or "null")} for event in notes]}


def people(ids: Collection[UserId]) -> dict[UserId, dict[str, Any]]:
    users = User.objects.filter(pk__in=[int(id) for id in ids])
    return {UserId(str(user.pk)): {"name": user.get_username(), "rev": 0} for user in users}


def changes(events: Sequence[LogEvent], lines: int) -> dict[str, Any]:
    """Return no further members of a count of unread notes."""
    return {}


def users_seen(users: Collection[int], now: int) -> None:
    """Store nothing: no page shows when users were connected."""


backend = Backend(
    methods=METHODS,
    user=caller_of,
    may_read=may_read,
    may_read_all=may_read_all,
    memberships_of=memberships_of,
    snapshot=snapshot,
    people=people,
    changes=changes,
    users_seen=users_seen,
)
