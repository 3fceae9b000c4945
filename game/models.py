"""Matches and their seats. A match is identified by its log and the offset of its message."""

from django.db import models
from django.db.models import Q

from accounts.models import User
from realtime.models import Log


class Match(models.Model):
    """A match. `position` is the engine's state, `table` the public state as in its message.

    `record` is a JSON list: the offsets of the events that were its steps, from the start to the end.
    `deadline` is the end of the turn, or of an open match. `given` is the part that makes up for downtimes, in ms.
    """

    class State(models.TextChoices):
        OPEN = "open"
        PLAYING = "playing"
        OVER = "over"

    log = models.ForeignKey(Log, models.PROTECT, related_name="+", db_index=False)
    offset = models.BigIntegerField()
    version = models.BigIntegerField()
    game = models.CharField(max_length=20)
    state = models.CharField(max_length=7, choices=State, default=State.OPEN)
    seed = models.BigIntegerField()
    first = models.PositiveSmallIntegerField(default=0)
    position = models.TextField(null=True)  # noqa: DJ001 - null means not started
    turn_at = models.BigIntegerField(null=True)
    deadline = models.BigIntegerField(null=True)
    given = models.BigIntegerField(default=0)
    record = models.TextField(default="[]")
    table = models.TextField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["log", "offset"], name="match_log_offset")]
        indexes = [
            models.Index(fields=["log", "offset"], condition=~Q(state="over"), name="match_unfinished"),
            models.Index(fields=["deadline"], condition=Q(state="playing"), name="match_playing"),
        ]

    def __str__(self) -> str:
        return f"{self.game} at {self.log_id}@{self.offset}"


class Seat(models.Model):
    """A taken seat of a match: of a user, or of a bot at a level."""

    log = models.ForeignKey(Log, models.PROTECT, related_name="+", db_index=False)
    match = models.BigIntegerField()
    number = models.PositiveSmallIntegerField()
    user = models.ForeignKey(User, models.PROTECT, null=True, related_name="seats")
    bot = models.CharField(max_length=10, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["log", "match", "number"], name="seat_log_match_number"),
            models.UniqueConstraint(fields=["log", "match", "user"], name="seat_log_match_user"),
        ]

    def __str__(self) -> str:
        return f"seat {self.number} at {self.log_id}@{self.match}"


class Beat(models.Model):
    """The single row has the time until which the clocks of matches have run."""

    at = models.BigIntegerField()

    def __str__(self) -> str:
        return f"beat at {self.at}"


class Outage(models.Model):
    """A time in which no process ran the clocks. The seat in turn gets this time back."""

    since = models.BigIntegerField()
    until = models.BigIntegerField(db_index=True)

    def __str__(self) -> str:
        return f"outage from {self.since} to {self.until}"
