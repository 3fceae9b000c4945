"""Tell the apps which messages have changed, once for all requests of a group."""

import logging
from collections.abc import Sequence

from django.db import DatabaseError, InterfaceError

from chat.models import Message
from chat.plugin import MessageChange, installed
from realtime import LogKey
from realtime.log import Batch

logger = logging.getLogger(__name__)


def change_note(batch: Batch, change: MessageChange) -> None:
    """Hand a change to the hooks at the next flush of the batch."""
    if installed.message_changed:
        batch.collect(_run_hooks, change)


def message_note(batch: Batch, message: Message, *, room: LogKey) -> None:
    """Hand the present state of a message to the hooks. Call it after the data was set."""
    change = MessageChange(
        room=room,
        log=message.log_id,
        o=message.offset,
        kind=message.kind,
        author=message.author_id,
        data=message.data,
        audience=message.audience,
        at=message.at,
    )
    change_note(batch, change)


def _run_hooks(batch: Batch, changes: Sequence[MessageChange]) -> None:
    for hook in installed.message_changed:
        try:
            hook(batch, changes)
        except (DatabaseError, InterfaceError):
            raise
        except Exception:
            logger.exception("a hook failed for %d changed messages", len(changes))
