"""Rooms, their members, invites and messages. Each room has one log; `offset` is always an offset in that log.

Times are in ms UTC.
"""

from django.db import models
from django.db.models import Q

from accounts.models import User
from realtime.log import key_new
from realtime.models import Log


def invite_key() -> str:
    return key_new(12)


def invite_code() -> str:
    """Return a code of 131 random bits, so that nobody can guess one."""
    return key_new(22)


class Room(models.Model):
    """A room. Its id on the wire is the key of its log.

    `direct` holds the sorted keys of the people of a direct room, so the same people always get the same room.
    The rules are `slow_s`, `locked`, `guests_off` and `approval_until`. `rules_rank` is the rank of the person who set
    them, or null. `calm` keeps the rules from before a lockdown. `active_at` starts as the creation time and is moved,
    at most every ten minutes, when somebody other than the creator writes. `closed_rank` is the rank of the person who
    archived or deleted the room; restoring needs it.
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
    """The relation of a person to a room, a ban or a request included. `read`: the offset up to which they have read.

    In a direct room `REQUEST` is an unanswered request; `LEFT` was ignored, blocked or left. `hidden`: the list does
    not show the room until its log has that many messages.

    `own_from`: the person's own messages up to this offset do not move `read`, because it was moved back past them.

    `banned_until`, `muted_until`: the end of a sanction, 0 for none. `warned`: the warning to acknowledge.
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
    own_from = models.BigIntegerField(default=0, db_default=0)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["room", "user"], name="membership_room_user")]
        indexes = [models.Index(fields=["room", "state", "role", "joined_at"], name="membership_list")]

    def __str__(self) -> str:
        return f"{self.user_id} in {self.room_id}"


class Invite(models.Model):
    """An invite link. `key` identifies it; `code` is the secret. Null in `expires_at` or `max_uses` is no limit."""

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
    """The current state of a message. `data` is encoded JSON, or null when deleted. `audience` is that of its event.

    `reply_to` is the message that it answers, in the same log. `reactions` is encoded JSON, `[[emoji, [user key…]]…]`
    in the order of the first reaction, or null for none. `pinned_at` is null for a message that is not pinned.
    """

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
    reply_to = models.ForeignKey("self", models.PROTECT, null=True, related_name="+", db_index=False)
    reactions = models.TextField(null=True)  # noqa: DJ001 - null is none
    pinned_at = models.BigIntegerField(null=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["log", "offset"], name="message_log_offset")]
        indexes = [
            models.Index(fields=["author", "log", "offset"], name="message_author"),
            models.Index(fields=["log", "-pinned_at"], condition=~Q(pinned_at=None), name="message_pinned"),
        ]

    def __str__(self) -> str:
        return f"{self.log_id}@{self.offset} {self.kind}"


class Mention(models.Model):
    """A message that calls a person: it names them, answers them, or names everybody in the room.

    `user` is null for everybody in the room. A message calls a person at most once. `called` is the offset of the
    event that called: of the post, or of the edit that added the name. `seen_at` is null until the person has opened
    it from the inbox. `GONE` stands for a name that an edit has removed.
    """

    class Kind(models.TextChoices):
        NAME = "name"
        REPLY = "reply"
        HERE = "here"
        GONE = "gone"

    user = models.ForeignKey(User, models.CASCADE, null=True, related_name="mentions", db_index=False)
    log = models.ForeignKey(Log, models.CASCADE, related_name="+", db_index=False)
    offset = models.BigIntegerField()
    kind = models.CharField(max_length=5, choices=Kind)
    by = models.ForeignKey(User, models.CASCADE, related_name="+", db_index=False)
    at = models.BigIntegerField()
    called = models.BigIntegerField(default=0, db_default=0)
    seen_at = models.BigIntegerField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["user", "log", "offset"], name="mention_once"),
            models.UniqueConstraint(fields=["log", "offset"], condition=Q(user=None), name="mention_here_once"),
        ]
        indexes = [
            models.Index(fields=["user", "-at"], name="mention_inbox"),
            models.Index(fields=["log", "offset"], name="mention_message"),
            models.Index(fields=["user", "log", "called"], name="mention_unread"),
        ]

    def __str__(self) -> str:
        return f"{self.kind} of {self.user_id} in {self.log_id}@{self.offset}"


class Revision(models.Model):
    """The text of a message before an edit or a deletion. It is stored only here, and deleted at `purge_at`."""

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


class RoomEmoji(models.Model):
    """A small picture that people of a room write as `:name:`. `file` is the key of the file."""

    log = models.ForeignKey(Log, models.CASCADE, related_name="+", db_index=False)
    name = models.CharField(max_length=32)
    file = models.CharField(max_length=22)
    by = models.ForeignKey(User, models.PROTECT, related_name="+", db_index=False)
    at = models.BigIntegerField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["log", "name"], name="room_emoji_name")]

    def __str__(self) -> str:
        return f":{self.name}: in {self.log_id}"


class Block(models.Model):
    """A block of one person by another. Requests of the blocked person are not shown, and their messages are folded."""

    user = models.ForeignKey(User, models.CASCADE, related_name="blocks")
    blocked = models.ForeignKey(User, models.CASCADE, related_name="+")

    class Meta:
        constraints = [models.UniqueConstraint(fields=["user", "blocked"], name="block_once")]

    def __str__(self) -> str:
        return f"{self.user_id} blocks {self.blocked_id}"
