"""Run the generator against one server, and measure what the server's processes use meanwhile."""

import json
import subprocess
from collections.abc import Mapping
from typing import Any

from bench import proc
from bench.rows import Row
from bench.servers import LOAD_CORE, Target, generator

VOID_SHARE = 0.7
"""A run is void when the generator uses more than this share of its core: the generator is then the bottleneck."""

Figures = dict[str, Any]


def options(row: Row) -> list[str]:
    """Return the generator's options for a row."""
    given = ["-n", str(row.clients), "-s", str(row.senders), "-t", str(row.seconds), "-x", "10"]
    given += ["-r", str(row.rate)] if row.rate else ["-w", "1"]
    if row.joiners:
        given += ["-j", str(row.joiners), "-e", str(row.missed), "-c", str(row.joiners)]
    return given


def measure(row: Row, target: Target) -> Figures:
    """Return the figures of the generator and of the server."""
    marks = {"IDLE": (proc.cpu_s(*target.pids), proc.rss_kb(*target.pids))}
    command = [str(generator()), "-a", ",".join(target.addresses), *options(row), *target.load]
    load = subprocess.Popen(
        ["taskset", "-c", LOAD_CORE, *command], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    )
    stderr_lines = []
    for line in load.stderr or ():
        stderr_lines.append(line)
        marks[line.strip()] = proc.cpu_s(*target.pids), proc.rss_kb(*target.pids)
    output, _ = load.communicate()
    if "END" not in marks or not output:
        raise RuntimeError(f"the generator failed ({load.returncode}): {''.join(stderr_lines)[-500:]}")
    figures: Figures = json.loads(output)
    return figures | used(figures, marks)


def used(figures: Figures, marks: Mapping[str, tuple[float, float]]) -> Figures:
    """Return what the server used. `marks` has its CPU seconds and its KB at each word that the generator prints.

    `cpu_us_*` are measured between BEGIN and END. `cpu_ms_open` and `rss_kb_connection` are measured from IDLE to
        READY, for each client that connected.
    """
    (idle_s, idle_kb), (ready_s, ready_kb), (begin_s, _), (end_s, end_kb) = (
        marks[name] for name in ("IDLE", "READY", "BEGIN", "END")
    )
    here = figures["residents"]
    per = {"cpu_us_delivery": figures["deliveries"], "cpu_us_message": figures["messages"]}
    return {
        **{name: round((end_s - begin_s) * 1e6 / count, 3) for name, count in per.items() if count},
        "server": round((end_s - begin_s) / figures["seconds"], 3),
        "cpu_ms_open": round((ready_s - idle_s) * 1e3 / here, 3),
        "rss_kb_connection": round((ready_kb - idle_kb) / here, 2),
        "rss_mb": round(end_kb / 1024, 1),
        "void": figures["generator"] > VOID_SHARE,
    }
