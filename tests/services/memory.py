"""The memory of a process."""

from pathlib import Path


def memory(process: int, which: str) -> int:
    """Return the bytes that a process holds (`VmRSS`) or held at most (`VmHWM`)."""
    status = Path(f"/proc/{process}/status").read_text()
    return int(status.partition(f"{which}:")[2].split()[0]) * 1024
