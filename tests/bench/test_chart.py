"""Tests of the picture of a results file."""

from xml.etree import ElementTree

from bench.chart import bars, chart
from tests.bench.results import results

SVG = "{http://www.w3.org/2000/svg}"


def test_bars_are_sorted_and_leave_out_void_runs() -> None:
    assert bars(results(), "500x64", "deliveries_s") == [
        ("parlor", 1.3e6, 1.2e6, 1.4e6),
        ("ws", 120_000, 120_000, 120_000),
    ]


def test_bars_are_drawn_on_a_logarithmic_scale() -> None:
    picture = ElementTree.fromstring(chart(results(), "500x64", "deliveries_s", "Deliveries a second"))  # noqa: S314
    lines = [line for line in picture.iter(f"{SVG}line") if line.get("class") == "grid"]
    grid = [float(line.get("x1", "")) for line in lines]
    assert len(grid) == 4, "10 k, 100 k, 1 M, 10 M"
    ours, ws = (float(bar.get("x", "")) + float(bar.get("width", "")) for bar in picture.iter(f"{SVG}rect"))
    assert grid[1] < ws < grid[2] < ours < grid[3]
    texts = [text.text or "" for text in picture.iter(f"{SVG}text")]
    assert {"1.30 M", "120 k", "Parlor, every line on disk"} <= set(texts)
    assert any("A <fast> one" in text for text in texts)
