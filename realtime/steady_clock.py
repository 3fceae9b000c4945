"""The server's time: milliseconds UTC that never run backward, also when the computer's clock is set back.

Turns, mutes, invites and the times of messages are compared with earlier times of the same clock. A wall clock that
jumps back an hour would give a turn of one minute an hour, and would put a message before the one that it answers.
"""

import logging
import threading
import time
from collections.abc import Callable
from typing import Final

logger = logging.getLogger(__name__)

SLOWEST: Final = 0.9
"""The pace at which this clock waits for a wall clock that was set back: an hour takes ten hours."""
STEP_MS: Final = 1_000
"""A step back of more than this is logged, once until the wall clock has caught up."""
TRUSTED_AHEAD_MS: Final = 2 * 60 * 60_000
"""The newest stored event is believed at start if it is at most this far ahead of the wall clock."""


class SteadyClock:
    """A clock that follows the wall clock forward at once and backward slowly.

    `wall` and `monotonic` return nanoseconds. A step forward is believed, since a computer that slept makes one.
    Safe to use from many threads.
    """

    def __init__(
        self, wall: Callable[[], int] = time.time_ns, monotonic: Callable[[], int] = time.monotonic_ns
    ) -> None:
        self._wall, self._monotonic = wall, monotonic
        self._lock = threading.Lock()
        self._last = 0.0
        self._at = monotonic() // 1_000_000
        self._behind = False

    def now_ms(self) -> int:
        """Return the time in ms UTC."""
        with self._lock:
            wall, at = self._wall() // 1_000_000, self._monotonic() // 1_000_000
            least = self._last + (at - self._at) * SLOWEST
            self._last, self._at = max(float(wall), least), at
            ahead = self._last - wall
            was_behind, self._behind = self._behind, ahead > STEP_MS
        if self._behind and not was_behind:
            logger.warning("the computer's clock was set back by %.0f s; Parlor's time follows it slowly", ahead / 1000)
        return int(self._last)

    def continue_after(self, newest: int) -> None:
        """Begin no earlier than `newest`, the time in ms of the newest stored event.

        An event that is further ahead than `TRUSTED_AHEAD_MS` was written under a wrong clock: it is logged, and the
        wall clock is taken.
        """
        ahead = newest - self._wall() // 1_000_000
        if ahead > TRUSTED_AHEAD_MS:
            logger.error("the newest event is %.0f s ahead of the computer's clock, which is believed", ahead / 1000)
            return
        with self._lock:
            self._last = max(self._last, float(newest))


STEADY = SteadyClock()


def now_ms() -> int:
    """Return the server's time in ms UTC."""
    return STEADY.now_ms()
