import os
import signal
import socket

import pytest
from websockets.sync.client import connect

from realtime.server.server import Server
from tests.realtime.server.conftest import Start, Tiny, closing


def refuses(port: int) -> bool:
    try:
        socket.create_connection(("127.0.0.1", port)).close()
    except ConnectionRefusedError:
        return True
    return False


@pytest.mark.parametrize("how", [signal.SIGTERM, signal.SIGINT])
def test_server_stops_listening_then_drains_then_stops(start: Start, how: signal.Signals) -> None:
    server = start("polite")
    with connect(f"{server.ws}/echo") as websocket:
        server.terminate(how)
        server.until("draining")
        assert refuses(server.port)
        websocket.send("still here")
        assert websocket.recv(timeout=30) == "still here"
        server.say("go")
        assert websocket.recv(timeout=30) == "bye"
        assert closing(websocket) == (4103, "draining")
    assert server.left() == (0, "finished\nleft\n", "")


@pytest.mark.parametrize("hook", ["none", "broken", "endless"])
def test_open_connections_are_closed_as_a_restart(start: Start, hook: str) -> None:
    server = start(hook)
    with connect(f"{server.ws}/echo") as websocket:
        server.terminate()
        assert closing(websocket) == (1012, "restart")
    assert server.left()[:2] == (0, "finished\nleft\n")


def test_failing_drain_hook_is_logged(start: Start) -> None:
    server = start("broken")
    server.terminate()
    assert "a hook that fails" in server.left()[2]


def test_application_that_does_not_end_is_cancelled(start: Start) -> None:
    server = start()
    with connect(f"{server.ws}/deaf") as websocket:
        server.terminate()
        assert closing(websocket) == (1012, "restart")
        assert server.left() == (0, "finished\nleft\n", "")


def test_incomplete_request_does_not_delay_the_stop(start: Start) -> None:
    server = start()
    with connect(f"{server.ws}/echo") as websocket, socket.create_connection(("127.0.0.1", server.port)) as slow:
        slow.sendall(b"POST / HTTP/1.1\r\nHost: localhost\r\nContent-Length: 100\r\n\r\nhalf")
        websocket.send("the server has read what came before")
        websocket.recv(timeout=30)
        server.terminate()
        assert closing(websocket) == (1012, "restart")
        assert server.left() == (0, "finished\nleft\n", "")


def test_second_ctrl_c_does_not_wait(start: Start) -> None:
    server = start("polite")
    server.terminate(signal.SIGINT)
    server.until("draining")
    server.terminate(signal.SIGINT)
    assert server.left()[0] == -signal.SIGINT


def test_server_restarts_at_once_on_the_same_port(start: Start) -> None:
    server = start()
    with connect(f"{server.ws}/echo"):
        server.process.kill()
        server.process.wait()
        with Tiny(f"tcp:port={server.port}:interface=127.0.0.1") as again:
            assert again.port == server.port


def test_port_in_use_is_an_error_in_one_line(start: Start) -> None:
    server = start()
    second = Tiny(f"tcp:port={server.port}:interface=127.0.0.1")
    status, output, errors = second.left()
    assert (status, output) == (1, "")
    assert errors == f"Couldn't listen on 127.0.0.1:{server.port}: [Errno 98] Address already in use.\n"


def test_hundreds_may_knock_while_it_is_busy(start: Start) -> None:
    """Twisted's own queue is of 50: the next one's handshake would time out here."""
    server = start()
    os.kill(server.process.pid, signal.SIGSTOP)
    try:
        waiting = [socket.create_connection(("127.0.0.1", server.port), timeout=5) for _ in range(300)]
    finally:
        os.kill(server.process.pid, signal.SIGCONT)
    for each in waiting:
        each.close()


def test_server_has_its_own_limits_by_default() -> None:
    server = Server(None, ["tcp:port=0", "unix:/tmp/x"], websocket_timeout=86400)
    assert server.endpoints == ["tcp:port=0:backlog=4096", "unix:/tmp/x:backlog=4096"]
    assert server.websocket_timeout == 86400
    assert server.ping_timeout < server.ping_interval == 25
