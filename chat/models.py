"""Rooms and what is in them. A room's order and its head are its log's; `offset` is always a place in that log.

Times in ms UTC.
"""

from django.db import models
from django.db.models import Q

from accounts.models import User
from realtime.log import key_new
from realtime.models import Log


def invite_key() -> str:
    return key_new(12)


def invite_code() -> str:
    """131 bits: nobody finds a room by guessing."""
    return key_new(22)


class Room(models.Model):
    """A place to meet. Its id on the wire is its log's key.

    `direct` names the people of a direct room, by their keys in order: the same people have the same room.
    `slow_s`, `locked`, `guests_off`, `approval_until` are its rules, `rules_rank` is that of who set them, null where
    nobody has; `calm` keeps those from before the panic switch. `active_at`: when somebody other than its maker last
    spoke, to ten minutes. `closed_rank` is that of who archived or deleted it, and needed to bring it back.
    """

    log = models.OneToOneField(Log, models.PROTECT, related_name="room")
    name = models.CharField(max_length=60)
    topic = models.CharField(max_length=200, blank=True)
    public = models.BooleanField(default=True)
    lounge = models.BooleanField(default=False)
    created_by = models.ForeignKey(User, models.PROTECT, null=True, related_name="+", db_index=False)
    created_at = models.BigIntegerField()
    direct = models.CharField(max_length=120, blank=True)
    slow_s = models.PositiveIntegerField(default=0)
    locked = models.BooleanField(default=False)
    guests_off = models.BooleanField(default=False)
    approval_until = models.BigIntegerField(default=0)
    panic_until = models.BigIntegerField(default=0)
    rules_rank = models.PositiveSmallIntegerField(null=True)
    calm = models.TextField(blank=True)
    skeleton = models.CharField(max_length=128, null=True, editable=False)  # noqa: DJ001
    """The skeleton of the name, which similar names share. It is null for direct rooms and rooms of old processes."""
    active_at = models.BigIntegerField(default=0, db_default=0)
    archived_at = models.BigIntegerField(null=True)
    deleted_at = models.BigIntegerField(null=True)
    closed_rank = models.PositiveSmallIntegerField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["lounge"], condition=Q(lounge=True), name="room_lounge"),
            models.UniqueConstraint(fields=["direct"], condition=~Q(direct=""), name="room_direct"),
        ]
        indexes = [
            models.Index(fields=["-id"], condition=Q(public=True), name="room_public"),
            models.Index(fields=["skeleton"], condition=Q(public=True), name="room_look"),
            models.Index(
                fields=["-active_at", "-id"],
                condition=Q(public=True, archived_at=None, deleted_at=None),
                name="room_directory",
            ),
        ]

    def __str__(self) -> str:
        return self.name


class Membership(models.Model):
    """The durable right to be in a room, or its loss. `read`: up to where this member has read.

    In a direct room `REQUEST` is unanswered, `LEFT` was ignored, blocked or left. `hidden`: the list leaves the room
    out until its log has that many lines.

    `banned_until`, `muted_until`: what a sanction says, 0 for none; `warned`: the warning to be acknowledged.
    """

    class Role(models.TextChoices):
        HOST = "host"
        MEMBER = "member"

    class State(models.TextChoices):
        MEMBER = "member"
        WAITING = "waiting"
        BANNED = "banned"
        REQUEST = "request"
        LEFT = "left"

    room = models.ForeignKey(Room, models.CASCADE, related_name="memberships", db_index=False)
    user = models.ForeignKey(User, models.PROTECT, related_name="memberships")
    role = models.CharField(max_length=6, choices=Role, default=Role.MEMBER)
    state = models.CharField(max_length=7, choices=State, default=State.MEMBER)
    via = models.ForeignKey("Invite", models.SET_NULL, null=True, related_name="+")
    read = models.BigIntegerField(default=0)
    joined_at = models.BigIntegerField()
    spoke_at = models.BigIntegerField(default=0)
    banned_until = models.BigIntegerField(default=0)
    muted_until = models.BigIntegerField(default=0)
    warned = models.CharField(max_length=12, blank=True)
    hidden = models.BigIntegerField(default=0, db_default=0)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["room", "user"], name="membership_room_user")]
        indexes = [models.Index(fields=["room", "state", "role", "joined_at"], name="membership_list")]

    def __str__(self) -> str:
        return f"{self.user_id} in {self.room_id}"


class Invite(models.Model):
    """A link into a room. `key` names it to everyone who may see it, `code` opens the door; null: without end."""

    room = models.ForeignKey(Room, models.CASCADE, related_name="invites")
    key = models.CharField(max_length=12, unique=True, default=invite_key)
    code = models.CharField(max_length=22, unique=True, default=invite_code)
    created_by = models.ForeignKey(User, models.PROTECT, related_name="+", db_index=False)
    created_at = models.BigIntegerField()
    expires_at = models.BigIntegerField(null=True)
    max_uses = models.PositiveIntegerField(null=True)
    uses = models.PositiveIntegerField(default=0)
    revoked_at = models.BigIntegerField(null=True)

    def __str__(self) -> str:
        return f"{self.key} into {self.room_id}"


class Message(models.Model):
    """A message as it is now. `data` is encoded JSON, or null when removed; `audience` is as in its event."""

    log = models.ForeignKey(Log, models.PROTECT, related_name="+", db_index=False)
    offset = models.BigIntegerField()
    lines = models.BigIntegerField()
    kind = models.CharField(max_length=40)
    author = models.ForeignKey(User, models.PROTECT, null=True, related_name="+", db_index=False)
    data = models.TextField(null=True)  # noqa: DJ001 - null is removed
    audience = models.TextField(null=True)  # noqa: DJ001 - null is everybody
    at = models.BigIntegerField()
    touched = models.BigIntegerField()
    tag = models.BigIntegerField(null=True)
    edited_at = models.BigIntegerField(null=True)
    removed_at = models.BigIntegerField(null=True)
    removed_by = models.ForeignKey(User, models.PROTECT, null=True, related_name="+", db_index=False)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["log", "offset"], name="message_log_offset")]
        indexes = [models.Index(fields=["author", "log", "offset"], name="message_author")]

    def __str__(self) -> str:
        return f"{self.log_id}@{self.offset} {self.kind}"


class Revision(models.Model):
    """The former text of an edited or removed message. No other place has it, and it is deleted at `purge_at`."""

    log = models.ForeignKey(Log, models.CASCADE, related_name="+", db_index=False)
    offset = models.BigIntegerField()
    data = models.TextField()
    by = models.ForeignKey(User, models.PROTECT, related_name="+", db_index=False)
    at = models.BigIntegerField()
    purge_at = models.BigIntegerField()

    class Meta:
        indexes = [models.Index(fields=["log", "offset"], name="revision_log_offset")]

    def __str__(self) -> str:
        return f"{self.log_id}@{self.offset} before {self.at}"


class Block(models.Model):
    """A person blocks another one: requests of that person are not shown, and their messages are folded."""

    user = models.ForeignKey(User, models.CASCADE, related_name="blocks")
    blocked = models.ForeignKey(User, models.CASCADE, related_name="+")

    class Meta:
        constraints = [models.UniqueConstraint(fields=["user", "blocked"], name="block_once")]

    def __str__(self) -> str:
        return f"{self.user_id} blocks {self.blocked_id}"
