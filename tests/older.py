"""People whose names were free in an older release, and are reserved now: tests call a host Host."""

from collections.abc import Callable

from accounts.models import User
from accounts.names import fold, look
from accounts.reserved import is_reserved
from realtime.log import key_new


def named(make: Callable[[str], User], name: str) -> User:
    """Return a person of this name; a reserved one is given afterwards."""
    if not is_reserved(name):
        return make(name)
    user = make(f"Person {key_new(8)}")
    user.name, user.name_folded, user.skeleton = name, fold(name), look(name)
    user.save(update_fields=["name", "name_folded", "skeleton"])
    return user
