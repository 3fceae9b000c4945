from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("chat", "0007_message_tag"),
    ]

    operations = [
        migrations.AddField(
            model_name="sanction",
            name="approval_before",
            field=models.BigIntegerField(null=True),
        ),
        migrations.AddField(
            model_name="sanction",
            name="revoked",
            field=models.TextField(db_default="[]", default="[]"),
        ),
    ]
