"""Upload a file over HTTP as the page does: in chunks, from the offset that the server tells."""

import http.client
import json
import secrets
import threading
from typing import Any
from urllib.parse import urlsplit

from tests.client.guest import Guest

TIMEOUT_S = 60
PAUSE_S = 0.2


class Uploader:
    """The uploads of a guest who has entered. `url` may be that of a proxy. `breaks` counts the broken requests."""

    def __init__(self, guest: Guest, url: str = "") -> None:
        self._guest, self.url = guest, url or guest.url
        self.breaks = 0

    def upload(self, body: bytes, name: str = "a.bin", cid: str = "") -> dict[str, Any]:
        """Upload a body, however often a request breaks, and return the description of the file."""
        cid = cid or secrets.token_urlsafe(12)
        while True:
            try:
                return self._attempt(body, name, cid)
            except (OSError, http.client.HTTPException):
                self.breaks += 1
                threading.Event().wait(PAUSE_S)

    def _attempt(self, body: bytes, name: str, cid: str) -> dict[str, Any]:
        asked = json.dumps({"cid": cid, "name": name, "size": len(body)}).encode()
        state = self.ask("POST", "/files/", asked)
        while "file" not in state:
            at = state["offset"]
            chunk = body[at : at + state.get("chunk", 0)]
            state = {**state, **self.ask("PATCH", f"/files/{state['key']}", chunk, {"Upload-Offset": str(at)})}
        file: dict[str, Any] = state["file"]
        return file

    def get(self, key: str) -> bytes:
        return self._ask("GET", f"/files/{key}/x", b"", {})[1]

    def ask(self, method: str, path: str, body: bytes, headers: dict[str, str] | None = None) -> dict[str, Any]:
        """Return the answer. Raise `ConnectionError` when the server has no time or is away."""
        status, answer = self._ask(method, path, body, headers or {})
        if status >= 500:
            raise ConnectionError(f"{method} {path} answered {status}")
        told: dict[str, Any] = json.loads(answer)
        if status >= 400 and told.get("type") != "offset":
            raise AssertionError(told)
        return told

    def _ask(self, method: str, path: str, body: bytes, headers: dict[str, str]) -> tuple[int, bytes]:
        csrf = next(value for name, value in self._guest._cookies.items() if "csrf" in name)
        given = {"Cookie": self._guest.cookie_header, "X-CSRFToken": csrf, "Connection": "close", **headers}
        connection = http.client.HTTPConnection(urlsplit(self.url).netloc, timeout=TIMEOUT_S)
        try:
            connection.request(method, path, body or None, {**given, "Host": urlsplit(self._guest.url).netloc})
            answer = connection.getresponse()
            return answer.status, answer.read()
        finally:
            connection.close()
