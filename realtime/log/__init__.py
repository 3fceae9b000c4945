"""The log: one gapless ordered list of events for each room. `batch` is the only way to append."""

from realtime.log.event import LogEvent, in_audience
from realtime.log.permissions import PermissionsChanged
from realtime.log.reading import PAGE, head_of, heads, holds, newest_at, read, redactable, tail
from realtime.log.writing import Batch, Listener, batch, key_new, listen, publish
from realtime.steady_clock import now_ms
from realtime.types import SITE

__all__ = [
    "PAGE",
    "SITE",
    "Batch",
    "Listener",
    "LogEvent",
    "PermissionsChanged",
    "batch",
    "head_of",
    "heads",
    "holds",
    "in_audience",
    "key_new",
    "listen",
    "newest_at",
    "now_ms",
    "publish",
    "read",
    "redactable",
    "tail",
]
