from typing import Any

from django.db import migrations, models
from django.db.models import Q

from accounts.names import look


def fill(apps: Any, schema_editor: Any) -> None:
    """Fill the skeletons of room names. Rooms with the same name keep it."""
    rooms = apps.get_model("chat", "Room").objects.using(schema_editor.connection.alias)
    batch = []
    for room in rooms.filter(skeleton=None, direct="").only("pk", "name").iterator(chunk_size=2000):
        room.skeleton = look(room.name)
        batch.append(room)
        if len(batch) == 500:
            rooms.bulk_update(batch, ["skeleton"])
            batch.clear()
    rooms.bulk_update(batch, ["skeleton"])


class Migration(migrations.Migration):
    """Compatible with processes of the release before: the column is null for the rooms that they create."""

    dependencies = [("chat", "0008_ban_effects")]

    operations = [
        migrations.AddField(
            model_name="room",
            name="skeleton",
            field=models.CharField(editable=False, max_length=128, null=True),
        ),
        migrations.AddIndex(
            model_name="room",
            index=models.Index(condition=Q(("public", True)), fields=["skeleton"], name="room_look"),
        ),
        migrations.RunPython(fill, migrations.RunPython.noop, elidable=True),
    ]
