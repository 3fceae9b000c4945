"""The secret key: written once, outside the repository, readable by its owner only."""

import os
import secrets
import tempfile
from contextlib import suppress
from pathlib import Path


def secret_key(path: Path) -> str:
    """Read the key, written first where there is none. A hard link never replaces: two that start together agree."""
    if not path.exists():
        path.parent.mkdir(parents=True, exist_ok=True)
        with tempfile.NamedTemporaryFile("w", dir=path.parent) as draft:  # made with mode 600
            draft.write(secrets.token_urlsafe(48))
            draft.flush()
            os.fsync(draft.fileno())
            with suppress(FileExistsError):
                os.link(draft.name, path)
    return path.read_text()
