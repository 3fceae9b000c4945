"""Helpers: bring the index up to date, and search."""

from typing import Any

from realtime.log import batch
from realtime.types import Caller
from search.services import erase, follow
from tests.actions import ask


def indexed() -> int:
    """Do the steps of the index until there is none. Return their number."""
    steps = 0
    while work := follow.work():
        with batch([]) as staged:
            work(staged)
        steps += 1
    return steps


def erased() -> None:
    while work := erase.work():
        with batch([]) as staged:
            work(staged)


def search(caller: Caller, query: str, **more: Any) -> dict[str, Any]:
    return ask(caller, "search.messages", query=query, **more)


def found(caller: Caller, query: str, **more: Any) -> list[int]:
    """Return the offsets of the hits, newest first."""
    indexed()
    return [hit["o"] for hit in search(caller, query, **more)["hits"]]
