"""Bulk inserts without the ORM's work for each row: one `executemany` a table (docs/channels.md)."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from functools import cache
from types import NoneType
from typing import Any, Final

from django.db import connection, models

from realtime.models import Log

PLAIN_FIELDS: Final = (models.IntegerField, models.CharField, models.TextField, models.BooleanField, models.ForeignKey)
"""Fields that need no conversion of plain values. Other fields convert theirs."""
PLAIN_TYPES: Final = {int, str, bool, NoneType}

Row = tuple[type[models.Model], Mapping[str, Any]]
"""A model, and values by attribute name; a missing value is null."""


def insert_many(rows: Iterable[Row]) -> None:
    """Insert rows of any models. They get no primary key back."""
    tables: dict[type[models.Model], list[Mapping[str, Any]]] = defaultdict(list)
    for model, values in rows:
        tables[model].append(values)
    for model, members in tables.items():
        names = [field.attname for field in fields_of(model)]
        insert_values(model, [[values.get(name) for name in names] for values in members])


def insert_values(model: type[models.Model], rows: Sequence[Sequence[Any]]) -> None:
    """Insert rows, each with the values of `fields_of(model)`."""
    if not rows:
        return
    fields = fields_of(model)
    plain = all(isinstance(field, PLAIN_FIELDS) for field in fields)
    values = [row if plain and PLAIN_TYPES.issuperset(map(type, row)) else _prepare(fields, row) for row in rows]
    with connection.cursor() as cursor:
        cursor.executemany(_insert(model, connection.vendor), values)


def heads_write(logs: Sequence[Log]) -> None:
    """Update the heads of these logs."""
    if logs:
        table = connection.ops.quote_name(Log._meta.db_table)
        with connection.cursor() as cursor:
            cursor.executemany(
                f"UPDATE {table} SET head = %s, lines = %s WHERE id = %s",  # noqa: S608 - a name from the model
                [(log.head, log.lines, log.pk) for log in logs],
            )


@cache
def fields_of(model: type[models.Model]) -> list[Any]:
    """Return the fields as declared, without the primary key that the database creates."""
    return [field for field in model._meta.concrete_fields if not isinstance(field, models.AutoField)]


@cache
def _insert(model: type[models.Model], _vendor: str) -> str:
    fields = fields_of(model)
    columns = ", ".join(connection.ops.quote_name(str(field.column)) for field in fields)
    table = connection.ops.quote_name(model._meta.db_table)
    return f"INSERT INTO {table} ({columns}) VALUES ({', '.join(['%s'] * len(fields))})"  # noqa: S608 - names from models


def _prepare(fields: Sequence[Any], row: Sequence[Any]) -> list[Any]:
    """Return the row's values as the database takes them."""
    return [
        value
        if type(value) in PLAIN_TYPES and isinstance(field, PLAIN_FIELDS)
        else field.get_db_prep_save(value, connection)
        for field, value in zip(fields, row, strict=True)
    ]
