"""Run Caddy and nginx with the files of deploy/, on private ports and with a test certificate."""

import os
import re
import socket
import ssl
import subprocess
import time
from contextlib import suppress
from pathlib import Path
from types import TracebackType
from typing import Self

from tests.services.authority import certificate
from tests.services.ports import free_port
from tests.services.tools import nginx

DEPLOY = Path(__file__).parent.parent.parent / "deploy"
NAME = "chat.localhost"
"""A name that browsers resolve to this machine themselves."""
START_S = 20.0


class Proxy:
    """A proxy in front of the local port `upstream`; `static` is the folder of collected files."""

    def __init__(self, folder: Path, upstream: int, static: Path) -> None:
        self.folder, self.upstream, self.static = folder, upstream, static
        self.port, self.http_port = free_port(), free_port()
        self.url = f"https://{NAME}:{self.port}"
        folder.mkdir()
        self.certificate = certificate(NAME, folder)
        self.trust = ssl.create_default_context(cafile=str(self.certificate.authority))
        self.log = folder / "log"

    def command(self) -> tuple[list[str], dict[str, str]]:
        """Return the command that starts the proxy, and additions to its environment."""
        raise NotImplementedError

    def __enter__(self) -> Self:
        command, environment = self.command()
        with self.log.open("wb") as log:
            self.process = subprocess.Popen(command, env=os.environ | environment, stdout=log, stderr=log)
        deadline = time.monotonic() + START_S
        while not self._listens():
            if self.process.poll() is not None or time.monotonic() > deadline:
                raise RuntimeError(self.log.read_text())
            time.sleep(0.02)
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.process.terminate()
        self.process.wait()

    def _listens(self) -> bool:
        with suppress(OSError):
            socket.create_connection(("127.0.0.1", self.port)).close()
            return True
        return False


class Caddy(Proxy):
    def command(self) -> tuple[list[str], dict[str, str]]:
        options = ["admin off", "auto_https disable_redirects"]
        options += [f"http_port {self.http_port}", f"https_port {self.port}", "default_bind 127.0.0.1"]
        site = "{$PARLOR_SITE:chat.example.com} {\n"
        own = f"{site}\ttls {self.certificate.chain} {self.certificate.key}\n"
        file = self.folder / "Caddyfile"
        file.write_text("{\n" + "\n".join(options) + "\n}\n" + changed((DEPLOY / "Caddyfile").read_text(), {site: own}))
        return ["caddy", "run", "--config", str(file), "--adapter", "caddyfile"], {
            "HOME": str(self.folder),
            "PARLOR_SITE": NAME,
            "PARLOR_UPSTREAM": f"127.0.0.1:{self.upstream}",
            "STATIC_FILES": str(self.static),
        }


class Nginx(Proxy):
    def command(self) -> tuple[list[str], dict[str, str]]:
        changes = {
            "/etc/letsencrypt/live/chat.example.com/fullchain.pem": str(self.certificate.chain),
            "/etc/letsencrypt/live/chat.example.com/privkey.pem": str(self.certificate.key),
            "chat.example.com": NAME,
            "listen 80;": f"listen 127.0.0.1:{self.http_port};",
            "listen 443 ": f"listen 127.0.0.1:{self.port} ",
            "127.0.0.1:8000": f"127.0.0.1:{self.upstream}",
            "/var/cache/parlor": str(self.static),
        }
        (self.folder / "site.conf").write_text(changed((DEPLOY / "nginx.conf").read_text(), changes))
        paths = ["client_body", "proxy", "fastcgi", "uwsgi", "scgi"]
        user = "user root;" if os.geteuid() == 0 else ""  # the folder of a test is for nobody else
        main = f"""{user}
            daemon off; worker_processes 1; pid {self.folder}/pid; error_log stderr;
            events {{ worker_connections 512; }}
            http {{
                include /etc/nginx/mime.types; access_log off;
                {" ".join(f"{path}_temp_path {self.folder}/{path};" for path in paths)}
                include {self.folder}/site.conf;
            }}"""
        (self.folder / "main.conf").write_text(main)
        program = nginx()
        assert program
        return [program, "-e", "stderr", "-p", str(self.folder), "-c", str(self.folder / "main.conf")], {}


PROXIES: dict[str, type[Proxy]] = {"caddy": Caddy, "nginx": Nginx}


def changed(text: str, changes: dict[str, str]) -> str:
    """Replace each text by the other; a text that is absent fails the test."""
    for old, new in changes.items():
        assert old in text, f"deploy/ no longer says {old}"
        text = re.sub(re.escape(old), lambda _, new=new: new, text)  # type: ignore[misc]
    return text
