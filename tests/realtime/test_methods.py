"""Registration of methods: the fields of a params struct and the parameters of the function that gets them."""

from collections.abc import Sequence
from typing import Any, Literal

import msgspec
import pytest

from realtime import methods
from realtime.methods import Call, Method, method
from realtime.signatures import accepts
from realtime.types import NOBODY, Caller, Cid, ClientId, LogKey, Offset, Room, UserId


class Rename(msgspec.Struct):
    room: Room
    cid: Cid
    name: str
    o: Offset | None = None


@pytest.fixture(autouse=True)
def registry(monkeypatch: pytest.MonkeyPatch) -> dict[str, Method]:
    found: dict[str, Method] = {}
    monkeypatch.setattr(methods, "METHODS", found)
    return found


def test_method_passes_fields_and_context_by_name(registry: dict[str, Method]) -> None:
    @method("thing.rename", Rename, preprocess=("name", str.upper), cost=3)
    def rename(batch: Any, *, caller: Caller, room: LogKey, cid: ClientId, name: int, o: int | None = None) -> Any:
        return batch, caller, room, cid, name, o

    found, given = registry["thing.rename"], Rename(LogKey("room"), ClientId("cid-cid-cid"), "ana")
    assert (found.lane, found.cost, found.durable) == ("write", 3, True)
    call: Any = Call(found, NOBODY, given, preprocessed=found.preprocessed(given))
    assert call.run("batch") == ("batch", NOBODY, "room", "cid-cid-cid", "ANA", None)
    assert rename("batch", caller=NOBODY, room=given.room, cid=given.cid, name=1)[4] == 1


def test_method_refuses_second_function_of_same_name() -> None:
    @method("thing.rename", Rename)
    def rename(batch: Any, *, room: LogKey, cid: ClientId, name: str, o: int | None) -> None: ...

    with pytest.raises(ValueError, match=r"thing\.rename is registered already, by tests"):
        method("thing.rename", Rename)(rename)


def without_field(batch: Any, *, room: LogKey, cid: ClientId, o: int | None = None) -> None: ...
def with_unknown(batch: Any, *, room: LogKey, cid: ClientId, name: str, o: int | None, topic: str) -> None: ...
def with_other_type(batch: Any, *, room: LogKey, cid: ClientId, name: str, o: int) -> None: ...


def with_other_result(batch: Any, *, room: LogKey, cid: ClientId, name: str, o: int | None) -> dict[str, int]:
    return {}


@pytest.mark.parametrize(
    ("function", "reason"),
    [
        (without_field, "thing.rename: no parameter for the field name"),
        (with_unknown, "thing.rename: no field for the parameter topic"),
        (with_other_result, "thing.rename: the return value is none of a method"),
        (with_other_type, "thing.rename: o is .*, the parameter takes <class .int.>"),
    ],
)
def test_method_refuses_function_that_does_not_fit(function: Any, reason: str, registry: dict[str, Method]) -> None:
    with pytest.raises(TypeError, match=reason):
        method("thing.rename", Rename)(function)
    assert registry == {}


@pytest.mark.parametrize(
    ("taken", "given", "fits"),
    [
        (str, UserId, True),
        (UserId, str, False),
        (str, Literal["a", "b"], True),
        (Literal["a", "b"], Literal["a"], True),
        (Literal["a"], Literal["a", "b"], False),
        (Sequence[UserId], list[UserId], True),
        (Sequence[UserId], list[str], False),
        (int | None, int, True),
        (int, int | None, False),
        (str | None, Literal["a"] | None, True),
        (object, int, True),
        (Any, int, True),
        (int, Any, True),
    ],
)
def test_accepts_compares_types_as_a_call_would(taken: Any, given: Any, fits: bool) -> None:
    assert accepts(taken, given) is fits
