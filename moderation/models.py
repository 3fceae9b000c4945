"""Sanctions, device bans, reports and the audit log. Times in ms UTC; `offset` is a place in the log of the room.

The tables keep the names that they had in chat, so that processes of the release before can run beside this one.
"""

from django.db import models

from accounts.models import User
from chat.models import Room, invite_key


class Sanction(models.Model):
    """A decision about a person in one room, or on the site where `room` is null. `until` null means forever.

    `rank` is the rank of the person who decided, `was` the role that a ban ended. `removed` lists the messages that
    were removed with it, as `[log, offset, offset of the event that removed it]`. `revoked` holds the primary keys of
    the invites that a ban revoked. `approval_before` is the room's `approval_until` that it replaced, null for none.
    """

    class Kind(models.TextChoices):
        WARN = "warn"
        MUTE = "mute"
        KICK = "kick"
        BAN = "ban"

    key = models.CharField(max_length=12, unique=True, default=invite_key)
    room = models.ForeignKey(Room, models.CASCADE, null=True, related_name="sanctions")
    user = models.ForeignKey(User, models.CASCADE, related_name="sanctions")
    by = models.ForeignKey(User, models.PROTECT, null=True, related_name="+", db_index=False)
    kind = models.CharField(max_length=4, choices=Kind)
    at = models.BigIntegerField()
    until = models.BigIntegerField(null=True)
    reason = models.CharField(max_length=500, blank=True)
    rule = models.CharField(max_length=10, blank=True)
    offset = models.BigIntegerField(null=True)
    removed = models.TextField(default="[]")
    revoked = models.TextField(default="[]", db_default="[]")
    approval_before = models.BigIntegerField(null=True)
    rank = models.PositiveSmallIntegerField()
    was = models.CharField(max_length=6, blank=True)
    lifted_at = models.BigIntegerField(null=True)
    lifted_by = models.ForeignKey(User, models.PROTECT, null=True, related_name="+", db_index=False)
    lifted_reason = models.CharField(max_length=500, blank=True)
    acknowledged_at = models.BigIntegerField(null=True)
    appeal = models.CharField(max_length=500, blank=True)
    appealed_at = models.BigIntegerField(null=True)
    answer = models.CharField(max_length=7, blank=True)

    class Meta:
        db_table = "chat_sanction"
        indexes = [models.Index(fields=["room", "-at"], name="sanction_list")]

    def __str__(self) -> str:
        return f"{self.kind} of {self.user_id}"


class DeviceBan(models.Model):
    """A kick, ban or mute that holds in a browser, in one room or on the site. `device` is the hash of its cookie."""

    sanction = models.ForeignKey(Sanction, models.CASCADE, related_name="device_bans")
    room = models.ForeignKey(Room, models.CASCADE, null=True, related_name="+")
    device = models.CharField(max_length=64, db_index=True)
    until = models.BigIntegerField()

    class Meta:
        db_table = "chat_hold"

    def __str__(self) -> str:
        return f"a device until {self.until}"


class Report(models.Model):
    """A report of a message. `rank` is the least that may read it: above the author's, or `ADMIN`."""

    class State(models.TextChoices):
        OPEN = "open"
        HANDLED = "handled"
        DISMISSED = "dismissed"

    key = models.CharField(max_length=12, unique=True, default=invite_key)
    room = models.ForeignKey(Room, models.CASCADE, related_name="reports")
    offset = models.BigIntegerField()
    user = models.ForeignKey(User, models.PROTECT, null=True, related_name="+")
    by = models.ForeignKey(User, models.PROTECT, related_name="+")
    at = models.BigIntegerField()
    reason = models.CharField(max_length=500, blank=True)
    rule = models.CharField(max_length=10)
    rank = models.PositiveSmallIntegerField(default=1)
    state = models.CharField(max_length=9, choices=State, default=State.OPEN)
    closed_at = models.BigIntegerField(null=True)
    closed_by = models.ForeignKey(User, models.PROTECT, null=True, related_name="+", db_index=False)

    class Meta:
        db_table = "chat_report"
        constraints = [models.UniqueConstraint(fields=["room", "offset", "by"], name="report_once")]
        indexes = [models.Index(fields=["room", "state", "-at"], name="report_queue")]

    def __str__(self) -> str:
        return f"report of {self.room_id}@{self.offset}"


class Audit(models.Model):
    """An entry of the audit log. It is written with the action and never changed, except for `undone`."""

    at = models.BigIntegerField()
    by = models.ForeignKey(User, models.PROTECT, null=True, related_name="+")
    rank = models.PositiveSmallIntegerField()
    act = models.CharField(max_length=40)
    room = models.ForeignKey(Room, models.SET_NULL, null=True, related_name="+")
    user = models.ForeignKey(User, models.SET_NULL, null=True, related_name="+")
    offset = models.BigIntegerField(null=True)
    sanction = models.ForeignKey(Sanction, models.SET_NULL, null=True, related_name="+")
    reason = models.CharField(max_length=500, blank=True)
    rule = models.CharField(max_length=10, blank=True)
    detail = models.TextField(default="{}")
    undone = models.BooleanField(default=False)

    class Meta:
        db_table = "chat_audit"
        indexes = [models.Index(fields=["room", "-id"], name="audit_room")]

    def __str__(self) -> str:
        return f"{self.act} at {self.at}"
