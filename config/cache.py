"""The cache that processes share, with a way to go on while Redis is away: tries are counted, people can log in."""

import logging
import time
from collections.abc import Callable
from functools import wraps
from typing import Any, ClassVar, Final

from django.core.cache.backends.locmem import LocMemCache
from django.core.cache.backends.redis import RedisCache
from redis.backoff import NoBackoff
from redis.exceptions import RedisError
from redis.retry import Retry

logger = logging.getLogger(__name__)

AWAY_S: Final = 5.0
"""Redis is not asked for so long after a failure, so that only one page waits for it."""
METHODS: Final = ("add", "get", "set", "touch", "delete", "get_many", "has_key", "incr", "set_many", "delete_many")


class SharedCache(RedisCache):
    """Redis, and while it does not answer a cache in this process. Django makes one object a thread."""

    asked_again_at: ClassVar[float] = 0.0
    """The time from which Redis may be asked again, on the monotonic clock; 0 while it answers."""

    def __init__(self, server: Any, params: dict[str, Any]) -> None:
        options = {"retry": Retry(NoBackoff(), 0), **params.get("OPTIONS", {})}
        super().__init__(server, {**params, "OPTIONS": options})
        self.local = LocMemCache("while-redis-is-away", {**params, "OPTIONS": {"MAX_ENTRIES": 10_000}})


def _or_local(name: str) -> Callable[..., Any]:
    shared = getattr(RedisCache, name)

    @wraps(shared)
    def method(self: SharedCache, *args: Any, **kwargs: Any) -> Any:
        if time.monotonic() >= SharedCache.asked_again_at:
            try:
                answer = shared(self, *args, **kwargs)
            except (RedisError, OSError) as error:
                if not SharedCache.asked_again_at:
                    logger.warning("Redis is away, tries are counted in this process: %s", error)
                SharedCache.asked_again_at = time.monotonic() + AWAY_S
            else:
                SharedCache.asked_again_at = 0.0
                return answer
        return getattr(self.local, name)(*args, **kwargs)

    return method


for _name in METHODS:
    setattr(SharedCache, _name, _or_local(_name))
