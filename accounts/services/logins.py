"""Write login sessions, and end them with their connections."""

from collections.abc import Collection

from django.contrib.sessions.models import Session

from accounts.models import LoginSession, User
from accounts.plugin import PLUGINS
from realtime import UserId
from realtime.log import SITE, Batch, batch
from realtime.security import login_of


def login_begun(
    *, user: User, session_key: str, row: str, agent: str, device: str, now: int, before: str | None = None
) -> None:
    """Record that an account has logged in. `row` is the primary key of the session; `before` is its former key."""
    facts = {
        "user": user,
        "login": login_of(session_key),
        "agent": agent,
        "device": device,
        "created_at": now,
        "seen_at": now,
        "moved_from": login_of(before) if before else "",
    }
    LoginSession.objects.update_or_create(session_id=row, defaults=facts)
    browser_met(user=user, device=device)


def browser_met(*, user: User, device: str) -> None:
    """Call the browser hooks of other apps: a person logs in, logs out or deletes the account in this browser."""
    for plugin in PLUGINS if device else ():
        if plugin.on_browser:
            plugin.on_browser(user, device)


def devices_of(user: User) -> set[str]:
    """Return the hashes of a person's known browsers: the first one, and those with a login session."""
    return {user.device, *user.logins.values_list("device", flat=True)} - {""}


def login_leave(batch: Batch, *, user: User, session_key: str) -> None:
    """End the connections of a login session. The caller must end the session itself in the same transaction."""
    login = login_of(session_key)
    _end_connections(batch, user, login, *user.logins.filter(login=login).values_list("moved_from", flat=True))


def _end_connections(batch: Batch, user: User, *logins: str) -> None:
    for login in filter(None, logins):
        batch.revoke(UserId(user.key), login=login)


def logins_end(*, user: User, logins: Collection[str]) -> int:
    """End these login sessions of a user and their connections. Return how many there were."""
    with batch([SITE]) as staged:
        ended = list(user.logins.filter(login__in=logins).select_related("session"))
        for each in ended:
            _end_connections(staged, user, each.login, each.moved_from)
            each.session.delete()
    return len(ended)


def logins_end_all() -> str:
    """End all log-ins, those of guests included, and return a sentence for the operator. No server may be running."""
    count = Session.objects.count()
    LoginSession.objects.all()._raw_delete("default")
    Session.objects.all()._raw_delete("default")
    return (
        f"All {count} log-ins have ended, for some may have been ended since the backup. Accounts log in again; "
        "guests cannot come back to their names. To let all go on, restore again with --keep-logins."
    )
