"""The cache of fetched pages, and the previews that people have removed. Addresses are stored as hashes only.

An address is part of a message's text, and must be gone when the message is. Times are in ms UTC.
"""

from django.db import models

from realtime.models import Log


class CachedPage(models.Model):
    """The preview of an address as JSON, without the address; empty when there is nothing to show."""

    key = models.CharField(max_length=64, unique=True)
    data = models.TextField(blank=True)
    expires_at = models.BigIntegerField(db_index=True)

    def __str__(self) -> str:
        return self.key


class RemovedPreview(models.Model):
    """A preview that must not come back when the message is edited."""

    log = models.ForeignKey(Log, models.CASCADE, related_name="+", db_index=False)
    offset = models.BigIntegerField()
    key = models.CharField(max_length=64)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["log", "offset", "key"], name="removed_preview")]

    def __str__(self) -> str:
        return f"{self.key} at {self.offset}"
