"""A browser of the tests that uploads files: Django's test client with a person logged in."""

import json
import secrets
from collections.abc import Iterator
from typing import Any

import msgspec
from django.test import Client

from accounts.login import BACKEND
from accounts.models import User
from realtime.types import Caller


class Browser:
    """A person's browser. `answer` is the last response."""

    def __init__(self, caller: Caller | None = None, **options: Any) -> None:
        self.client = Client(raise_request_exception=True, **options)
        if caller:
            self.client.force_login(User.objects.get(pk=caller.pk), backend=BACKEND)
        self.answer: Any = None

    def create(self, size: int, name: str = "a.bin", cid: str = "", **more: Any) -> dict[str, Any]:
        asked = {"cid": cid or secrets.token_urlsafe(12), "name": name, "size": size, **more}
        return self._json(self.client.post("/files/", json.dumps(asked), content_type="application/json"))

    def patch(self, key: str, offset: int, chunk: bytes) -> dict[str, Any]:
        headers = {"Upload-Offset": str(offset)}
        return self._json(
            self.client.patch(f"/files/{key}", chunk, content_type="application/octet-stream", headers=headers)
        )

    def offset(self, key: str) -> int:
        self.answer = self.client.head(f"/files/{key}")
        return int(self.answer.get("Upload-Offset", -1))

    def upload(
        self, body: bytes, name: str = "a.bin", cid: str = "", chunk: int = 512 * 1024, **more: Any
    ) -> dict[str, Any]:
        """Upload a body and return the last answer: with `file`, or a problem."""
        state = self.create(len(body), name, cid, **more)
        for start in range(0, len(body), chunk):
            if self.answer.status_code >= 400:
                break
            state = self.patch(state["key"], start, body[start : start + chunk])
        return state

    def file(self, body: bytes, name: str = "a.bin", **more: Any) -> dict[str, Any]:
        """Upload a body that is accepted, and return its description."""
        state = self.upload(body, name, **more)
        assert "file" in state, state
        file: dict[str, Any] = state["file"]
        return file

    def get(self, path: str, **headers: str) -> Any:
        self.answer = self.client.get(
            f"/files/{path}", headers={name.replace("_", "-"): value for name, value in headers.items()}
        )
        return self.answer

    def body(self, key: str, name: str = "x", **headers: str) -> bytes:
        return content(self.get(f"{key}/{name}", **headers))

    def status(self, key: str, name: str = "x") -> int:
        """Return the status of reading a file."""
        return int(self.get(f"{key}/{name}").status_code)

    def _json(self, answer: Any) -> dict[str, Any]:
        self.answer = answer
        told: dict[str, Any] = msgspec.json.decode(answer.content)
        return told


def content(answer: Any) -> bytes:
    return answer.getvalue() if not answer.streaming else b"".join(_blocks(answer))


def _blocks(answer: Any) -> Iterator[bytes]:
    import asyncio

    async def read() -> list[bytes]:
        return [block async for block in answer.streaming_content]

    return iter(asyncio.run(read()))
