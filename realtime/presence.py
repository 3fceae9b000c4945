"""Who is in a room, as each process last said. Pure; times in seconds, monotonic."""

from collections.abc import Mapping
from typing import Any

from realtime.protocol import UserId

Person = Mapping[str, Any]
Changes = dict[UserId, Person | None]


class Presence:
    """The union of what the processes say: one person's whole state a slot, so that no word can be lost by half."""

    def __init__(self) -> None:
        self._said: dict[str, dict[UserId, Person]] = {}
        self._heard: dict[str, float] = {}

    def say(self, process: str, people: Mapping[UserId, Person | None], now: float, *, full: bool = False) -> Changes:
        """Take in a process's word: some people's states (None = gone from it), or with `full` all of them."""
        before = self.everyone()
        said = {} if full else dict(self._said.get(process, {}))
        for user, person in people.items():
            if person is None:
                said.pop(user, None)
            else:
                said[user] = person
        self._said[process], self._heard[process] = said, now
        return self._changes(before)

    def expire(self, now: float, patience: float, keep: str) -> Changes:
        """Forget processes silent for longer than `patience`; `keep` is this process itself."""
        before = self.everyone()
        for process, heard in list(self._heard.items()):
            if process != keep and now - heard > patience:
                del self._said[process], self._heard[process]
        return self._changes(before)

    def everyone(self) -> dict[UserId, Person]:
        return {user: person for people in self._said.values() for user, person in people.items()}

    def _changes(self, before: Mapping[UserId, Person]) -> Changes:
        after = self.everyone()
        gone: Changes = {user: None for user in before if user not in after}
        return gone | {user: person for user, person in after.items() if before.get(user) != person}
