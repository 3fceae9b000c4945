"""The link that creates the first admin. Each start prints a new one until there is an admin; it works once.

The data folder contains only its hash. A person who can read the terminal is trusted to run this site.
"""

import hashlib
import hmac
import os
import secrets
from pathlib import Path

from django.conf import settings
from django.db import DatabaseError
from django.urls import reverse

from accounts.selectors import superuser_exists


def link() -> str | None:
    """Return the path of a new link, which replaces the former one, or None when there is an admin or no database."""
    try:
        if superuser_exists():
            forget()
            return None
    except DatabaseError:
        return None
    token = secrets.token_urlsafe(16)
    _write(_hash(token))
    return reverse("setup", kwargs={"token": token})


def fits(token: str) -> bool:
    """Tell whether this is the token of the last link and there is no admin yet."""
    try:
        stored = _file().read_text()
    except FileNotFoundError:
        return False
    return hmac.compare_digest(_hash(token), stored) and not superuser_exists()


def forget() -> None:
    _file().unlink(missing_ok=True)


def greeting() -> list[tuple[str, str]]:
    """Return the lines of the startup banner: a sentence and the link, or nothing when there is an admin."""
    address = link()
    return [("There is no admin yet. Become the first one, once:", address)] if address else []


def _write(text: str) -> None:
    """Write the file so that only its owner can ever read it."""
    draft = _file().with_suffix(".draft")
    draft.unlink(missing_ok=True)
    with open(os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as file:
        file.write(text)
    draft.replace(_file())


def _file() -> Path:
    return Path(settings.DATA) / "setup_token"


def _hash(token: str) -> str:
    return hashlib.sha256(token.encode()).hexdigest()
