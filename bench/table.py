"""Write a results file as Markdown tables between the marks of docs/performance.md: `python -m bench.table FILE`."""

import json
import re
import sys
from collections.abc import Callable, Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any

from bench import rows, servers
from bench.figures import counted, middle
from bench.servers import ROOT

PAGE = ROOT / "docs" / "performance.md"
TITLES = {"parlor": "**Parlor**", **{peer.name: peer.title for peer in servers.ALL.values()}}
Runs = Sequence[Mapping[str, Any]]


def number(value: float) -> str:
    """Format a number with three significant digits: 1.85 M, 412 k, 3,120, 14.2, 0.72."""
    for size, unit in ((1e6, " M"), (1e4, " k")):
        if value >= size:
            return f"{_short(value / (1e6 if unit == ' M' else 1e3))}{unit}"
    return f"{value:,.0f}" if value >= 1000 else _short(value)


def _short(value: float) -> str:
    return f"{value:.0f}" if value >= 100 else f"{value:.1f}" if value >= 10 else f"{value:.2f}"


def cell(runs: Runs, name: str) -> str:
    """Format the median and the range of the runs, and how many of them count when some do not."""
    found = middle(runs, name)
    if found is None:
        return "void" if any(run.get("void") for run in runs) else ""
    median, least, most = found
    count = len(counted(runs))
    text = number(median) if count == 1 else f"{number(median)} ({number(least)}–{number(most)})"
    return text if count == len(runs) else f"{text}, {count} of {len(runs)}"


def table(head: Sequence[str], body: Iterable[Sequence[str]]) -> str:
    lines = ["| " + " | ".join(cells) + " |" for cells in [head, ["---"] * len(head), *body]]
    return "\n".join(lines)


def by_server(results: Mapping[str, Any], name: str, columns: Mapping[str, str]) -> str:
    """Return the table of one row, with a line for each server. `columns` maps figures to heads."""
    found: Mapping[str, Runs] = results["rows"][name]
    body = [[TITLES[server], *(cell(runs, figure) for figure in columns)] for server, runs in found.items()]
    body += [[TITLES[server], f"missing: {why}", *[""] * (len(columns) - 1)] for server, why in missing(results, name)]
    title = rows.ALL[name].title
    return f"{title[0].upper()}{title[1:]}:\n\n" + table(["", *columns.values()], body)


def missing(results: Mapping[str, Any], name: str) -> Iterable[tuple[str, str]]:
    return results["missing"].items() if rows.ALL[name].peers else ()


def by_row(results: Mapping[str, Any], names: Iterable[str], columns: Mapping[str, str]) -> str:
    """Return a table of Parlor alone, with a line for each row."""
    found = {name: results["rows"][name].get("parlor", []) for name in names if name in results["rows"]}
    body = [[rows.ALL[name].title, *(cell(runs, figure) for figure in columns)] for name, runs in found.items()]
    return table(["", *columns.values()], body) if body else ""


SPEED = {"deliveries_s": "deliveries/s", "messages_s": "messages/s", "p50_ms": "p50 ms", "p99_ms": "p99 ms"}
CPU = {"cpu_us_delivery": "CPU µs a delivery", "cpu_us_message": "CPU µs a message", "generator": "generator"}
SCREEN = {"screen_p50_ms": "on the screen p50 ms", "screen_p99_ms": "p99 ms"}
JOIN = {"joined_s": "all ready after s", "p50_ms": "others’ p50 ms", "p99_ms": "p99 ms", "came_again": "refused"}
HISTORY = {
    "page_p50_ms": "page p50 ms",
    "page_cpu_ms": "CPU ms",
    "resume_p50_ms": "resume p50 ms",
    "resume_cpu_ms": "CPU ms",
}
CROSS = {"p99_ms": "p99 ms", "cross_p99_ms": "other process p99 ms", "cpu_us_delivery": "CPU µs a delivery"}


def sections(results: Mapping[str, Any]) -> dict[str, str]:
    """Return the text between each pair of marks, by its name."""
    here: Callable[[str], bool] = results["rows"].__contains__
    closed, opened = ("500x1", "100x16", "500x64", "1000x32", "256x256"), ("500@1", "500@10", "500@100")
    return {
        "machine": machine(results),
        "closed": "\n\n".join(by_server(results, name, SPEED | CPU) for name in filter(here, closed)),
        "open": "\n\n".join(by_server(results, name, SPEED | CPU) for name in filter(here, opened)),
        "screen": by_row(results, opened[:2], SCREEN),
        "idle": by_server(results, "idle", {"rss_kb_connection": "KB a connection"}) if here("idle") else "",
        "coming": by_row(results, ["open"], {"opened_s": "a second", "cpu_ms_open": "CPU ms each"}),
        "storm": "\n\n".join(by_server(results, name, JOIN) for name in filter(here, ("resume", "join"))),
        "rooms": rooms(results),
        "history": by_row(results, [name for name in rows.ALL if name.startswith("history-")], HISTORY),
        "processes": by_row(results, ["processes-1", "processes-2"], CROSS),
    }


def machine(results: Mapping[str, Any]) -> str:
    on = results["machine"]
    counts = {len(runs) for row in results["rows"].values() for runs in row.values()}
    runs = "–".join(str(count) for count in sorted({min(counts, default=0), max(counts, default=0)}))
    facts = [
        f"{results['date']}, commit `{results['commit']}`, {runs} runs; medians, and the range in brackets.",
        f"{on['cpu']}, {on['cores']} cores, Linux {on['kernel']}, {on['disk']}.",
        f"Limits lifted by `REALTIME`: `{json.dumps(results['limits_lifted'])}`.",
        *(f"{TITLES[name]}: {version}." for name, version in results["versions"].items()),
    ]
    return "  \n".join(facts)


def rooms(results: Mapping[str, Any]) -> str:
    """Return the table of room sizes. A message itself costs what it costs in a room of one; readers share the rest."""
    alone = middle(results["rows"].get("room-1", {}).get("parlor", []), "cpu_us_message")
    body = []
    for name, row in rows.ALL.items():
        found = middle(results["rows"].get(name, {}).get("parlor", []), "cpu_us_message")
        if alone and found and name.startswith("room-") and row.clients > 1:
            body.append([row.title, number(found[0]), number((found[0] - alone[0]) / row.clients)])
    return table(["", "CPU µs a message", "a delivery, without the message’s own"], body) if body else ""


def filled(page: str, parts: Mapping[str, str]) -> str:
    """Return the page with each part put between `<!-- name -->` and `<!-- /name -->`."""
    for name, text in parts.items():
        marks = re.compile(rf"(<!-- {name} -->\n).*?(<!-- /{name} -->)", re.DOTALL)
        if not marks.search(page):
            raise ValueError(f"the page has no marks for {name}")
        page = marks.sub(lambda found, text=text: f"{found[1]}{text}\n{found[2]}" if text else found[0], page)  # type: ignore[misc]
    return page


def main(file: str) -> None:
    PAGE.write_text(filled(PAGE.read_text(), sections(json.loads(Path(file).read_text()))))


if __name__ == "__main__":
    main(sys.argv[1])
