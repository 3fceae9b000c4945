from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("chat", "0004_report_rank")]

    operations = [migrations.AddField("room", "rules_rank", models.PositiveSmallIntegerField(null=True))]
