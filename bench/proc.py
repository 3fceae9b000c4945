"""Read what Linux knows of a process and its descendants: CPU seconds and resident memory."""

import os
from pathlib import Path

TICKS = os.sysconf("SC_CLK_TCK")
PAGE = os.sysconf("SC_PAGE_SIZE")


def tree(*pids: int) -> list[int]:
    """Return the processes and all their descendants, parents first."""
    children: dict[int, list[int]] = {}
    for entry in Path("/proc").iterdir():
        if entry.name.isdigit() and (fields := _stat(int(entry.name))):
            children.setdefault(int(fields[1]), []).append(int(entry.name))
    found = list(pids)
    for pid in found:
        found += children.get(pid, [])
    return found


def cpu_s(*pids: int) -> float:
    """Return user and system time of the processes and their descendants, also of those that ended and were reaped."""
    return sum(sum(map(int, fields[11:15])) for pid in tree(*pids) if (fields := _stat(pid))) / TICKS


def rss_kb(*pids: int) -> float:
    """Return the resident memory in KB. Pages that a fork shares count twice."""
    return sum(int(fields[21]) for pid in tree(*pids) if (fields := _stat(pid))) * PAGE / 1024


def _stat(pid: int) -> list[str]:
    """Return the fields of /proc/PID/stat from the third on (proc(5)), or none when the process has ended."""
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    except OSError:
        return []
