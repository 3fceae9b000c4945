"""Logs and their events. Only `realtime.log.writing` writes them."""

from django.db import models


class Log(models.Model):
    """An ordered log. `head` is the offset of its last event, `lines` how many of its events are messages."""

    key = models.CharField(max_length=16, unique=True)
    head = models.BigIntegerField(default=0)
    floor = models.BigIntegerField(default=0)
    lines = models.BigIntegerField(default=0)

    def __str__(self) -> str:
        return self.key


class Event(models.Model):
    """An event of a log. `data` is the encoded JSON of this member on the wire; it may be redacted, and never changed.

    `blanks` is a JSON list of the offsets whose data this event redacts.
    """

    log = models.ForeignKey(Log, models.PROTECT, related_name="events")
    offset = models.BigIntegerField()
    tag = models.BigIntegerField()
    lines = models.BigIntegerField()
    kind = models.CharField(max_length=40)
    method = models.CharField(max_length=40, blank=True)
    actor = models.CharField(max_length=12, null=True)  # noqa: DJ001 - null is "the server", and takes no part in the constraint
    cid = models.CharField(max_length=36, null=True)  # noqa: DJ001 - as above
    audience = models.TextField(null=True)  # noqa: DJ001 - null is everybody, "" would be nobody
    blanks = models.TextField(null=True)  # noqa: DJ001 - null is none; else a JSON list of offsets
    data = models.TextField(null=True)  # noqa: DJ001 - null is redacted, which is not the empty string
    at = models.BigIntegerField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["log", "offset"], name="event_log_offset"),
            models.UniqueConstraint(fields=["cid", "actor"], name="event_cid_actor"),
        ]

    def __str__(self) -> str:
        return f"{self.log_id}@{self.offset} {self.kind}"


class Deadline(models.Model):
    """Work that is due `at` a time in ms UTC. The first process that finds it due deletes the row and does it."""

    log = models.ForeignKey(Log, models.CASCADE, related_name="+")
    kind = models.CharField(max_length=40)
    data = models.TextField(default="null")
    at = models.BigIntegerField(db_index=True)

    def __str__(self) -> str:
        return f"{self.kind} of {self.log_id} at {self.at}"
