"""Name a release of the static files. It is part of each static URL, so browsers may cache files forever."""

import hashlib
from pathlib import Path
from wsgiref.headers import Headers


def release(root: Path, *versions: str) -> str:
    """Return eight hex digits: a hash of all files below `root`, and of the versions of packages with static files."""
    digest = hashlib.sha256("\0".join(versions).encode())
    for path in sorted(path for path in root.rglob("*") if path.is_file()):
        digest.update(f"{path.relative_to(root)}\0{path.stat().st_size}\0".encode())
        digest.update(path.read_bytes())
    return digest.hexdigest()[:8]


def keep_for_ever(headers: Headers, path: str, url: str) -> None:
    headers["Cache-Control"] = "public, max-age=31536000, immutable"
