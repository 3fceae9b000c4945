import socket
from typing import Any

import pytest
from websockets.exceptions import InvalidStatus
from websockets.sync.client import connect

from tests.realtime.server.conftest import Tiny, closing, facts, wait_until

LARGEST = 256 * 1024


@pytest.mark.parametrize("code", [1000, 1001, 1008, 1009, 1011, 1012, 1013, 3000, 4001, 4526])
def test_close_arrives_with_code_and_reason(server: Tiny, code: int) -> None:
    with connect(f"{server.ws}/close?code={code}&reason=draining") as websocket:
        assert closing(websocket) == (code, "draining")


def test_reason_is_cut_between_characters_to_frame_size(server: Tiny) -> None:
    with connect(f"{server.ws}/close?code=4103&reason={'%E4%BA%BA' * 60}") as websocket:
        assert closing(websocket) == (4103, "人" * 41)


@pytest.mark.parametrize("code", [1005, 2999, 5000])
def test_invalid_close_code_is_an_error_of_the_application(server: Tiny, code: int) -> None:
    with connect(f"{server.ws}/close?code={code}&reason=no") as websocket:
        assert closing(websocket)[0] == 1011


def test_close_before_the_accept_denies_the_handshake(server: Tiny) -> None:
    with pytest.raises(InvalidStatus) as refused, connect(f"{server.ws}/refuse"):
        pass
    assert refused.value.response.status_code == 403


def test_empty_frames_are_sent(server: Tiny) -> None:
    with connect(f"{server.ws}/echo") as websocket:
        for empty in ("", b"", "end"):
            websocket.send(empty)
        assert [websocket.recv(timeout=30) for _ in range(3)] == ["", b"", "end"]


def test_message_of_256_kib_is_received(server: Tiny) -> None:
    with connect(f"{server.ws}/echo") as websocket:
        websocket.send("x" * LARGEST)
        assert websocket.recv(timeout=30) == "x" * LARGEST


@pytest.mark.parametrize("message", ["x" * (LARGEST + 1), ["x" * LARGEST, "x"]], ids=["frame", "fragments"])
def test_message_over_256_kib_is_answered_by_1009(server: Tiny, message: Any) -> None:
    with connect(f"{server.ws}/echo") as websocket:
        websocket.send(message)
        assert closing(websocket)[0] == 1009


def test_text_that_is_not_utf8_is_answered_by_1007(server: Tiny) -> None:
    with connect(f"{server.ws}/echo") as websocket:
        websocket.send(b"\xed\xa0\x80", text=True)
        assert closing(websocket)[0] == 1007


def test_sent_message_may_be_larger_than_the_limit(server: Tiny) -> None:
    with connect(f"{server.ws}/large", max_size=None) as websocket:
        assert len(websocket.recv(timeout=30)) == 8_000_000


def test_application_sees_unsent_bytes(server: Tiny) -> None:
    """The test fails, too, when Twisted has lost its private attributes."""
    with socket.create_connection(("127.0.0.1", server.port)) as reader:
        upgrade = ["GET /large HTTP/1.1", "Host: localhost", "Upgrade: websocket", "Connection: Upgrade"]
        key = ["Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==", "Sec-WebSocket-Version: 13", "", ""]
        reader.sendall("\r\n".join(upgrade + key).encode())
        wait_until(lambda: sum(facts(server)["unsent"]) > 0)
        assert sum(facts(server)["unsent"]) <= 8_000_000 + 14
        unread = 8_000_000
        while unread > 0:
            unread -= len(reader.recv(1 << 20))
        wait_until(lambda: facts(server)["unsent"] == [0])


def test_connection_is_ended_and_not_reset_after_a_close(server: Tiny) -> None:
    """Chromium tells a page `wasClean: false` of a reset."""
    with socket.create_connection(("127.0.0.1", server.port)) as page:
        upgrade = ["GET /close?code=4000&reason=bye HTTP/1.1", "Host: localhost", "Upgrade: websocket"]
        key = [
            "Connection: Upgrade",
            "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==",
            "Sec-WebSocket-Version: 13",
            "",
            "",
        ]
        page.sendall("\r\n".join(upgrade + key).encode())
        close, came = b"\x88\x05\x0f\xa0bye", b""
        while not came.endswith(close):
            came += page.recv(1024)
        page.sendall(b"\x88\x82" + bytes(4) + b"\x0f\xa0")
        assert page.recv(1024) == b""


def test_server_accepts_a_null_origin_and_leaves_it_to_the_application(server: Tiny) -> None:
    with connect(f"{server.ws}/echo", additional_headers={"Origin": "null"}) as websocket:
        websocket.send("hello")
        assert websocket.recv(timeout=30) == "hello"


def test_client_cannot_change_the_root_path(server: Tiny) -> None:
    assert facts(server, **{"Daphne-Root-Path": "/elsewhere"})["root_path"] == ""
    with connect(f"{server.ws}/root_path", additional_headers={"Daphne-Root-Path": "/elsewhere"}) as websocket:
        assert websocket.recv(timeout=30) == ""
