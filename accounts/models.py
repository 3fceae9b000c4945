"""The user, who is a guest until a password is set."""

from django.contrib.auth.base_user import AbstractBaseUser, BaseUserManager
from django.db import models

from accounts.names import FOLDED_LENGTH, NAME_LENGTH
from realtime.log import key_new, now_ms


def user_key() -> str:
    return key_new(12)


class User(AbstractBaseUser):
    """A person. `key` is the id on the wire; `rev` grows with every change that others see; times in ms UTC."""

    last_login = None  # `seen_at` says it, without a write at each login
    key = models.CharField(max_length=12, unique=True, default=user_key, editable=False)
    name = models.CharField(max_length=NAME_LENGTH)
    name_folded = models.CharField(max_length=FOLDED_LENGTH, unique=True)
    face = models.CharField(max_length=8, blank=True)
    colour = models.PositiveSmallIntegerField(default=0)
    rev = models.PositiveIntegerField(default=1)
    device = models.CharField(max_length=64, blank=True, db_index=True)
    created_at = models.BigIntegerField(default=now_ms)
    seen_at = models.BigIntegerField(default=now_ms)
    is_active = models.BooleanField(default=True)
    is_staff = models.BooleanField(default=False)
    is_superuser = models.BooleanField(default=False)
    is_moderator = models.BooleanField(default=False)
    muted_until = models.BigIntegerField(default=0)
    banned_until = models.BigIntegerField(default=0)

    USERNAME_FIELD = "name_folded"

    objects = BaseUserManager["User"]()

    def __str__(self) -> str:
        return self.name
