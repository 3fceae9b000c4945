"""What a process holds."""

from pathlib import Path


def memory(process: int, which: str) -> int:
    """Bytes it holds (`VmRSS`), or has held at most (`VmHWM`)."""
    status = Path(f"/proc/{process}/status").read_text()
    return int(status.partition(f"{which}:")[2].split()[0]) * 1024
