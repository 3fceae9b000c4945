"""Uploads through a proxy that cuts them, to a server that is killed: each arrives once, byte for byte."""

import os
import secrets
import socket
import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager, suppress
from pathlib import Path
from urllib.parse import urlsplit

import pytest

from tests.client.blocking import BlockingClient
from tests.client.uploads import Uploader
from tests.services.parlor import Parlor

MIB = 1024 * 1024
BLOCK = 65_536


class Cutter:
    """A TCP proxy to `url` that breaks a connection each time so many bytes have passed, at the given totals."""

    def __init__(self, url: str, cuts: list[int]) -> None:
        self._to = urlsplit(url)
        self._cuts = cuts
        self._passed = 0
        self._lock = threading.Lock()
        self.listener = socket.create_server(("127.0.0.1", 0))
        self.url = f"http://127.0.0.1:{self.listener.getsockname()[1]}"
        threading.Thread(target=self._accept, daemon=True).start()

    def _accept(self) -> None:
        with suppress(OSError):
            while True:
                client, _ = self.listener.accept()
                threading.Thread(target=self._serve, args=[client], daemon=True).start()

    def _serve(self, client: socket.socket) -> None:
        to = (str(self._to.hostname), int(self._to.port or 80))
        with client, suppress(OSError), socket.create_connection(to) as server:
            back = threading.Thread(target=self._pump, args=(server, client, False))
            back.start()
            self._pump(client, server, True)
            back.join()

    def _pump(self, source: socket.socket, target: socket.socket, counted: bool) -> None:
        with suppress(OSError):
            while data := source.recv(BLOCK):
                target.sendall(data)
                if counted and self._is_due(len(data)):
                    break
        for each in (source, target):
            with suppress(OSError):
                each.shutdown(socket.SHUT_RDWR)

    def _is_due(self, size: int) -> bool:
        with self._lock:
            self._passed += size
            if not self._cuts or self._passed < self._cuts[0]:
                return False
            del self._cuts[0]
            return True


@contextmanager
def cutting(url: str, *cuts: int) -> Iterator[Cutter]:
    cutter = Cutter(url, list(cuts))
    try:
        yield cutter
    finally:
        cutter.listener.close()


@pytest.mark.sqlite
def test_upload_that_is_cut_and_whose_server_is_killed_arrives_once_byte_for_byte(tmp_path: Path) -> None:
    body, cid = os.urandom(20 * MIB), secrets.token_urlsafe(12)
    with Parlor(tmp_path / "data") as parlor:
        guest = BlockingClient(parlor.url, "Ana")
        with cutting(parlor.url, 3 * MIB, 9 * MIB + 77, 17 * MIB + 1) as cutter, ThreadPoolExecutor(1) as thread:
            uploader = Uploader(guest, cutter.url)
            uploading = thread.submit(uploader.upload, body, "film.bin", cid)
            while not uploading.done() and cutter._passed < 12 * MIB:
                threading.Event().wait(0.01)
            parlor.kill()
            parlor.start()
            file = uploading.result()
        assert (file["size"], uploader.breaks >= 4) == (len(body), True)
        assert Uploader(guest).upload(body, "film.bin", cid) == file
        assert Uploader(guest).get(file["key"]) == body
        ranged = {"Range": f"bytes={MIB}-{MIB + 9}", "Accept-Encoding": "gzip"}
        assert Uploader(guest)._ask("GET", f"/files/{file['key']}/x", b"", ranged) == (206, body[MIB : MIB + 10])
        assert [path.stat().st_size for path in (tmp_path / "data" / "files").glob("*/*")] == [len(body)]
        guest.connect()
        o = guest.act("message.post", room=guest.lounge, text="", files=[{"key": file["key"]}])["o"]
        assert o
