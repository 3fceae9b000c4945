from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("chat", "0006_requests")]

    operations = [migrations.AddField("message", "tag", models.BigIntegerField(null=True))]
