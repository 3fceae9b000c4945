"""Schedule work in logs that the current batch has not locked."""

from collections.abc import Sequence
from typing import Any

from realtime import encode
from realtime.log import Batch
from realtime.models import Deadline


def elsewhere(batch: Batch, kind: str, logs: Sequence[int], data: Any) -> None:
    """Schedule a deadline that is due at once in each of these logs. Each runs in its own batch."""
    for log in logs:
        batch.insert(Deadline(log_id=log, kind=kind, at=batch.now, data=encode(data).decode()))
