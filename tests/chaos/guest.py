"""A person's way in over HTTP: the name, the cookies, the token."""

import asyncio
import http.client
import json
from http.cookies import SimpleCookie
from urllib.parse import urlencode

FORM = "application/x-www-form-urlencoded"


class NotEntered(Exception):
    pass


class Guest:
    """`port` is where the browser would go, proxy included; blocking calls run in a thread."""

    def __init__(self, name: str, port: int) -> None:
        self.name = name
        self.port = port
        self.cookies: dict[str, str] = {}

    @property
    def origin(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    @property
    def cookie_header(self) -> str:
        return "; ".join(f"{name}={value}" for name, value in self.cookies.items())

    async def enter(self) -> None:
        await asyncio.to_thread(self._enter)

    async def token(self) -> str:
        status, body = await asyncio.to_thread(self._ask, "GET", "/realtime/token")
        if status == 401:
            raise NotEntered(f"{self.name}: the login session has ended")
        if status != 200:
            raise ConnectionError(f"GET /realtime/token answered {status}")
        return str(json.loads(body)["token"])

    def _enter(self) -> None:
        self._ask("GET", "/")
        csrf = next((value for name, value in self.cookies.items() if "csrf" in name), "")
        form = {"csrfmiddlewaretoken": csrf, "name": self.name, "face": "", "colour": "1", "next": "/", "invite": ""}
        status, body = self._ask("POST", "/enter/", urlencode(form))
        if status != 303:
            raise NotEntered(f"{self.name}: POST /enter/ answered {status}: {body[:2000]!r}")

    def _ask(self, method: str, path: str, form: str | None = None) -> tuple[int, bytes]:
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=10)
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
            self.cookies.update({name: morsel.value for name, morsel in SimpleCookie(line).items()})
