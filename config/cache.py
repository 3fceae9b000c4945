"""The cache that processes share. While Redis is away, attempts are counted in the process and people can log in."""

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
"""Redis is not used for so many seconds after a failure, so that only one request waits for it."""
METHODS: Final = ("add", "get", "set", "touch", "delete", "get_many", "has_key", "incr", "set_many", "delete_many")


class SharedCache(RedisCache):
    """A cache in Redis, or in this process while Redis does not answer. Django creates one object a thread."""

    asked_again_at: ClassVar[float] = 0.0
    """The monotonic time after which Redis is used again; 0 while it answers."""

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
