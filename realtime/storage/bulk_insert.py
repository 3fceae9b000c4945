"""New rows past the ORM's work for each: one `executemany` a table, its SQL written once (docs/channels.md)."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from functools import cache
from types import NoneType
from typing import Any, Final

from django.db import connection, models

from realtime.models import Log

AS_THEY_ARE: Final = (models.IntegerField, models.CharField, models.TextField, models.BooleanField, models.ForeignKey)
"""fields whose values of these types every database takes as they are; others are asked for theirs"""
PLAIN: Final = {int, str, bool, NoneType}


Row = tuple[type[models.Model], Mapping[str, Any]]
"""a model, and values by attribute name; what is missing is null"""


def insert_many(rows: Iterable[Row]) -> None:
    """Rows of any models. They get no primary key back."""
    tables: dict[type[models.Model], list[Mapping[str, Any]]] = defaultdict(list)
    for model, values in rows:
        tables[model].append(values)
    for model, members in tables.items():
        names = [field.attname for field in fields_of(model)]
        insert_values(model, [[values.get(name) for name in names] for values in members])


def insert_values(model: type[models.Model], rows: Sequence[Sequence[Any]]) -> None:
    """Rows as values of `fields_of(model)`."""
    if not rows:
        return
    fields = fields_of(model)
    plain = all(isinstance(field, AS_THEY_ARE) for field in fields)
    values = [row if plain and PLAIN.issuperset(map(type, row)) else _stored(fields, row) for row in rows]
    with connection.cursor() as cursor:
        cursor.executemany(_insert(model, connection.vendor), values)


def heads_write(logs: Sequence[Log]) -> None:
    """Where these logs end now."""
    if logs:
        table = connection.ops.quote_name(Log._meta.db_table)
        with connection.cursor() as cursor:
            cursor.executemany(
                f"UPDATE {table} SET head = %s, lines = %s WHERE id = %s",  # noqa: S608 - a name from the model
                [(log.head, log.lines, log.pk) for log in logs],
            )


@cache
def fields_of(model: type[models.Model]) -> list[Any]:
    """All but the primary key that the database gives, as declared."""
    return [field for field in model._meta.concrete_fields if not isinstance(field, models.AutoField)]


@cache
def _insert(model: type[models.Model], _vendor: str) -> str:
    fields = fields_of(model)
    columns = ", ".join(connection.ops.quote_name(str(field.column)) for field in fields)
    table = connection.ops.quote_name(model._meta.db_table)
    return f"INSERT INTO {table} ({columns}) VALUES ({', '.join(['%s'] * len(fields))})"  # noqa: S608 - names from models


def _stored(fields: Sequence[Any], row: Sequence[Any]) -> list[Any]:
    """As the database takes it."""
    return [
        value if type(value) in PLAIN and isinstance(field, AS_THEY_ARE) else field.get_db_prep_save(value, connection)
        for field, value in zip(fields, row, strict=True)
    ]
