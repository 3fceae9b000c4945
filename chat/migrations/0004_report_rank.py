from typing import Any

from django.db import migrations, models
from django.db.models import Exists, OuterRef


def raise_ranks(apps: Any, schema_editor: Any) -> None:
    """Assign reports about hosts, and those in direct rooms, to moderators."""
    Report, Room, Membership = (apps.get_model("chat", name) for name in ("Report", "Room", "Membership"))
    hosts = Membership.objects.filter(room=OuterRef("room"), user=OuterRef("user"), role="host", state="member")
    Report.objects.filter(Exists(hosts)).update(rank=2)
    Report.objects.filter(room__in=Room.objects.exclude(direct="")).update(rank=2)


class Migration(migrations.Migration):
    dependencies = [("chat", "0003_direct")]

    operations = [
        migrations.AddField("report", "rank", models.PositiveSmallIntegerField(default=1)),
        migrations.RunPython(raise_ranks, migrations.RunPython.noop),
    ]
