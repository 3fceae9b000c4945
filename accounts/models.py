"""Users, login sessions and uses of quotas. A user without a password is a guest."""

from datetime import UTC, datetime
from typing import Any

from django.contrib.auth.base_user import AbstractBaseUser, BaseUserManager
from django.contrib.sessions.models import Session
from django.db import models
from django.db.models import Q

from accounts.names import FOLDED_LENGTH, NAME_LENGTH, cleaned, fold, look
from realtime.log import key_new, now_ms

LOGIN_LENGTH = 16
"""The length of a result of `realtime.security.login_of`."""


def user_key() -> str:
    return key_new(12)


class UserManager(BaseUserManager["User"]):
    def get_by_natural_key(self, username: str | None) -> "User":
        """Return the user with this visible name. Log-in and fixtures use this."""
        return self.get(name_folded=username or "")

    def create_superuser(self, name_folded: str, password: str | None = None, **more: Any) -> "User":
        """Create a superuser for `manage.py createsuperuser`, which asks for a name as `USERNAME_FIELD`."""
        shown, folded = cleaned(name_folded)
        skeleton = None if self.filter(skeleton=look(shown)).exists() else look(shown)
        user = self.model(name=shown, name_folded=folded, skeleton=skeleton, is_staff=True, is_superuser=True, **more)
        user.set_password(password)
        user.save(using=self._db)
        return user


class FoldedField(models.CharField):  # type: ignore[type-arg]
    """A folded name. Values in queries are folded too, so that `changepassword 'Pass Paula'` finds her."""

    def get_prep_value(self, value: Any) -> Any:
        prepared = super().get_prep_value(value)
        return fold(prepared) if isinstance(prepared, str) else prepared

    def deconstruct(self) -> tuple[Any, Any, Any, Any]:
        """Return a `CharField` for migrations, because the column has not changed."""
        name, _, args, kwargs = super().deconstruct()
        return name, "django.db.models.CharField", args, kwargs


class User(AbstractBaseUser):
    """A person. `key` is the id on the wire; `rev` grows with every change that others see. Times are in ms UTC."""

    last_login = None  # `seen_at` replaces it, without a write at each log-in
    key = models.CharField(max_length=12, unique=True, default=user_key, editable=False)
    name = models.CharField(max_length=NAME_LENGTH)
    name_folded = FoldedField(max_length=FOLDED_LENGTH, unique=True)
    skeleton = models.CharField(max_length=FOLDED_LENGTH, null=True, editable=False)  # noqa: DJ001
    """The skeleton of the name, which names that look alike share. It is null when an older name has the same one."""
    email = models.EmailField(blank=True)
    """The address in lower case, empty for guests and for people without a proved address."""
    email_proved = models.BooleanField(default=False, db_default=False)
    """True when the owner of the address has followed a link. Release 0.1 stored addresses without this proof."""
    email_asked = models.EmailField(blank=True, default="", db_default="")
    """The typed address, which has no effect until its owner follows a link."""
    face = models.CharField(max_length=8, blank=True)
    colour = models.PositiveSmallIntegerField(default=0)
    picture = models.CharField(max_length=22, blank=True, default="", db_default="")
    """The key of the file with the picture of the person, empty for none. It is shown in the place of the face."""
    rev = models.PositiveIntegerField(default=1)
    device = models.CharField(max_length=64, blank=True, db_index=True)
    created_at = models.BigIntegerField(default=now_ms)
    seen_at = models.BigIntegerField(default=now_ms)
    is_active = models.BooleanField(default=True)
    is_moderator = models.BooleanField(default=False)
    """A moderator moderates all rooms of the site."""
    is_staff = models.BooleanField(default=False)
    """Staff may look at everything in Django admin."""
    is_superuser = models.BooleanField(default=False)
    """A superuser may use every action in Django admin."""
    account_at = models.BigIntegerField(default=0)
    """The time of the first password; 0 for guests, and for accounts that began with one."""
    muted_until = models.BigIntegerField(default=0)
    banned_until = models.BigIntegerField(default=0)

    USERNAME_FIELD = "name_folded"

    objects = UserManager()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["email"], condition=~Q(email=""), name="accounts_one_email"),
            models.UniqueConstraint(fields=["skeleton"], name="accounts_one_look"),
        ]

    def __str__(self) -> str:
        return self.name

    @property
    def is_guest(self) -> bool:
        return not self.has_usable_password()

    @property
    def has_power(self) -> bool:
        """Tell whether an attacker with this account could harm other people."""
        return self.is_moderator or self.is_staff or self.is_superuser

    def has_perm(self, perm: str, obj: object = None) -> bool:
        """Return whether Django admin allows `app.action_model`. Staff may view; a superuser may do everything."""
        looks = perm.partition(".")[2].startswith("view_")
        return self.is_active and (self.is_superuser or (self.is_staff and looks))

    def has_module_perms(self, app_label: str) -> bool:
        return self.is_active and (self.is_staff or self.is_superuser)


class LoginSession(models.Model):
    """A browser in which an account is logged in, for the owner's list. It is deleted with Django's session.

    `moved_from` is the former login of the session, from before a guest in this browser became the account.
    """

    session = models.OneToOneField(Session, on_delete=models.CASCADE, primary_key=True)
    login = models.CharField(max_length=LOGIN_LENGTH, unique=True)
    user = models.ForeignKey(User, on_delete=models.CASCADE, related_name="logins")
    agent = models.CharField(max_length=40, blank=True)
    device = models.CharField(max_length=64, blank=True, db_default="")
    """The hash of the browser's device cookie."""
    moved_from = models.CharField(max_length=LOGIN_LENGTH, blank=True, default="", db_default="", db_index=True)
    created_at = models.BigIntegerField(default=now_ms)
    seen_at = models.BigIntegerField(default=now_ms)

    def __str__(self) -> str:
        return f"{self.user} in {self.agent}"

    @property
    def begun(self) -> datetime:
        return datetime.fromtimestamp(self.created_at / 1000, UTC)

    @property
    def seen(self) -> datetime:
        """Return the day of the last visit. It is stored at most once a day."""
        return datetime.fromtimestamp(self.seen_at / 1000, UTC)


class QuotaUse(models.Model):
    """A use of a quota. Rows are deleted after a day.

    `address` and `network` are keyed hashes of the place from which the person first came, empty after a day.
    """

    kind = models.CharField(max_length=10)
    user = models.ForeignKey(User, on_delete=models.CASCADE, related_name="+", db_index=False)
    address = models.CharField(max_length=16, blank=True)
    network = models.CharField(max_length=16, blank=True)
    at = models.BigIntegerField(db_index=True)

    class Meta:
        indexes = [
            models.Index(fields=["user", "kind", "at"], name="quota_user"),
            models.Index(fields=["address", "kind", "at"], name="quota_address"),
            models.Index(fields=["network", "kind", "at"], name="quota_network"),
        ]

    def __str__(self) -> str:
        return f"{self.kind} of {self.user_id}"
