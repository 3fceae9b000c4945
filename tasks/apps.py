"""The app's configuration: `manage.py serve` runs one worker beside it."""

from django.apps import AppConfig
from django.conf import settings
from django.utils.translation import gettext_lazy as _


class TasksConfig(AppConfig):
    name = "tasks"
    verbose_name = _("Background tasks")

    def ready(self) -> None:
        from realtime.server.processes.companions import accompany
        from tasks.queue import in_database
        from tasks.selectors import is_late

        accompany("worker", ["worker"], lambda: settings.TASKS_WORKER and in_database(), is_late)
