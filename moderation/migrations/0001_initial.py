"""The tables that chat made are moderation's from here on, under the names that they have.

Only Django's state changes, so that processes of the release before go on beside the new ones.
"""

from typing import Any

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models

import chat.models

MODELS = {"audit": "audit", "hold": "deviceban", "report": "report", "sanction": "sanction"}
"""Names of the models in chat, and here."""


def rename(apps: Any, database: str, old: tuple[str, str], new: tuple[str, str]) -> None:
    """Rename a content type, `(app, model)`; permissions and log entries refer to it by its id.

    One that has the new name already, as after a migration back and forth, is merged into it.
    """
    types = apps.get_model("contenttypes", "ContentType").objects.using(database)
    entries = apps.get_model("admin", "LogEntry").objects.using(database)
    for found in types.filter(app_label=old[0], model=old[1]):
        second = types.filter(app_label=new[0], model=new[1])
        entries.filter(content_type__in=second).update(content_type=found)
        second.delete()
        found.app_label, found.model = new
        found.save()


def to_moderation(apps: Any, schema_editor: Any) -> None:
    for old, new in MODELS.items():
        rename(apps, schema_editor.connection.alias, ("chat", old), ("moderation", new))


def to_chat(apps: Any, schema_editor: Any) -> None:
    for old, new in MODELS.items():
        rename(apps, schema_editor.connection.alias, ("moderation", new), ("chat", old))


class Migration(migrations.Migration):
    initial = True

    dependencies = [
        ("admin", "0003_logentry_add_action_flag_choices"),
        ("contenttypes", "0002_remove_content_type_name"),
        ("chat", "0012_moderation_moves"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.SeparateDatabaseAndState(
            state_operations=[
                migrations.CreateModel(
                    name="Sanction",
                    fields=[
                        (
                            "id",
                            models.BigAutoField(
                                auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                            ),
                        ),
                        ("key", models.CharField(default=chat.models.invite_key, max_length=12, unique=True)),
                        (
                            "kind",
                            models.CharField(
                                choices=[("warn", "Warn"), ("mute", "Mute"), ("kick", "Kick"), ("ban", "Ban")],
                                max_length=4,
                            ),
                        ),
                        ("at", models.BigIntegerField()),
                        ("until", models.BigIntegerField(null=True)),
                        ("reason", models.CharField(blank=True, max_length=500)),
                        ("rule", models.CharField(blank=True, max_length=10)),
                        ("offset", models.BigIntegerField(null=True)),
                        ("removed", models.TextField(default="[]")),
                        ("revoked", models.TextField(db_default="[]", default="[]")),
                        ("approval_before", models.BigIntegerField(null=True)),
                        ("rank", models.PositiveSmallIntegerField()),
                        ("was", models.CharField(blank=True, max_length=6)),
                        ("lifted_at", models.BigIntegerField(null=True)),
                        ("lifted_reason", models.CharField(blank=True, max_length=500)),
                        ("acknowledged_at", models.BigIntegerField(null=True)),
                        ("appeal", models.CharField(blank=True, max_length=500)),
                        ("appealed_at", models.BigIntegerField(null=True)),
                        ("answer", models.CharField(blank=True, max_length=7)),
                        (
                            "by",
                            models.ForeignKey(
                                db_index=False,
                                null=True,
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="+",
                                to=settings.AUTH_USER_MODEL,
                            ),
                        ),
                        (
                            "lifted_by",
                            models.ForeignKey(
                                db_index=False,
                                null=True,
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="+",
                                to=settings.AUTH_USER_MODEL,
                            ),
                        ),
                        (
                            "room",
                            models.ForeignKey(
                                null=True,
                                on_delete=django.db.models.deletion.CASCADE,
                                related_name="sanctions",
                                to="chat.room",
                            ),
                        ),
                        (
                            "user",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.CASCADE,
                                related_name="sanctions",
                                to=settings.AUTH_USER_MODEL,
                            ),
                        ),
                    ],
                    options={
                        "db_table": "chat_sanction",
                    },
                ),
                migrations.CreateModel(
                    name="DeviceBan",
                    fields=[
                        (
                            "id",
                            models.BigAutoField(
                                auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                            ),
                        ),
                        ("device", models.CharField(db_index=True, max_length=64)),
                        ("until", models.BigIntegerField()),
                        (
                            "room",
                            models.ForeignKey(
                                null=True, on_delete=django.db.models.deletion.CASCADE, related_name="+", to="chat.room"
                            ),
                        ),
                        (
                            "sanction",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.CASCADE,
                                related_name="device_bans",
                                to="moderation.sanction",
                            ),
                        ),
                    ],
                    options={
                        "db_table": "chat_hold",
                    },
                ),
                migrations.CreateModel(
                    name="Audit",
                    fields=[
                        (
                            "id",
                            models.BigAutoField(
                                auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                            ),
                        ),
                        ("at", models.BigIntegerField()),
                        ("rank", models.PositiveSmallIntegerField()),
                        ("act", models.CharField(max_length=40)),
                        ("offset", models.BigIntegerField(null=True)),
                        ("reason", models.CharField(blank=True, max_length=500)),
                        ("rule", models.CharField(blank=True, max_length=10)),
                        ("detail", models.TextField(default="{}")),
                        ("undone", models.BooleanField(default=False)),
                        (
                            "by",
                            models.ForeignKey(
                                null=True,
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="+",
                                to=settings.AUTH_USER_MODEL,
                            ),
                        ),
                        (
                            "room",
                            models.ForeignKey(
                                null=True,
                                on_delete=django.db.models.deletion.SET_NULL,
                                related_name="+",
                                to="chat.room",
                            ),
                        ),
                        (
                            "user",
                            models.ForeignKey(
                                null=True,
                                on_delete=django.db.models.deletion.SET_NULL,
                                related_name="+",
                                to=settings.AUTH_USER_MODEL,
                            ),
                        ),
                        (
                            "sanction",
                            models.ForeignKey(
                                null=True,
                                on_delete=django.db.models.deletion.SET_NULL,
                                related_name="+",
                                to="moderation.sanction",
                            ),
                        ),
                    ],
                    options={
                        "db_table": "chat_audit",
                    },
                ),
                migrations.CreateModel(
                    name="Report",
                    fields=[
                        (
                            "id",
                            models.BigAutoField(
                                auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                            ),
                        ),
                        ("key", models.CharField(default=chat.models.invite_key, max_length=12, unique=True)),
                        ("offset", models.BigIntegerField()),
                        ("at", models.BigIntegerField()),
                        ("reason", models.CharField(blank=True, max_length=500)),
                        ("rule", models.CharField(max_length=10)),
                        ("rank", models.PositiveSmallIntegerField(default=1)),
                        (
                            "state",
                            models.CharField(
                                choices=[("open", "Open"), ("handled", "Handled"), ("dismissed", "Dismissed")],
                                default="open",
                                max_length=9,
                            ),
                        ),
                        ("closed_at", models.BigIntegerField(null=True)),
                        (
                            "by",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="+",
                                to=settings.AUTH_USER_MODEL,
                            ),
                        ),
                        (
                            "closed_by",
                            models.ForeignKey(
                                db_index=False,
                                null=True,
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="+",
                                to=settings.AUTH_USER_MODEL,
                            ),
                        ),
                        (
                            "room",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.CASCADE, related_name="reports", to="chat.room"
                            ),
                        ),
                        (
                            "user",
                            models.ForeignKey(
                                null=True,
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="+",
                                to=settings.AUTH_USER_MODEL,
                            ),
                        ),
                    ],
                    options={
                        "db_table": "chat_report",
                        "indexes": [models.Index(fields=["room", "state", "-at"], name="report_queue")],
                        "constraints": [models.UniqueConstraint(fields=("room", "offset", "by"), name="report_once")],
                    },
                ),
                migrations.AddIndex(
                    model_name="sanction",
                    index=models.Index(fields=["room", "-at"], name="sanction_list"),
                ),
                migrations.AddIndex(
                    model_name="audit",
                    index=models.Index(fields=["room", "-id"], name="audit_room"),
                ),
            ]
        ),
        migrations.RunPython(to_moderation, to_chat),
    ]
