"""Read environment variables. A `$` has no special meaning, and a value that cannot be read gives a clear error."""

from collections.abc import Callable
from ipaddress import ip_network
from pathlib import Path
from typing import Any, Final
from urllib.parse import unquote

import environ
from django.core.exceptions import ImproperlyConfigured

POSTGRESQL: Final = ("postgres", "postgresql", "pgsql", "psql")


class Environment(environ.Env):
    """Reads variables with django-environ, but without references (`$NAME`). An empty variable counts as not set."""

    def get_value(self, var: str, cast: Any = None, default: Any = None, parse_default: bool = False) -> Any:
        text = self.ENVIRON.get(var, "")
        if not text.strip():
            return default
        if cast is list:
            return [item for item in map(str.strip, text.split(",")) if item]
        try:
            return text if cast is str else self.parse_value(text.strip(), cast)
        except ValueError as error:
            raise ImproperlyConfigured(f"{var}={text} cannot be read: {error}.") from None

    def port(self, var: str, default: int) -> int:
        """Return a port from 1 to 65535, or raise `ImproperlyConfigured`."""
        text = self.str(var, default=str(default)).strip()
        if not text.isdigit() or not 1 <= int(text) <= 65535:
            raise ImproperlyConfigured(f"{var}={text} is no port: a whole number from 1 to 65535.")
        return int(text)

    def proxies(self, var: str, default: list[str]) -> list[str]:
        """Return the number of proxies, or their networks: see realtime/server/forwarded.py."""
        found: list[str] = self.list(var, default=default)
        if len(found) == 1 and found[0].isdigit():
            return found
        return _networks(var, found, "neither a number of proxies nor an address or network")

    def networks(self, var: str, default: list[str]) -> list[str]:
        """Return addresses and networks, or raise `ImproperlyConfigured`."""
        return _networks(var, self.list(var, default=default), "no address or network")

    def database(self, var: str, password: str, default: Path) -> dict[str, Any]:
        """Return the settings of the database in the URL, or of SQLite at the default path."""
        url = self.str(var, default="").strip()
        scheme, _, rest = url.partition("://")
        if not url:
            return {"ENGINE": "django.db.backends.sqlite3", "NAME": str(default)}
        if scheme == "sqlite":
            name = unquote(rest.removeprefix("/"))
            return {"ENGINE": "django.db.backends.sqlite3", "NAME": name or ":memory:"}
        if scheme in POSTGRESQL:
            found, user, secret = _at_server(var, url, self.db_url_config)
            return found | {"USER": user, "PASSWORD": password or secret}
        quoted = " Leave the quotation marks out." if url[0] in "'\"" else ""
        raise ImproperlyConfigured(f"{var} begins with neither postgres:// nor sqlite:///.{quoted}")

    def mail(self, var: str, password: str) -> dict[str, Any]:
        """Return the settings of the mail server in the URL, or of a server that sends nothing."""
        url = self.str(var, default="").strip() or "dummymail://"
        found, user, secret = _at_server(var, url, self.email_url_config)
        return found | {"EMAIL_HOST_USER": user, "EMAIL_HOST_PASSWORD": password or secret}


def _networks(var: str, found: list[str], fault: str) -> list[str]:
    for item in found:
        try:
            ip_network(item)
        except ValueError:
            raise ImproperlyConfigured(f"{var}: {item} is {fault}.") from None
    return found


def _at_server(var: str, url: str, parse: Callable[[str], dict[str, Any]]) -> tuple[dict[str, Any], str, str]:
    """Return the settings of the URL, the user and the password. A password may contain any character, also `@`."""
    scheme, _, rest = url.partition("://")
    login, _, place = rest.rpartition("@")
    user, _, password = login.partition(":")
    try:
        found = parse(f"{scheme}://{place}")
    except (ValueError, ImproperlyConfigured) as error:
        raise ImproperlyConfigured(f"{var} cannot be read: {error}.") from None
    return found, unquote(user), unquote(password)
