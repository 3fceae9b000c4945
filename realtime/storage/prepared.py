"""Prepared queries: the ORM compiles them once. Compiling one costs up to a hundred times its execution.

    @prepared
    def _names(users: Collection[int], *, active: bool) -> "QuerySet[User, tuple[int, str]]":
        return User.objects.filter(pk__in=users, is_active=active).values_list("pk", "name")

    _names([1, 2], active=True)  # [(1, "Mei"), (2, "Bo")]

A positional argument is an int, a str, None, or a collection of them. A keyword argument is a part of the query: each
value compiles another query. The function is called at the first use only, with sample values. It may pass them to the
ORM. If it tests them, computes with them or slices by them, `TypeError` is raised.
"""

from collections.abc import Callable, Iterable, Sequence
from functools import partial
from itertools import count
from typing import Any, Final, Generic, NamedTuple, ParamSpec, TypeVar

from django.core.exceptions import EmptyResultSet
from django.db import DEFAULT_DB_ALIAS, connections
from django.db.models import QuerySet
from django.db.models.query import FlatValuesListIterable, ModelIterable, NamedValuesListIterable, ValuesListIterable
from django.db.models.utils import create_namedtuple_class

P = ParamSpec("P")
Row = TypeVar("Row")
Shape = type | tuple[type, int]

SAMPLES: Final = (3, 5), (16_412, 3)
"""First value and step of the samples of two trials. The steps differ, so that no value is another plus a constant."""


class Statement(NamedTuple):
    """A compiled query. `places` has (parameter, value, type that the backend gives it, if any)."""

    sql: str
    params: list[Any]
    places: list[tuple[int, int, type | None]]
    converters: list[tuple[int, list[Callable[[Any, Any, Any], Any]], Any]]
    row: Callable[[Any], Any]


class prepared(Generic[P, Row]):
    """A decorator of a function that returns a query, of `values_list` or of one model. A call returns its rows."""

    def __init__(self, build: Callable[P, "QuerySet[Any, Row]"]) -> None:
        self.query = build
        """The undecorated function."""
        self._name = f"{build.__module__}.{build.__qualname__}"
        self._statements: dict[Any, Statement | None] = {}

    def __call__(self, *args: P.args, **fixed: P.kwargs) -> list[Row]:
        database = connections[DEFAULT_DB_ALIAS]
        shapes: list[Shape] = []
        values: list[Any] = []
        for arg in args:
            shape, flat = _shape(arg)
            shapes.append(shape)
            values += flat
        key = (database.vendor, *shapes, *fixed.items())
        try:
            statement = self._statements[key]
        except KeyError:
            statement = self._statements[key] = self._compiled(database, shapes, fixed)
        return [] if statement is None else _rows(database, statement, values)

    def first(self, *args: P.args, **fixed: P.kwargs) -> Row | None:
        rows = self(*args, **fixed)
        return rows[0] if rows else None

    def _compiled(self, database: Any, shapes: Sequence[Shape], fixed: dict[str, Any]) -> Statement | None:
        """Return the query, or None if it can have no rows. Raise `TypeError` where the two trials differ."""
        trials = [_sample(shapes, *trial) for trial in SAMPLES]
        try:
            queries = [self.query(*args, **fixed) for args, _ in trials]
            compilers = [query.query.get_compiler(connection=database) for query in queries]
            (sql, params), (other_sql, other_params) = [compiler.as_sql() for compiler in compilers]
        except EmptyResultSet:
            return None
        if sql != other_sql or len(params) != len(other_params):
            raise TypeError(f"{self._name}: a positional argument is no part of the query")
        return Statement(
            sql,
            list(params),
            self._places(zip(params, other_params, strict=True), *(values for _, values in trials)),
            _converters(compilers[0]),
            _row_of(queries[0], compilers[0]),
        )

    def _places(
        self, params: Iterable[tuple[Any, Any]], values: Sequence[Any], others: Sequence[Any]
    ) -> list[tuple[int, int, type | None]]:
        known = {pair: number for number, pair in enumerate(zip(values, others, strict=True)) if pair[0] is not None}
        places = []
        for place, pair in enumerate(params):
            if pair in known:
                adapt = type(pair[0])
                places.append((place, known[pair], None if adapt in (int, str) else adapt))
            elif pair[0] != pair[1]:
                raise TypeError(f"{self._name}: {pair[0]!r} was computed, by the function or by the ORM")
        if {number for _, number, _ in places} != set(known.values()):
            raise TypeError(f"{self._name}: a value does not reach the database")
        return places


def _shape(arg: Any) -> tuple[Shape, Sequence[Any]]:
    """Return what the query depends on, and the values. A collection is filled up to 0, 1, 2, 4, 8, … values."""
    if arg is None or (isinstance(arg, int | str) and not isinstance(arg, bool)):
        return type(arg), (arg,)
    if not isinstance(arg, list | tuple | set | frozenset):
        raise TypeError(f"{arg!r} is neither a value nor a collection of values")
    values = list(arg)
    if not values:
        return (str, 0), values
    size = 1 << (len(values) - 1).bit_length()
    return (type(values[0]), size), values + values[:1] * (size - len(values))


def _sample(shapes: Sequence[Shape], first: int, step: int) -> tuple[list[Any], list[Any]]:
    """Return arguments of these shapes, and their values, which are all different."""
    numbers = count(first, step)

    def value(kind: type) -> Any:
        return None if kind is type(None) else next(numbers) if issubclass(kind, int) else f"sample {next(numbers)}"

    args, values = [], []
    for shape in shapes:
        many = [value(shape[0]) for _ in range(shape[1])] if isinstance(shape, tuple) else [value(shape)]
        args.append(many if isinstance(shape, tuple) else many[0])
        values += many
    return args, values


def _converters(compiler: Any) -> list[tuple[int, list[Callable[[Any, Any, Any], Any]], Any]]:
    found = compiler.get_converters([column for column, *_ in compiler.select])
    return [(place, converters, column) for place, (converters, column) in found.items()]


def _row_of(query: Any, compiler: Any) -> Callable[[Any], Any]:
    """Return the function that turns a row of the database into a row of the query."""
    iterable = query._iterable_class
    if iterable is ModelIterable and not query.query.select_related and not query.query.annotations:
        names = [column.target.attname for column, *_ in compiler.select]
        return partial(query.model.from_db, DEFAULT_DB_ALIAS, names)
    if iterable is FlatValuesListIterable:
        return lambda row: row[0]
    if iterable is NamedValuesListIterable:
        return create_namedtuple_class(*query._fields)._make
    if iterable is not ValuesListIterable or compiler.has_extra_select:
        raise TypeError("only rows of values_list and of one table can be prepared")
    return tuple


def _rows(database: Any, statement: Statement, values: Sequence[Any]) -> list[Any]:
    sql, params, places, converters, convert_row = statement
    params = params.copy()
    for place, value, adapt in places:
        params[place] = values[value] if adapt is None else adapt(values[value])
    with database.cursor() as cursor:
        cursor.execute(sql, params)
        rows = cursor.fetchall()
    if not converters:
        return rows if convert_row is tuple else [convert_row(row) for row in rows]
    return [convert_row(_converted(list(row), converters, database)) for row in rows]


def _converted(row: list[Any], converters: Sequence[Any], database: Any) -> list[Any]:
    for place, each, column in converters:
        value = row[place]
        for convert in each:
            value = convert(value, column, database)
        row[place] = value
    return row
