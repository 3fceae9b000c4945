"""Who is in a room, as each process last said. Pure; times in seconds, monotonic."""

from collections.abc import Mapping
from typing import Any

from realtime.types import UserId

Person = Mapping[str, Any]
Changes = dict[UserId, Person | None]


class Presence:
    """The union of what the processes say: one person's whole state a slot, so that no word can be lost by half."""

    def __init__(self) -> None:
        self.everyone: dict[UserId, Person] = {}
        self._said: dict[str, dict[UserId, Person]] = {}
        self._heard: dict[str, float] = {}

    def say(self, process: str, people: Mapping[UserId, Person | None], now: float, *, full: bool = False) -> Changes:
        """Take in a process's word: some people's states (None = gone from it), or with `full` all of them."""
        said = self._said.setdefault(process, {})
        self._heard[process] = now
        gone: Changes = {user: None for user in said if user not in people} if full else {}
        words = {**gone, **people}
        for user, person in words.items():
            if person is None:
                said.pop(user, None)
            else:
                said[user] = person
        return {user: self.everyone.get(user) for user in words if self._changed(user, words[user])}

    def expire(self, now: float, patience: float, keep: str) -> Changes:
        """Forget processes silent for longer than `patience`; `keep` is this process itself."""
        changes: Changes = {}
        for process, heard in list(self._heard.items()):
            if process != keep and now - heard > patience:
                changes |= self.say(process, {}, now, full=True)
                del self._said[process], self._heard[process]
        return changes

    def _changed(self, user: UserId, said: Person | None) -> bool:
        """Bring the union up to date for one person; whether that changed anything."""
        state = said or next((people[user] for people in self._said.values() if user in people), None)
        if self.everyone.get(user) == state:
            return False
        if state is None:
            del self.everyone[user]
        else:
            self.everyone[user] = state
        return True
