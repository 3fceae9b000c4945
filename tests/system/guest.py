"""A guest without a browser, over the same pages and the same wire: fills rooms for those who look at them."""

import itertools
import json
import secrets
from contextlib import ExitStack
from http.cookiejar import CookieJar
from typing import Any
from urllib.parse import urlencode
from urllib.request import HTTPCookieProcessor, build_opener

from websockets.sync.client import connect
from websockets.typing import Origin, Subprotocol


class Guest:
    def __init__(self, url: str, name: str, face: str = "", colour: int = 0) -> None:
        self.name = name
        self._jar = CookieJar()
        self._http = build_opener(HTTPCookieProcessor(self._jar))
        self._http.open(url).close()
        form = {"name": name, "face": face, "colour": colour, "next": "/", "csrfmiddlewaretoken": self._csrf}
        self._http.open(f"{url}/enter/", urlencode(form).encode()).close()
        self._ids = itertools.count(1)
        self.connect(url)

    def connect(self, url: str) -> None:
        """Again as the same guest, also at another process of the site."""
        token = self.token(url)
        self._open = ExitStack()
        self._socket = self._open.enter_context(
            connect(
                f"{url.replace('http', 'ws')}/ws/",
                origin=Origin(url),
                subprotocols=[Subprotocol("parlor.v1")],
                additional_headers={"Cookie": self.cookie_header},
                proxy=None,
            )
        )
        hello = self.request("session.hello", v=1, token=token, rooms={})
        self.user: str = hello["user"]["id"]
        self.lounge: str = next(room["key"] for room in hello["rooms"] if room["lounge"])

    def token(self, url: str) -> str:
        with self._http.open(f"{url}/realtime/token") as answer:
            return str(json.load(answer)["token"])

    @property
    def cookie_header(self) -> str:
        return "; ".join(f"{cookie.name}={cookie.value}" for cookie in self._jar)

    def cookies(self, url: str) -> Any:
        """For a browser that is to be the same guest."""
        return [{"name": cookie.name, "value": cookie.value, "url": url} for cookie in self._jar]

    @property
    def _csrf(self) -> str:
        return next(str(cookie.value) for cookie in self._jar if "csrf" in cookie.name)

    def ask(self, method: str, /, **params: Any) -> int:
        """Send it and do not wait for the answer."""
        id = next(self._ids)
        self._socket.send(json.dumps({"jsonrpc": "2.0", "id": id, "method": method, "params": params}))
        return id

    def request(self, method: str, /, **params: Any) -> Any:
        return self.answer(self.ask(method, **params))

    def answer(self, id: int) -> Any:
        while True:
            answer = json.loads(self._socket.recv())
            if answer.get("id") == id and "method" not in answer:
                return answer["result"]

    def act(self, method: str, /, **params: Any) -> Any:
        """A durable request."""
        return self.request(method, cid=secrets.token_urlsafe(16), **params)

    def say(self, room: str, *texts: str) -> list[int]:
        """The offsets of the lines."""
        return [self.act("message.post", room=room, text=text)["o"] for text in texts]

    def makes_room(self, name: str, topic: str = "", *, public: bool = True) -> str:
        return str(self.act("room.create", name=name, topic=topic, public=public)["room"])

    def leave(self) -> None:
        self._open.close()
