"""One run of the generator against one server, and what the server's processes used meanwhile."""

import json
import subprocess
from collections.abc import Mapping
from typing import Any

from bench import proc
from bench.rows import Row
from bench.servers import LOAD_CORE, Target, generator

VOID = 0.7
"""share of its core above which the generator has measured itself"""

Figures = dict[str, Any]


def options(row: Row) -> list[str]:
    """What the generator is told of a row."""
    given = ["-n", str(row.clients), "-s", str(row.senders), "-t", str(row.seconds), "-x", "10"]
    given += ["-r", str(row.rate)] if row.rate else ["-w", "1"]
    if row.joiners:
        given += ["-j", str(row.joiners), "-e", str(row.missed), "-c", str(row.joiners)]
    return given


def measure(row: Row, target: Target) -> Figures:
    """The generator's figures, and the server's."""
    idle_kb = proc.rss_kb(*target.pids)
    command = [str(generator()), "-a", ",".join(target.addresses), *options(row), *target.load]
    marks: dict[str, tuple[float, float]] = {}
    load = subprocess.Popen(
        ["taskset", "-c", LOAD_CORE, *command], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    )
    said = []
    for line in load.stderr or ():
        said.append(line)
        marks[line.strip()] = proc.cpu_s(*target.pids), proc.rss_kb(*target.pids)
    output, _ = load.communicate()
    if load.returncode or not {"READY", "BEGIN", "END"} <= set(marks):
        raise RuntimeError(f"the generator failed ({load.returncode}): {''.join(said)[-500:]}")
    figures: Figures = json.loads(output)
    return figures | used(figures, marks, idle_kb)


def used(figures: Figures, marks: Mapping[str, tuple[float, float]], idle_kb: float) -> Figures:
    """`cpu_us_*`: of the server between BEGIN and END; `rss_kb_connection`: what all clients together had added."""
    spent = (marks["END"][0] - marks["BEGIN"][0]) * 1e6
    readers = figures["clients"] - figures.get("joined", 0)
    messages = figures["acknowledged_in"] or figures["deliveries"] / readers
    per = {"cpu_us_delivery": figures["deliveries"], "cpu_us_message": messages}
    return {
        **{name: round(spent / count, 3) for name, count in per.items() if count},
        "server": round(spent / 1e6 / figures["seconds"], 3),
        "rss_kb_connection": round((marks["READY"][1] - idle_kb) / readers, 2),
        "rss_mb": round(marks["END"][1] / 1024, 1),
        "void": figures["generator"] > VOID,
    }
