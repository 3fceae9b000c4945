from typing import Any

import django.db.models.deletion
from django.db import migrations, models


def make_postgresql(apps: Any, schema_editor: Any) -> None:
    """Create the table of PostgreSQL. On SQLite the index creates its tables itself.

    Few words wait outside the GIN index, because each search reads them all. Removed rows are vacuumed soon, because
    they hold the words of deleted messages.
    """
    if schema_editor.connection.vendor == "postgresql":
        schema_editor.execute(
            "CREATE TABLE search_words (message bigint PRIMARY KEY, words tsvector NOT NULL) "
            "WITH (autovacuum_vacuum_scale_factor = 0, autovacuum_vacuum_threshold = 100)"
        )
        schema_editor.execute(
            "CREATE INDEX search_words_gin ON search_words USING gin (words) WITH (gin_pending_list_limit = 512)"
        )


def drop(apps: Any, schema_editor: Any) -> None:
    if schema_editor.connection.vendor == "postgresql":
        schema_editor.execute("DROP TABLE search_words")
        return
    with schema_editor.connection.cursor() as cursor:
        cursor.execute("SELECT name FROM sqlite_master WHERE name LIKE 'search_words_%' AND sql LIKE 'CREATE VIRTUAL%'")
        tables = [name for (name,) in cursor.fetchall()]
    for name in tables:
        schema_editor.execute(f"DROP TABLE {name}")


class Migration(migrations.Migration):
    initial = True

    dependencies = [
        ("realtime", "0001_initial"),
        ("chat", "0013_answers_and_mentions"),
    ]

    operations = [
        migrations.CreateModel(
            name="Building",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("at", models.BigIntegerField()),
                ("left", models.BigIntegerField()),
            ],
        ),
        migrations.CreateModel(
            name="Erasure",
            fields=[
                ("part", models.BigIntegerField(primary_key=True, serialize=False)),
                ("since", models.BigIntegerField()),
                ("removed_at", models.BigIntegerField()),
                ("began_at", models.BigIntegerField(null=True)),
                ("merged", models.BooleanField(default=False)),
            ],
        ),
        migrations.CreateModel(
            name="IndexedLog",
            fields=[
                (
                    "log",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.CASCADE,
                        primary_key=True,
                        related_name="indexed",
                        serialize=False,
                        to="realtime.log",
                    ),
                ),
                ("offset", models.BigIntegerField(default=0)),
            ],
        ),
        migrations.RunPython(make_postgresql, drop),
    ]
