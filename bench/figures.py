"""Join the numbers of several runs: medians and ranges. Pure."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any


def quantile(ordered: Sequence[float], q: float) -> float:
    """Return the smallest of the sorted values that is no less than a share `q` of them."""
    if not ordered:
        raise ValueError("no values")
    place = -(-len(ordered) * round(q * 10_000) // 10_000)
    return ordered[max(place, 1) - 1]


def median(values: Iterable[float]) -> float:
    ordered = sorted(values)
    if not ordered:
        raise ValueError("no values")
    half = len(ordered) // 2
    return ordered[half] if len(ordered) % 2 else (ordered[half - 1] + ordered[half]) / 2


def counted(runs: Sequence[Mapping[str, Any]]) -> list[Mapping[str, Any]]:
    """Return the runs that neither failed nor had the generator at its limit."""
    return [run for run in runs if "error" not in run and not run.get("void")]


def middle(runs: Sequence[Mapping[str, Any]], name: str) -> tuple[float, float, float] | None:
    """Return median, least and greatest of a figure, or None when no run has it."""
    values = [float(run[name]) for run in counted(runs) if run.get(name) is not None]
    return (median(values), min(values), max(values)) if values else None
