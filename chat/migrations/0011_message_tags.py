"""Copy the tag of each message's event to the message, so that a request can identify the message."""

from typing import Any

from django.db import migrations

CHUNK = 10_000
FILL = """
UPDATE chat_message SET tag = (
    SELECT tag FROM realtime_event
    WHERE realtime_event.log_id = chat_message.log_id AND realtime_event."offset" = chat_message."offset"
) WHERE id > %s AND id <= %s AND tag IS NULL
"""


def fill(apps: Any, schema_editor: Any) -> None:
    """Fill the tags of stored messages in chunks, so that no other writer waits for long."""
    last = apps.get_model("chat", "Message").objects.order_by("-pk").values_list("pk", flat=True).first() or 0
    with schema_editor.connection.cursor() as cursor:
        for start in range(0, last, CHUNK):
            cursor.execute(FILL, [start, start + CHUNK])


class Migration(migrations.Migration):
    """Commits each chunk by itself. After an interruption, migrate again: it continues."""

    atomic = False
    dependencies = [("chat", "0010_room_archive"), ("realtime", "0001_initial")]

    operations = [migrations.RunPython(fill, migrations.RunPython.noop)]
