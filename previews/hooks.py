"""Ask for previews of each message with links: a task, staged in the batch that changes the message."""

from collections.abc import Sequence
from typing import Final

from django.conf import settings

from chat.plugin import MessageChange
from previews.allowance import Allowance
from previews.tasks import previews_make
from realtime.log import Batch
from tasks.queue import task_enqueue

LINKED: Final = 'href=\\"http'
"""The encoded data of a message with links contains this."""
allowance: Final = Allowance()


def messages_changed(batch: Batch, changes: Sequence[MessageChange]) -> None:
    """Stage a task for each message with links. The task finds out whether anything is missing."""
    if not settings.LINK_PREVIEWS:
        return
    for change in changes:
        if change.kind == "text" and LINKED in (change.data or "") and allowance.take(change.author, batch.now):
            task_enqueue(batch, previews_make, change.room, change.o)
