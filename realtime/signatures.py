"""Compares a function's keyword parameters with the fields of a struct that are to be passed to it. Pure."""

from collections.abc import Callable, Collection
from inspect import Parameter, signature
from types import UnionType
from typing import Any, Literal, NewType, Union, get_args, get_origin, get_type_hints


def mismatches(
    function: Callable[..., Any], params: type, context: Collection[str], replaced: Collection[str] = ()
) -> list[str]:
    """Return why the fields of `params` cannot be passed to `function` by name; an empty list when they can.

    `context` names further arguments that the function may ask for. The types of `replaced` fields are not compared.
    """
    taken, given = get_type_hints(function), get_type_hints(params)
    names = {each.name: each for each in signature(function).parameters.values() if each.kind == Parameter.KEYWORD_ONLY}
    missing = [f"no parameter for the field {name}" for name in given if name not in names]
    unknown = [
        f"no field for the parameter {name}"
        for name, each in names.items()
        if name not in given and name not in context and each.default is Parameter.empty
    ]
    wrong = [
        f"{name} is {given[name]}, the parameter takes {taken[name]}"
        for name in given
        if name in names and name not in replaced and not accepts(taken.get(name, Any), given[name])
    ]
    return missing + unknown + wrong


def accepts(taken: Any, given: Any) -> bool:
    """Return whether a value of the type `given` may be passed where `taken` is annotated."""
    if given == taken or Any in (given, taken) or taken is object:
        return True
    if get_origin(given) in (Union, UnionType):
        return all(accepts(taken, each) for each in get_args(given))
    if get_origin(taken) in (Union, UnionType):
        return any(accepts(each, given) for each in get_args(taken))
    if isinstance(given, NewType):
        return accepts(taken, given.__supertype__)
    if get_origin(given) is Literal:
        values = get_args(given)
        return set(values) <= set(get_args(taken)) or all(accepts(taken, type(value)) for value in values)
    return _subclass(get_origin(given) or given, get_origin(taken) or taken) and all(
        accepts(*pair) for pair in zip(get_args(taken), get_args(given), strict=False)
    )


def _subclass(given: Any, taken: Any) -> bool:
    return isinstance(given, type) and isinstance(taken, type) and issubclass(given, taken)
