from django.db import migrations


class Migration(migrations.Migration):
    """Moves models to the app `moderation`, whose first migration takes over the tables under their old names."""

    dependencies = [("chat", "0011_message_tags")]

    operations = [
        migrations.SeparateDatabaseAndState(
            state_operations=[migrations.DeleteModel(name) for name in ("Audit", "Hold", "Report", "Sanction")]
        )
    ]
