"""Enter the site over HTTP as a browser does: the name, the cookies, the token."""

import http.client
import json
from http.cookies import SimpleCookie
from typing import Any
from urllib.parse import urlencode, urlsplit

FORM = "application/x-www-form-urlencoded"
TIMEOUT_S = 10


class NotEntered(Exception):
    """The site refused the guest, or the login session has ended."""


class Guest:
    """A guest of the site at `url`, `http://host:port`. All methods block; use `asyncio.to_thread` in an event loop."""

    def __init__(self, url: str, name: str, face: str = "", colour: int = 1) -> None:
        self.url, self.name = url, name
        self._look = {"face": face, "colour": colour}
        self._cookies: dict[str, str] = {}

    @property
    def cookie_header(self) -> str:
        return "; ".join(f"{name}={value}" for name, value in self._cookies.items())

    def cookies(self, url: str) -> Any:
        """Return the cookies in the form of Playwright, for a browser that is to be the same guest."""
        return [{"name": name, "value": value, "url": url} for name, value in self._cookies.items()]

    def enter(self) -> None:
        """Fill in the form of the front page; raise `NotEntered` if it is refused."""
        self._ask("GET", "/")
        csrf = next((value for name, value in self._cookies.items() if "csrf" in name), "")
        form = {"csrfmiddlewaretoken": csrf, "name": self.name, **self._look, "next": "/", "invite": ""}
        status, body = self._ask("POST", "/enter/", urlencode(form))
        if status != 303:
            raise NotEntered(f"{self.name}: POST /enter/ answered {status}: {body[:2000]!r}")

    def token(self, url: str = "") -> str:
        """Return a token for `session.hello`, from this process of the site; `ConnectionError` may pass, try again."""
        status, body = self._ask("GET", "/realtime/token", url=url)
        if status == 401:
            raise NotEntered(f"{self.name}: the login session has ended")
        if status != 200:
            raise ConnectionError(f"GET /realtime/token answered {status}")
        return str(json.loads(body)["token"])

    def _ask(self, method: str, path: str, form: str | None = None, url: str = "") -> tuple[int, bytes]:
        connection = http.client.HTTPConnection(urlsplit(url or self.url).netloc, timeout=TIMEOUT_S)
        headers = {"Cookie": self.cookie_header, "Connection": "close", **({"Content-Type": FORM} if form else {})}
        try:
            connection.request(method, path, form, headers)
            answer = connection.getresponse()
            self._keep(answer.headers.get_all("Set-Cookie", []))
            return answer.status, answer.read()
        except http.client.HTTPException as error:
            raise ConnectionError(str(error)) from error
        finally:
            connection.close()

    def _keep(self, set_cookies: list[str]) -> None:
        for line in set_cookies:
            self._cookies.update({name: morsel.value for name, morsel in SimpleCookie(line).items()})
