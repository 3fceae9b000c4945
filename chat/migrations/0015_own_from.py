"""Add the offset up to which a person's own messages do not move their read pointer."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("chat", "0014_mentions_seen")]

    operations = [
        migrations.AddField(
            model_name="membership",
            name="own_from",
            field=models.BigIntegerField(db_default=0, default=0),
        ),
    ]
