"""Accounts for these tests, and browsers that they sit at."""

import re
from typing import Any

from allauth.mfa.recovery_codes.internal.auth import RecoveryCodes
from allauth.mfa.totp.internal.auth import TOTP, format_hotp_value, generate_totp_secret, hotp_value
from allauth.mfa.totp.internal.auth import yield_hotp_counters_from_time as counters
from django.contrib.auth.hashers import make_password
from django.test import Client

from accounts.models import User
from accounts.services.accounts import account_create
from accounts.services.people import guest_create
from accounts.sessions import stored
from tests.people import named

NOW = 1_800_000_000_000
PASSWORD = "four words are enough"
FIREFOX = "Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0"


def account(name: str = "Ana", email: str = "", **more: bool) -> User:
    def make(name: str) -> User:
        return account_create(name=name, hashed=make_password(PASSWORD), email=email, colour=0, device="d", now=NOW)

    user = named(make, name)
    user.email, user.email_proved, user.email_asked = email, bool(email), ""
    for field, value in more.items():
        setattr(user, field, value)
    user.save()
    return user


def guest(name: str = "Gus") -> User:
    return guest_create(name=name, face="", colour=0, device="d", now=NOW)


def entered(name: str = "Gus") -> Client:
    """Return a browser in which a guest has just entered."""
    client = Client(headers={"user-agent": FIREFOX})
    assert client.post("/enter/", {"name": name, "face": "", "colour": "1", "next": "/"}).status_code == 303
    return client


def log_in(client: Client, login: str = "Ana", password: str = PASSWORD, **more: str) -> Any:
    return client.post("/account/login/", {"login": login, "password": password, **more})


def logged_in(name: str = "Ana") -> Client:
    client = Client(headers={"user-agent": FIREFOX})
    assert log_in(client, name).status_code == 302
    return client


def row_of(client: Client) -> str:
    """Return the primary key of the browser's session."""
    return stored(str(client.session.session_key))


def user_at(client: Client) -> User | None:
    """Return the user who is logged in, as the pages see it."""
    key = client.get("/realtime/token")
    return User.objects.get(key=key.json()["user"]) if key.status_code == 200 else None


def second_step(user: User) -> str:
    """Set up; its secret."""
    secret = str(generate_totp_secret())
    TOTP.activate(user, secret)
    RecoveryCodes.activate(user)
    return secret


def code_of(secret: str) -> str:
    """Return the code that the app shows now."""
    now = list(counters())[1]
    return str(format_hotp_value(hotp_value(secret, now)))


def words_of(page: Any) -> str:
    """Return the page without the parts that differ each time."""
    return re.sub(r'value="[A-Za-z0-9]{64}"', "", page.content.decode())
