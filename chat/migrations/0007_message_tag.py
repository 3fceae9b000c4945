"""Keep the tag of a message's event beside the message, so that a request can say which message it means."""

from typing import Any

from django.db import migrations, models

CHUNK = 10_000
FILL = """
UPDATE chat_message SET tag = (
    SELECT tag FROM realtime_event
    WHERE realtime_event.log_id = chat_message.log_id AND realtime_event."offset" = chat_message."offset"
) WHERE id > %s AND id <= %s AND tag IS NULL
"""


def fill(apps: Any, schema_editor: Any) -> None:
    """Fill the tags of stored messages, a chunk at a time, so that nobody waits for long."""
    last = apps.get_model("chat", "Message").objects.order_by("-pk").values_list("pk", flat=True).first() or 0
    with schema_editor.connection.cursor() as cursor:
        for start in range(0, last, CHUNK):
            cursor.execute(FILL, [start, start + CHUNK])


class Migration(migrations.Migration):
    atomic = False
    dependencies = [("chat", "0006_requests"), ("realtime", "0001_initial")]

    operations = [
        migrations.AddField("message", "tag", models.BigIntegerField(null=True)),
        migrations.RunPython(fill, migrations.RunPython.noop),
    ]
