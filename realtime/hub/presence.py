"""The people in one room, over all processes. Pure; times in seconds, monotonic."""

from collections.abc import Mapping
from typing import Any

from realtime.types import UserId

Person = Mapping[str, Any]
Changes = dict[UserId, Person | None]
"""The new state of each person that changed; None for a person who left."""


class Presence:
    """The union of what the processes report. Reports hold whole states, so the next one corrects a lost one."""

    def __init__(self) -> None:
        self.people: dict[UserId, Person] = {}
        self._reported: dict[str, dict[UserId, Person]] = {}
        self._reported_at: dict[str, float] = {}

    def update(
        self, process: str, people: Mapping[UserId, Person | None], now: float, *, full: bool = False
    ) -> Changes:
        """Apply a process's report about some people (None: left it), or with `full` about all of its people."""
        reported = self._reported.setdefault(process, {})
        self._reported_at[process] = now
        gone: Changes = {user: None for user in reported if user not in people} if full else {}
        states = {**gone, **people}
        for user, person in states.items():
            if person is None:
                reported.pop(user, None)
            else:
                reported[user] = person
        return {user: self.people.get(user) for user in states if self._changed(user, states[user])}

    def expire(self, now: float, timeout_s: float, keep: str) -> Changes:
        """Forget processes that have been silent for longer than `timeout_s`, except `keep`, which is this one."""
        changes: Changes = {}
        for process, reported_at in list(self._reported_at.items()):
            if process != keep and now - reported_at > timeout_s:
                changes |= self.update(process, {}, now, full=True)
                del self._reported[process], self._reported_at[process]
        return changes

    def _changed(self, user: UserId, reported: Person | None) -> bool:
        """Update the union for one person, and return whether that changed it."""
        state = reported or next((people[user] for people in self._reported.values() if user in people), None)
        if self.people.get(user) == state:
            return False
        if state is None:
            del self.people[user]
        else:
            self.people[user] = state
        return True
