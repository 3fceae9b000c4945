"""The database as it was before a restore, beside the restored one: apps tell what of it the restore has undone.

on_restore(undone)  # from AppConfig.ready; `undone(FORMER)` yields sentences, and queries with `.using(FORMER)`
"""

from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from itertools import islice
from pathlib import Path
from typing import Final

from django.db import DatabaseError, connections

FORMER: Final = "former"
"""the alias of the former database while it is looked at"""
TOLD: Final = 50
"""sentences of one kind"""

Undone = Callable[[str], Iterable[str]]
LoginsEnd = Callable[[], str]
_undone: list[Undone] = []
_logins_end: list[LoginsEnd] = []


def on_restore(undone: Undone) -> None:
    """Ask `undone(alias)` after a restore what the former database had that the restored one has not."""
    _undone.append(undone)


def on_logins_end(ends: LoginsEnd) -> None:
    """Call `ends()` after a restore, unless log-ins are kept; it returns a sentence about them."""
    _logins_end.append(ends)


def logins_end() -> list[str]:
    """End all log-ins of the restored database, and return what there is to say of it."""
    return [ends() for ends in _logins_end]


def undone_since(former: str) -> Iterator[str]:
    """Yield what the restore has undone, by a comparison with the database that is kept as `former`."""
    if not former:
        return
    with _looked_at(former):
        for undone in _undone:
            try:
                told = list(islice(undone(FORMER), TOLD + 1))
            except DatabaseError as error:
                yield f"What the restore has undone cannot be told: {str(error).strip()}."
                return
            yield from told[:TOLD]
            if len(told) > TOLD:
                yield "… and more."


@contextmanager
def _looked_at(former: str) -> Iterator[None]:
    """Give the former database an alias. SQLite opens it read-only, so that its log stays beside it as it is."""
    database = connections["default"].settings_dict
    if "sqlite" in database["ENGINE"]:
        name, engine = f"{Path(former).as_uri()}?mode=ro", "django.db.backends.sqlite3"
    else:
        name, engine = former, database["ENGINE"]
    options = {key: value for key, value in database["OPTIONS"].items() if key != "pool"}
    connections.databases[FORMER] = {**database, "NAME": name, "ENGINE": engine, "OPTIONS": options}
    try:
        yield
    finally:
        connections[FORMER].close()
        del connections[FORMER]
        del connections.databases[FORMER]
