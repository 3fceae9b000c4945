"""Build the index anew, part by part and the newest part first, while servers run.

Only the part that is being built lacks messages. A message is locked while it is read, so that an edit comes after it.
"""

from collections.abc import Iterator
from contextlib import suppress
from typing import Final

from django.db import OperationalError, transaction

from chat.models import Message
from realtime.log import batch
from realtime.models import Log
from search.models import Building, IndexedLog
from search.services.follow import document_of
from search.storage import PART, index

CHUNK: Final = 500
TRIES: Final = 3


def rebuild() -> Iterator[tuple[int, int]]:
    """Build all parts. Yield (messages looked at, all messages) after each chunk."""
    heads = dict(Log.objects.exclude(room=None).values_list("pk", "head"))
    last = Message.objects.order_by("-pk").values_list("pk", flat=True).first() or 0
    done = 0
    for part in range(last // PART, -1, -1):
        low, below = part * PART, min((part + 1) * PART, last + 1)
        with batch([]):
            index().clear(part)
        while low < below:
            reached = _retried(low, below)
            done, low = done + reached - low, reached
            yield min(done, last), last
    _enter(heads)
    with batch([]):
        Building.objects.all().delete()


def _retried(low: int, below: int) -> int:
    """Do a chunk, again after a deadlock with an edit."""
    for _ in range(TRIES):
        with suppress(OperationalError):
            return _chunk(low, below)
    return _chunk(low, below)


def _chunk(low: int, below: int) -> int:
    """Put the documents of some messages into the index. Return the key up to which it is built."""
    with batch([]) as staged:
        rows = Message.objects.filter(pk__gte=low, pk__lt=below).order_by("pk").select_for_update(of=("self",))
        found = list(rows.values_list("pk", "log", "kind", "author", "data")[:CHUNK])
        documents = [(pk, document_of(log, kind, author, data)) for pk, log, kind, author, data in found]
        index().put([(pk, text) for pk, text in documents if text is not None])
        Building.objects.update_or_create(pk=1, defaults={"at": staged.now, "left": below - low})
    return found[-1][0] + 1 if len(found) == CHUNK else below


def _enter(heads: dict[int, int]) -> None:
    """Let the index follow the logs from the heads that were read at the start, where it is not further already."""
    for log, head in heads.items():
        with transaction.atomic():
            IndexedLog.objects.get_or_create(pk=log)
            IndexedLog.objects.filter(pk=log, offset__lt=head).update(offset=head)
