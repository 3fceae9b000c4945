from django.db import migrations


class Migration(migrations.Migration):
    """The tables stay: the app `moderation` has them under their old names from its first migration on."""

    dependencies = [("chat", "0011_message_tags")]

    operations = [
        migrations.SeparateDatabaseAndState(
            state_operations=[migrations.DeleteModel(name) for name in ("Audit", "Hold", "Report", "Sanction")]
        )
    ]
