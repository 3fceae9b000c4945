"""Django's Tasks interface under one name: `django.tasks` of Django 6, and its backport before."""

from importlib.util import find_spec
from typing import TYPE_CHECKING

if TYPE_CHECKING or not find_spec("django.tasks"):
    from django_tasks import TaskResultStatus as Status
    from django_tasks import task, task_backends
    from django_tasks.base import Task
else:
    from django.tasks import TaskResultStatus as Status
    from django.tasks import task, task_backends
    from django.tasks.base import Task

__all__ = ["Status", "Task", "task", "task_backends"]
