from typing import Any

from django.db import migrations, models

from accounts.names import look


def fill(apps: Any, schema_editor: Any) -> None:
    """Fill the skeletons of names. Where names look alike, the first one gets it: by rank, account, then age."""
    users = apps.get_model("accounts", "User").objects.using(schema_editor.connection.alias)
    taken = set(users.exclude(skeleton=None).values_list("skeleton", flat=True))
    is_guest = models.Case(models.When(account_at=0, then=1), default=0)
    rows = users.filter(skeleton=None).order_by("-is_superuser", "-is_moderator", is_guest, "pk").only("pk", "name")
    batch = []
    for user in rows.iterator(chunk_size=2000):
        user.skeleton = look(user.name)
        if user.skeleton in taken:
            continue
        taken.add(user.skeleton)
        batch.append(user)
        if len(batch) == 500:
            users.bulk_update(batch, ["skeleton"])
            batch.clear()
    users.bulk_update(batch, ["skeleton"])


class Migration(migrations.Migration):
    """Compatible with processes of the release before: the column is null for the rows that they write."""

    dependencies = [("accounts", "0006_moved_logins")]

    operations = [
        migrations.AddField(
            model_name="user",
            name="skeleton",
            field=models.CharField(editable=False, max_length=128, null=True),
        ),
        migrations.AddConstraint(
            model_name="user",
            constraint=models.UniqueConstraint(fields=("skeleton",), name="accounts_one_look"),
        ),
        migrations.RunPython(fill, migrations.RunPython.noop, elidable=True),
    ]
