"""Tests the migration that makes chat's tables moderation's."""

import importlib
from types import SimpleNamespace
from typing import Any

import pytest
from django.apps import apps
from django.contrib.admin.models import LogEntry
from django.contrib.auth.models import Permission
from django.contrib.contenttypes.models import ContentType
from django.db import connection
from django.db.migrations.executor import MigrationExecutor

from moderation.models import Sanction
from realtime.types import Caller

pytestmark = pytest.mark.django_db
migration = importlib.import_module("moderation.migrations.0001_initial")
EDITOR = SimpleNamespace(connection=connection)


@pytest.fixture(autouse=True)
def fresh_content_types() -> None:
    ContentType.objects.clear_cache()


def labels() -> dict[str, str]:
    found = ContentType.objects.filter(model__in=[*migration.MODELS, *migration.MODELS.values()])
    return dict(found.values_list("model", "app_label"))


def test_content_types_move_to_moderation_and_back() -> None:
    assert labels() == dict.fromkeys(migration.MODELS.values(), "moderation")
    pks = set(ContentType.objects.filter(app_label="moderation").values_list("pk", flat=True))
    migration.to_chat(apps, EDITOR)
    assert labels() == dict.fromkeys(migration.MODELS, "chat")
    migration.to_moderation(apps, EDITOR)
    assert set(ContentType.objects.filter(app_label="moderation").values_list("pk", flat=True)) == pks
    assert Permission.objects.get(codename="view_sanction").content_type.app_label == "moderation"


def test_content_types_keep_log_entries_and_permissions_when_both_labels_exist(ana: Caller) -> None:
    kept = ContentType.objects.get(app_label="moderation", model="sanction")
    migration.to_chat(apps, EDITOR)
    second = ContentType.objects.create(app_label="moderation", model="sanction")
    facts = {"user_id": ana.pk, "object_id": "1", "object_repr": "", "action_flag": 2, "change_message": ""}
    for content_type in (kept, second):
        LogEntry.objects.create(content_type=content_type, **facts)
    migration.to_moderation(apps, EDITOR)
    assert ContentType.objects.get(app_label="moderation", model="sanction").pk == kept.pk
    assert LogEntry.objects.filter(content_type=kept).count() == 2
    assert Permission.objects.filter(codename="view_sanction", content_type=kept).exists()


@pytest.mark.django_db(transaction=True)
def test_rows_stay_when_the_app_is_migrated_away_and_back(ana: Caller) -> None:
    made = Sanction.objects.create(user_id=ana.pk, kind="warn", at=1, rank=2)

    def migrate(*targets: tuple[str, str | None]) -> Any:
        executor = MigrationExecutor(connection)
        return executor.migrate(list(targets)).apps

    before = migrate(("moderation", None), ("chat", "0011_message_tags"))
    try:
        assert before.get_model("chat", "Sanction").objects.get().key == made.key
        assert labels() == dict.fromkeys(migration.MODELS, "chat")
    finally:
        migrate(*MigrationExecutor(connection).loader.graph.leaf_nodes())
    assert Sanction.objects.get().key == made.key
    assert labels() == dict.fromkeys(migration.MODELS.values(), "moderation")
