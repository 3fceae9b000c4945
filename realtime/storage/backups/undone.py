"""Compares the database before a restore with the restored one: apps list what the restore has undone.

on_restore(undone)  # from AppConfig.ready; `undone(REPLACED)` yields sentences, and queries with `.using(REPLACED)`
"""

from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from itertools import islice
from pathlib import Path
from typing import Final

from django.db import DatabaseError, connections

REPLACED: Final = "replaced"
"""The alias of the replaced database during the comparison."""
MAX_SENTENCES: Final = 50
"""Sentences of one app."""

Undone = Callable[[str], Iterable[str]]
EndLogins = Callable[[], str]
_undone: list[Undone] = []
_end_logins: list[EndLogins] = []


def on_restore(undone: Undone) -> None:
    """Call `undone(alias)` after a restore. It yields what the replaced database had and the restored one lacks."""
    _undone.append(undone)


def on_end_logins(end: EndLogins) -> None:
    """Call `end()` after a restore, unless log-ins are kept. It returns a sentence for the operator."""
    _end_logins.append(end)


def end_logins() -> list[str]:
    """End all log-ins of the restored database. Return sentences for the operator."""
    return [end() for end in _end_logins]


def undone_since(replaced: str) -> Iterator[str]:
    """Yield what the restore has undone, by a comparison with the database that is kept as `replaced`."""
    if not replaced:
        return
    with _alias_for(replaced):
        for undone in _undone:
            try:
                sentences = list(islice(undone(REPLACED), MAX_SENTENCES + 1))
            except DatabaseError as error:
                yield f"What the restore has undone cannot be told: {str(error).strip()}."
                return
            yield from sentences[:MAX_SENTENCES]
            if len(sentences) > MAX_SENTENCES:
                yield "… and more."


@contextmanager
def _alias_for(replaced: str) -> Iterator[None]:
    """Give the replaced database an alias. SQLite opens it read-only, so that its log stays unchanged."""
    database = connections["default"].settings_dict
    if "sqlite" in database["ENGINE"]:
        name, engine = f"{Path(replaced).as_uri()}?mode=ro", "django.db.backends.sqlite3"
    else:
        name, engine = replaced, database["ENGINE"]
    options = {key: value for key, value in database["OPTIONS"].items() if key != "pool"}
    connections.databases[REPLACED] = {**database, "NAME": name, "ENGINE": engine, "OPTIONS": options}
    try:
        yield
    finally:
        connections[REPLACED].close()
        del connections[REPLACED]
        del connections.databases[REPLACED]
