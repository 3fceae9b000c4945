"""Run `make bench`: measure every row with every server in turn, several times, and write the results as JSON.

ROWS and PEERS choose: ROWS="500x1 500x64" PEERS=parlor. RUNS is the number of runs, 5 by default. Results of the same
commit and day are added to the same file.
"""

import json
import os
import platform
import subprocess
import sys
import time
from collections import defaultdict
from collections.abc import Mapping, Sequence
from contextlib import ExitStack
from pathlib import Path
from typing import Any

from bench import parlor, rows, servers
from bench.measure import Figures, measure
from bench.parlor import Parlor
from bench.rows import Row
from bench.servers import BUILD, ROOT, Missing, many_files

RESULTS = ROOT / "bench" / "results"
PARLOR = "parlor"
SHOWN = (
    "error",
    "void",
    "all_stored",
    "list_is_table",
    "deliveries_s",
    "messages_s",
    "p50_ms",
    "p99_ms",
    "cpu_us_delivery",
    "cpu_us_message",
    "opened_s",
    "joined",
    "joined_s",
    "came_again",
    "screen_p50_ms",
    "screen_p99_ms",
    "cross_p50_ms",
    "cross_p99_ms",
    "page_p50_ms",
    "page_cpu_ms",
    "resume_p50_ms",
    "resume_cpu_ms",
    "cpu_ms_open",
    "rss_kb_connection",
    "generator",
)


def chosen(variable: str, known: Sequence[str]) -> list[str]:
    names = os.environ.get(variable, "").replace(",", " ").split() or list(known)
    if unknown := set(names) - set(known):
        sys.exit(f"{variable}: no {', '.join(sorted(unknown))}. There are: {', '.join(known)}")
    return names


def built(names: Sequence[str]) -> tuple[dict[str, str], dict[str, str]]:
    """Build the servers. Return the versions of those that could be built, and the reasons for the others."""
    versions, missing = {PARLOR: parlor.version()} if PARLOR in names else {}, {}
    for name in names:
        if name != PARLOR:
            try:
                versions[name] = servers.ALL[name].build()
            except Missing as reason:
                missing[name] = str(reason)
                print(f"{servers.ALL[name].title} is left out: {reason}", flush=True)
    return versions, missing


def once(row: Row, name: str, ours: Parlor) -> Figures:
    if name == PARLOR:
        return ours.measured(row)
    with servers.serving(servers.ALL[name]) as target:
        return measure(row, target)


def machine() -> dict[str, Any]:
    """Describe the machine. Exit when the file system is in memory, where durability would cost nothing."""
    lines = Path("/proc/cpuinfo").read_text().splitlines()
    cpu = next((line.partition(": ")[2] for line in lines if line.startswith("model name")), platform.machine())
    kind = output_of("stat", "-f", "-c", "%T", str(BUILD))
    if kind in {"tmpfs", "ramfs"}:
        sys.exit(f"{BUILD} is in memory ({kind}); bench measures on a disk")
    return {"cpu": cpu, "cores": os.cpu_count(), "kernel": platform.release(), "disk": kind}


def output_of(*command: str) -> str:
    return subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False).stdout.strip()


def circumstances() -> dict[str, Any]:
    commit = output_of("git", "describe", "--always", "--dirty") or "unknown"
    date = time.strftime("%Y-%m-%d")
    return {"date": date, "commit": commit, "machine": machine(), "limits_lifted": parlor.LIFTED}


def main() -> None:
    many_files()
    BUILD.mkdir(exist_ok=True)
    wanted = [rows.ALL[name] for name in chosen("ROWS", list(rows.ALL))]
    results = circumstances()
    print(json.dumps(results), flush=True)
    versions, missing = built(chosen("PEERS", [PARLOR, *servers.ALL]))
    before = earlier(results)
    results |= {"versions": versions, "missing": missing, "rows": {}}
    with ExitStack() as stack:
        ours = Parlor(stack)
        for turn in range(int(os.environ.get("RUNS") or 5)):
            print(f"run {turn + 1}", flush=True)
            for row in wanted:
                for name in [name for name in versions if row.peers or name == PARLOR]:
                    figures = attempt(row, name, ours)
                    results["rows"].setdefault(row.name, defaultdict(list))[name].append(figures)
                    keep(joined(before, results))


def earlier(results: Mapping[str, Any]) -> Mapping[str, Any]:
    """Return the results of the same commit and day, or nothing when there are uncommitted changes."""
    file = file_of(results)
    return json.loads(file.read_text()) if file.exists() and not results["commit"].endswith("-dirty") else {}


def joined(before: Mapping[str, Any], results: Mapping[str, Any]) -> dict[str, Any]:
    """Join two results. A server that is measured again in a row has only the new figures there."""
    parts = {name: {**before.get(name, {}), **results[name]} for name in ("versions", "missing")}
    parts["rows"] = {**before.get("rows", {})}
    for row, found in results["rows"].items():
        parts["rows"][row] = {**parts["rows"].get(row, {}), **found}
    parts["missing"] = {name: why for name, why in parts["missing"].items() if name not in parts["versions"]}
    return {**results, **parts}


def file_of(results: Mapping[str, Any]) -> Path:
    return RESULTS / f"{results['date']}-{results['commit']}.json"


def attempt(row: Row, name: str, ours: Parlor) -> Figures:
    try:
        figures = once(row, name, ours)
    except (RuntimeError, Missing) as error:
        figures = {"error": str(error)}
    print(f"{row.name:14} {name:16} {summary(figures)}", flush=True)
    return figures


def summary(figures: Figures) -> str:
    return " ".join(f"{key}={figures[key]}" for key in SHOWN if key in figures)


def keep(results: Mapping[str, Any]) -> None:
    """Write the results. This happens after each measurement, so that a stopped run keeps its figures."""
    RESULTS.mkdir(exist_ok=True)
    file_of(results).write_text(json.dumps(results, indent=1) + "\n")


if __name__ == "__main__":
    main()
