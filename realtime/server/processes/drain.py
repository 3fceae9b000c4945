"""Drain hooks: what the application does before the server stops. The module imports no server."""

import asyncio
import logging
from collections.abc import Callable, Coroutine
from functools import partial
from typing import Any

logger = logging.getLogger(__name__)

DrainHook = Callable[[], Coroutine[Any, Any, None]]
_hooks: list[DrainHook] = []


def on_drain(hook: DrainHook) -> Callable[[], None]:
    """Run `hook` after the server has stopped listening, before it closes connections. Return how to unregister it."""
    _hooks.append(hook)
    return partial(_hooks.remove, hook)


async def drain(timeout_s: float) -> None:
    """Run all hooks at the same time. Log those that fail and cancel those that are late."""
    results = await asyncio.gather(*(asyncio.wait_for(hook(), timeout_s) for hook in _hooks), return_exceptions=True)
    for error in filter(None, results):
        logger.error("A drain hook failed", exc_info=error)
