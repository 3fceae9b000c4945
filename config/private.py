"""Keep the data folder private: only the user who runs Parlor may read it."""

import os
import stat
from pathlib import Path
from typing import Final

UMASK: Final = 0o077
OURS: Final = ("secret_key", "parlor.sqlite3")
"""A folder with one of these files is a data folder."""


def private_folder(path: Path) -> Path:
    """Create the folder, or remove the rights of other users from an existing one.

    A folder without one of our files, a sticky one, or one of another user is not changed, unless it is empty and ours.
    """
    if not path.exists():
        path.parent.mkdir(parents=True, exist_ok=True)
        path.mkdir(mode=0o700, exist_ok=True)
    found = path.stat()
    shared = found.st_mode & stat.S_ISVTX or found.st_uid != os.geteuid()
    if found.st_mode & UMASK and not shared and _is_ours(path):
        path.chmod(stat.S_IMODE(found.st_mode) & ~UMASK)
    return path


def _is_ours(path: Path) -> bool:
    names = {each.name for each in path.iterdir()}
    return not names or not names.isdisjoint(OURS)
