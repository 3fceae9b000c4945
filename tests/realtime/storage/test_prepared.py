"""A prepared query is the query, written once: the same rows for any values, and refused where it could not be."""

from collections.abc import Callable, Collection
from typing import Any

import pytest
from django.db import connection
from django.db.models import CharField, F, QuerySet, Value
from django.db.models.functions import Concat
from django.test.utils import CaptureQueriesContext
from hypothesis import given, settings
from hypothesis import strategies as some

from realtime.models import Event, Log
from realtime.storage.prepared import prepared
from realtime.types import LogKey

pytestmark = pytest.mark.django_db
KEYS = [f"log-{number}" for number in range(12)]


@pytest.fixture(autouse=True)
def rows(db: None) -> None:
    Log.objects.bulk_create(Log(key=key, head=number, lines=number % 3) for number, key in enumerate(KEYS))
    logs = {log.key: log for log in Log.objects.all()}
    Event.objects.bulk_create(
        Event(log=logs[key], offset=o, tag=o * 7, lines=o, kind="x", at=o, data=None if o % 2 else "{}", audience=" a ")
        for key in KEYS[:3]
        for o in range(1, 6)
    )


@prepared
def many(keys: Collection[str], least: int, kind: str | None, *, limit: int, lined: bool) -> "QuerySet[Event, Any]":
    found = Event.objects.filter(log__key__in=keys, offset__gte=least, method="").annotate(head=F("log__head"))
    if kind is not None:
        found = found.filter(kind=kind)
    if lined:
        found = found.exclude(lines=least)
    return found.order_by("log__key", "-offset").values_list("log__key", "offset", "data", "head")[:limit]


@given(
    keys=some.lists(some.sampled_from([*KEYS, "unknown", "%s", "'"])),
    least=some.integers(-3, 9),
    kind=some.sampled_from([None, "x", "y", "made up 3"]),
    limit=some.integers(1, 4),
    lined=some.booleans(),
)
@settings(max_examples=200, deadline=None)
def test_prepared_query_returns_the_rows_of_the_query(
    keys: list[str], least: int, kind: str | None, limit: int, lined: bool
) -> None:
    found = many(keys, least, kind, limit=limit, lined=lined)
    assert found == list(many.query(keys, least, kind, limit=limit, lined=lined))


def test_prepared_query_takes_collections_of_any_kind_and_length() -> None:
    @prepared
    def heads(keys: Collection[str]) -> "QuerySet[Log, int]":
        return Log.objects.filter(key__in=keys).order_by("pk").values_list("head", flat=True)

    assert heads([]) == []
    for length in range(1, len(KEYS) + 1):
        for kind in (list, tuple, set, frozenset):
            assert heads(kind(KEYS[:length])) == list(range(length))
    assert len(heads._statements) == 1 + 5  # none, 1, 2, 4, 8, 16


def test_rows_have_names_or_are_the_model() -> None:
    @prepared
    def named(key: LogKey) -> "QuerySet[Event, Any]":
        return Event.objects.filter(log__key=key).order_by("offset").values_list("log__key", "offset", named=True)

    @prepared
    def models(key: LogKey) -> "QuerySet[Log]":
        return Log.objects.filter(key=key)

    assert [(row.log__key, row.offset) for row in named(LogKey("log-1"))][:2] == [("log-1", 1), ("log-1", 2)]
    log = models.first(LogKey("log-1"))
    assert log == Log.objects.get(key="log-1")
    assert log is not None
    log.head = 99
    log.save()
    assert models.first(LogKey("log-1")).head == 99  # type: ignore[union-attr]
    assert models.first(LogKey("nobody's")) is None


def test_prepared_function_is_called_once_and_the_database_every_time() -> None:
    built: list[str] = []

    @prepared
    def head(key: str) -> "QuerySet[Log, int]":
        built.append(key)
        return Log.objects.filter(key=key).values_list("head", flat=True)

    with CaptureQueriesContext(
        connection,
    ) as asked:
        assert [head(key) for key in KEYS[:3]] == [[0], [1], [2]]
    assert len(asked) == 3
    assert len(built) == 2
    assert "log-2" in asked.captured_queries[-1]["sql"]


Build = Callable[[Any], "QuerySet[Any, Any]"]
LOGS = Log.objects.order_by("pk")
REFUSED: dict[str, Build] = {
    "sliced by": lambda limit: LOGS.values_list("pk")[:limit],
    "computed with": lambda o: LOGS.filter(head=o + 1).values_list("pk"),
    "computed with, and another's": lambda o: LOGS.filter(head=o, lines__in=[o + 5, o + 3]).values_list("pk"),
    "changed by the ORM": lambda o: LOGS.filter(head__contains=o).values_list("pk"),
    "looked at": lambda o: LOGS.filter(head=o if o % 2 else 0).values_list("pk"),
    "unused": lambda o: LOGS.values_list("pk"),
    "a row with its relations": lambda o: Event.objects.filter(offset=o).select_related("log"),
    "a row that has been added to": lambda o: LOGS.filter(head=o).annotate(
        more=Concat("key", Value("x"), output_field=CharField())
    ),
    "a dict": lambda o: LOGS.filter(head=o).values("pk"),
    "with columns besides": lambda o: LOGS.filter(head=o).distinct().values_list("key"),
}


@pytest.mark.parametrize("why", REFUSED)
def test_unpreparable_query_fails_at_its_first_use(why: str) -> None:
    with pytest.raises(TypeError):
        prepared(REFUSED[why])(5)


@pytest.mark.parametrize("value", [1.5, True, {"a": 1}, b"x"])
def test_values_are_numbers_and_texts(value: Any) -> None:
    with pytest.raises(TypeError):
        prepared(lambda head: Log.objects.filter(head=head).values_list("pk"))(value)


def test_closed_connection_is_reopened(transactional_db: None) -> None:
    Log.objects.create(key="kept")
    keys = prepared(lambda key: Log.objects.filter(key=key).values_list("key", flat=True))
    assert keys("kept") == ["kept"]
    connection.close()
    assert keys("kept") == ["kept"]
