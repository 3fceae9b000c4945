"""Draw a results file as the picture of the README: `python -m bench.chart FILE [ROW]`. The scale is logarithmic."""

import json
import math
import sys
from collections.abc import Mapping, Sequence
from html import escape
from pathlib import Path
from typing import Any

from bench import rows, servers
from bench.figures import middle
from bench.servers import ROOT
from bench.table import number

PICTURE = ROOT / "docs" / "pictures" / "bench.svg"
TITLES = {"parlor": "Parlor, every line on disk", **{peer.name: peer.title for peer in servers.ALL.values()}}
WIDTH, LEFT, RIGHT, BAR, GAP, TOP = 760, 190, 90, 20, 8, 52
STYLE = """
  text { font: 14px system-ui, sans-serif; fill: #1f2328 }
  .title { font-weight: 600 } .small { font-size: 12px; fill: #59636e }
  .bar { fill: #8c959f } .ours { fill: #0a7d62 } .range { stroke: #1f2328; stroke-width: 1.5 } .grid { stroke: #d1d9e0 }
  @media (prefers-color-scheme: dark) {
    text { fill: #f0f6fc } .small { fill: #9198a1 } .bar { fill: #6e7681 } .ours { fill: #2fb492 }
    .range { stroke: #f0f6fc } .grid { stroke: #3d444d }
  }
"""

Bar = tuple[str, float, float, float]
"""A bar has a server, the median, the least and the greatest value."""


def bars(results: Mapping[str, Any], row: str, figure: str) -> list[Bar]:
    """Return a bar for each server that has the figure, the greatest first."""
    found = {server: middle(runs, figure) for server, runs in results["rows"][row].items()}
    return sorted(((server, *values) for server, values in found.items() if values), key=lambda bar: -bar[1])


def chart(results: Mapping[str, Any], row: str, figure: str, unit: str) -> str:
    all_bars = bars(results, row, figure)
    least = 10 ** math.floor(math.log10(min(bar[2] for bar in all_bars) / 1.5))
    most = 10 ** math.ceil(math.log10(max(bar[3] for bar in all_bars)))

    def x(value: float) -> float:
        share = math.log10(max(value, least) / least) / math.log10(most / least)
        return round(LEFT + share * (WIDTH - LEFT - RIGHT), 1)

    height = TOP + len(all_bars) * (BAR + GAP) + 30
    powers = [10**power for power in range(round(math.log10(least)), round(math.log10(most)) + 1)]
    return "\n".join(
        [
            f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {height}" role="img">',
            f"<title>{escape(unit)}, {escape(rows.ALL[row].title)}</title><style>{STYLE}</style>",
            f'<text class="title" x="8" y="22">{escape(unit)}, {escape(rows.ALL[row].title)}</text>',
            f'<text class="small" x="8" y="40">{escape(caption(results))}</text>',
            *(grid(x(power), height, number(power)) for power in powers),
            *(bar_svg(place, bar, x(least), x) for place, bar in enumerate(all_bars)),
            "</svg>\n",
        ]
    )


def caption(results: Mapping[str, Any]) -> str:
    on = results["machine"]
    return f"server on one core of {on['cpu']}, clients on another; {results['date']}, {results['commit']}"


def grid(x: float, height: int, label: str) -> str:
    line = f'<line class="grid" x1="{x}" x2="{x}" y1="{TOP - 4}" y2="{height - 24}"/>'
    return f'{line}<text class="small" x="{x}" y="{height - 8}" text-anchor="middle">{label}</text>'


def bar_svg(place: int, bar: Bar, left: float, x: Any) -> str:
    server, median, least, most = bar
    y, kind = TOP + place * (BAR + GAP), "ours" if server == "parlor" else "bar"
    middle_y = y + BAR / 2
    return (
        f'<text x="{LEFT - 8}" y="{y + 15}" text-anchor="end">{escape(TITLES[server])}</text>'
        f'<rect class="{kind}" x="{left}" y="{y}" width="{round(x(median) - left, 1)}" height="{BAR}"/>'
        f'<line class="range" x1="{x(least)}" x2="{x(most)}" y1="{middle_y}" y2="{middle_y}"/>'
        f'<text x="{x(most) + 8}" y="{y + 15}">{number(median)}</text>'
    )


def main(arguments: Sequence[str]) -> None:
    row = arguments[1] if len(arguments) > 1 else "500x64"
    PICTURE.write_text(chart(json.loads(Path(arguments[0]).read_text()), row, "deliveries_s", "Deliveries a second"))


if __name__ == "__main__":
    main(sys.argv[1:])
