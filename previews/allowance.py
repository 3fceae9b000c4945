"""A limit for one process: so many messages with links a person and minute get previews. Pure."""

from typing import Final

MESSAGES_A_MINUTE: Final = 20
MINUTE_MS: Final = 60_000


class Allowance:
    """Counts by author. All counts begin anew with each minute, so that none has to be forgotten."""

    def __init__(self) -> None:
        self._minute = 0
        self._taken: dict[int | None, int] = {}

    def take(self, author: int | None, now: int) -> bool:
        """Count one message at `now`, in ms UTC. Return whether it is within the limit."""
        if now // MINUTE_MS != self._minute:
            self._minute, self._taken = now // MINUTE_MS, {}
        self._taken[author] = self._taken.get(author, 0) + 1
        return self._taken[author] <= MESSAGES_A_MINUTE
