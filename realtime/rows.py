"""New rows past the ORM's work for each: one `executemany` a table, its SQL written once (docs/channels.md)."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from functools import cache
from types import NoneType
from typing import Any, Final

from django.db import connection, models

AS_THEY_ARE: Final = (models.IntegerField, models.CharField, models.TextField, models.BooleanField, models.ForeignKey)
"""fields whose values of these types every database takes as they are; others are asked for theirs"""
PLAIN: Final = {int, str, bool, NoneType}


def insert_many(rows: Iterable[models.Model]) -> None:
    """Rows of any models. They get no primary key back."""
    tables: dict[type[models.Model], list[models.Model]] = defaultdict(list)
    for row in rows:
        tables[type(row)].append(row)
    for model, members in tables.items():
        insert_values(model, [[vars(row)[field.attname] for field in fields_of(model)] for row in members])


def insert_values(model: type[models.Model], rows: Sequence[Sequence[Any]]) -> None:
    """Rows as values of `fields_of(model)`."""
    if not rows:
        return
    fields = fields_of(model)
    values = [[_stored(field, value) for field, value in zip(fields, row, strict=True)] for row in rows]
    with connection.cursor() as cursor:
        cursor.executemany(_insert(model, connection.vendor), values)


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


def _stored(field: Any, value: Any) -> Any:
    if type(value) in PLAIN and isinstance(field, AS_THEY_ARE):
        return value
    return field.get_db_prep_save(value, connection)
