"""Record the queries of all threads: `with queries() as asked`."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any
from unittest.mock import patch

from django.db.backends.utils import CursorWrapper


@contextmanager
def queries() -> Iterator[list[str]]:
    """Yield a list that gets the SQL of every statement of every connection."""
    asked: list[str] = []
    real = CursorWrapper._execute_with_wrappers  # type: ignore[attr-defined]

    def execute(cursor: Any, sql: str, params: Any, many: bool, executor: Any) -> Any:
        asked.append(sql)
        return real(cursor, sql, params, many, executor)

    with patch.object(CursorWrapper, "_execute_with_wrappers", execute):
        yield asked
