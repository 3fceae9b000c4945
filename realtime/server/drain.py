"""What the application does before the server leaves. Imports no server: any process may register."""

import asyncio
import logging
from collections.abc import Callable, Coroutine
from functools import partial
from typing import Any

logger = logging.getLogger(__name__)

Hook = Callable[[], Coroutine[Any, Any, None]]
_hooks: list[Hook] = []


def on_drain(hook: Hook) -> Callable[[], None]:
    """Run `hook` once the server has stopped listening, before it closes what is open. Returns what forgets it."""
    _hooks.append(hook)
    return partial(_hooks.remove, hook)


async def drain(seconds: float) -> None:
    """Run all hooks together. What fails is logged, what is late is cancelled: nothing keeps a server from leaving."""
    results = await asyncio.gather(*(asyncio.wait_for(hook(), seconds) for hook in _hooks), return_exceptions=True)
    for error in filter(None, results):
        logger.error("A drain hook failed", exc_info=error)
