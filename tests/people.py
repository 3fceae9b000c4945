"""Make the people of a test, by name."""

from collections.abc import Awaitable, Callable

from asgiref.sync import sync_to_async

from accounts.models import User
from accounts.names import fold, look
from accounts.reserved import is_reserved
from accounts.services.people import guest_create
from realtime.log import key_new, now_ms
from tests.client import Client

Tab = Callable[[str], Awaitable[Client]]


def named(make: Callable[[str], User], name: str) -> User:
    """Return the person whom `make` creates, also with a reserved name such as Host."""
    if not is_reserved(name):
        return make(name)
    user = make(f"Person {key_new(8)}")
    user.name, user.name_folded, user.skeleton = name, fold(name), look(name)
    user.save(update_fields=["name", "name_folded", "skeleton"])
    return user


def guest_named(name: str) -> User:
    """Return a new guest of this name."""
    return named(lambda name: guest_create(name=name, face="", colour=0, device="", now=now_ms()), name)


@sync_to_async
def person(name: str) -> User:
    """Return the person of this name, as a new guest at the first call."""
    return User.objects.filter(name=name).first() or guest_named(name)
