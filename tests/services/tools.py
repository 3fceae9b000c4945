"""Programs that pip does not install: where they are, and the Debian package of each."""

import os
import shutil
import subprocess
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from functools import partial
from pathlib import Path

from tests.services import pgbouncer
from tests.services.postgres import binaries

CI = bool(os.environ.get("CI"))


def chromium() -> str | None:
    """Return the path of the system's own browser; none is downloaded."""
    names = ("chromium", "chromium-browser", "google-chrome")
    return next(filter(None, map(shutil.which, names)), None)


def nginx() -> str | None:
    """Return the path of nginx; Debian keeps it outside the PATH of users."""
    return shutil.which("nginx", path=f"{os.environ.get('PATH', '')}:/usr/sbin")


def has_font(pattern: str) -> bool:
    if not shutil.which("fc-list"):
        return False
    return bool(subprocess.run(["fc-list", pattern], capture_output=True, check=False).stdout)


@dataclass(frozen=True)
class Tool:
    package: str
    here: Callable[[], object]


TOOLS = {
    "cc": Tool("build-essential", partial(shutil.which, "cc")),
    "node": Tool("nodejs", partial(shutil.which, "node")),
    "npm": Tool("npm", partial(shutil.which, "npm")),
    "redis": Tool("redis-server", partial(shutil.which, "redis-server")),
    "postgresql": Tool("postgresql", binaries),
    "pgbouncer": Tool("pgbouncer", pgbouncer.program),
    "caddy": Tool("caddy", partial(shutil.which, "caddy")),
    "nginx": Tool("nginx", nginx),
    "systemd": Tool("systemd", partial(shutil.which, "systemd-analyze")),
    "chromium": Tool("chromium", chromium),
    "chinese": Tool("fonts-noto-cjk", partial(has_font, ":lang=zh-cn")),
    "emoji": Tool("fonts-noto-color-emoji", partial(has_font, "Noto Color Emoji")),
}


def missing(names: Iterable[str]) -> list[str]:
    return [name for name in names if not TOOLS[name].here()]


def advice(names: Iterable[str]) -> str:
    return "apt install " + " ".join(TOOLS[name].package for name in names)


def install(names: Iterable[str]) -> None:
    """Install Debian packages as root or in CI. The machine of a developer is not changed."""
    absent = missing(names)
    root = os.geteuid() == 0
    if not absent or not shutil.which("apt-get") or not (root or CI):
        return
    apt = [*([] if root else ["sudo", "-n"]), "env", "DEBIAN_FRONTEND=noninteractive", "apt-get", "-q"]
    subprocess.run([*apt, "update"], check=False)
    packages = [TOOLS[name].package for name in absent]
    subprocess.run([*apt, "install", "-y", "--no-install-recommends", *packages], check=False)


def node_modules() -> bool:
    """Install the packages of package-lock.json if it changed; return whether they are there."""
    lock = Path("package-lock.json").read_bytes()
    stamp = Path("node_modules/.installed")
    if not (stamp.exists() and stamp.read_bytes() == lock):
        if subprocess.run(["npm", "ci", "--no-audit", "--no-fund"], check=False).returncode:
            return False
        stamp.write_bytes(lock)
    return True
