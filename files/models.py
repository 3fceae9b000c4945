"""Files and the space that they take. The bytes are elsewhere: `files.parts`, then `files.bodies`."""

from django.db import models

from accounts.models import User
from realtime.log import key_new, now_ms
from realtime.models import Log

KEY_LENGTH = 22
"""A key has 131 bits: it cannot be guessed, and it gives no right by itself."""


def file_key() -> str:
    return key_new(KEY_LENGTH)


class File(models.Model):
    """A file, from the beginning of its upload until its body is deleted. Times are in ms UTC.

    `size` is the size of the upload and `bytes` what it counts in quotas: the same until it is complete, then what is
    stored. `square` asks for a small square, for an avatar or an emoji. `ready_at` is null until it is complete.
    `problem` is why a complete upload was refused. `log` and `offset` name the message that shows it; `use` says what
    else uses it. `gone_at` is set when nobody may read it any more: its body is deleted soon after, and then the row.
    """

    class Use(models.TextChoices):
        NONE = ""
        MESSAGE = "message"
        AVATAR = "avatar"
        EMOJI = "emoji"

    key = models.CharField(max_length=KEY_LENGTH, unique=True, default=file_key)
    owner = models.ForeignKey(User, models.PROTECT, related_name="+", db_index=False)
    cid = models.CharField(max_length=36)
    name = models.CharField(max_length=120)
    size = models.BigIntegerField()
    bytes = models.BigIntegerField()
    type = models.CharField(max_length=40, blank=True)
    width = models.PositiveIntegerField(null=True)
    height = models.PositiveIntegerField(null=True)
    colour = models.CharField(max_length=7, blank=True)
    thumb = models.BooleanField(default=False)
    square = models.BooleanField(default=False, db_default=False)
    body = models.CharField(max_length=100, blank=True)
    digest = models.CharField(max_length=64, blank=True)
    problem = models.CharField(max_length=20, blank=True)
    at = models.BigIntegerField(default=now_ms)
    ready_at = models.BigIntegerField(null=True)
    use = models.CharField(max_length=7, choices=Use, blank=True, default=Use.NONE)
    log = models.ForeignKey(Log, models.PROTECT, null=True, related_name="+", db_index=False)
    offset = models.BigIntegerField(null=True)
    gone_at = models.BigIntegerField(null=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["owner", "cid"], name="file_owner_cid")]
        indexes = [
            models.Index(fields=["log", "offset"], name="file_message"),
            models.Index(fields=["gone_at"], condition=~models.Q(gone_at=None), name="file_gone"),
            models.Index(fields=["owner", "at"], condition=models.Q(ready_at=None), name="file_unfinished"),
        ]

    def __str__(self) -> str:
        return self.key


class Usage(models.Model):
    """The bytes and the number of files of a scope: `site`, or `user:` or `room:` and a primary key."""

    scope = models.CharField(max_length=30, unique=True)
    bytes = models.BigIntegerField(default=0)
    files = models.BigIntegerField(default=0)

    def __str__(self) -> str:
        return f"{self.scope}: {self.bytes}"
