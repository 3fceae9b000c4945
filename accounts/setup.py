"""The link that makes the first admin: drawn at each start while there is none, and good for one.

The folder keeps its hash only. Whoever reads the terminal, or the folder, is the one who runs this Parlor.
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
    """Return a new link, which replaces the former one. Return None when there is an admin, or no database yet."""
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
        kept = _file().read_text()
    except FileNotFoundError:
        return False
    return hmac.compare_digest(_hash(token), kept) and not superuser_exists()


def forget() -> None:
    _file().unlink(missing_ok=True)


def greeting() -> list[tuple[str, str]]:
    """Return the lines about the link for the start of the server."""
    found = link()
    return [("There is no admin yet. Become the first one, once:", found)] if found else []


def _write(text: str) -> None:
    """Readable by its owner only, from the first moment."""
    draft = _file().with_suffix(".draft")
    draft.unlink(missing_ok=True)
    with open(os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as file:
        file.write(text)
    draft.replace(_file())


def _file() -> Path:
    return Path(settings.DATA) / "setup_token"


def _hash(token: str) -> str:
    return hashlib.sha256(token.encode()).hexdigest()
