"""Boards and their members. The notes are in the log of the board."""

from django.conf import settings
from django.db import models


class Board(models.Model):
    key = models.CharField(max_length=16, unique=True)
    name = models.CharField(max_length=80)
    members = models.ManyToManyField(settings.AUTH_USER_MODEL, related_name="boards")

    def __str__(self) -> str:
        return self.name
