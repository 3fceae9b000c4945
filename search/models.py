"""The state of the index. The index itself is no model: see `search.storage`."""

from django.db import models

from realtime.models import Log


class IndexedLog(models.Model):
    """The offset of a log up to which its events are in the index."""

    log = models.OneToOneField(Log, models.CASCADE, primary_key=True, related_name="indexed")
    offset = models.BigIntegerField(default=0)

    def __str__(self) -> str:
        return f"{self.log_id} up to {self.offset}"


class Erasure(models.Model):
    """A part of the index from which words were removed, which are still on disk. Times are in ms UTC.

    `removed_at` is the time of the last removal. `began_at` is that of the present round of erasing, or null. `merged`:
    the words are out of the index, and only the write-ahead log can still hold them.
    """

    part = models.BigIntegerField(primary_key=True)
    since = models.BigIntegerField()
    removed_at = models.BigIntegerField()
    began_at = models.BigIntegerField(null=True)
    merged = models.BooleanField(default=False)

    def __str__(self) -> str:
        return f"part {self.part}"


class Building(models.Model):
    """A sign that the index is being built: the time of the last step in ms UTC, and how much is left."""

    at = models.BigIntegerField()
    left = models.BigIntegerField()

    def __str__(self) -> str:
        return f"{self.left} left"
