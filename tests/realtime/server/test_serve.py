import json
import os
import select
import signal
import socket
import ssl
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from pathlib import Path
from threading import Event

import pytest
from websockets.sync.client import connect, unix_connect

from tests.realtime.server.conftest import closing
from tests.realtime.server.served import Serve, StartServe
from tests.services.authority import certificate
from tests.services.ports import free_port


def test_serve_prints_its_address_serves_there_and_drains(serve: StartServe) -> None:
    one = serve()
    assert one.until("Parlor is at") == f"Parlor is at http://127.0.0.1:{one.port}/"
    assert one.until("Open once") == f"Open once http://127.0.0.1:{one.port}/once"
    with connect(f"{one.ws}/echo") as websocket:
        websocket.send("hello")
        assert websocket.recv(timeout=30) == "hello"
        one.process.terminate()
        assert closing(websocket) == (1012, "restart")
    assert one.process.wait(30) == 0


def test_serve_prints_the_public_address_behind_a_proxy(serve: StartServe) -> None:
    one = serve("--bind", "127.0.0.2", HTTPS="true")
    assert one.until("Parlor is at").endswith(f"https://192.168.7.7/ and listens for the proxy on 127.0.0.2:{one.port}")
    assert one.until("Open once") == "Open once https://192.168.7.7/once"


def test_serve_listens_on_a_unix_socket(serve: StartServe, tmp_path: Path) -> None:
    path = str(tmp_path / "here")
    serve("--unix-socket", path).started()
    with unix_connect(path, "ws://parlor/echo") as websocket:
        websocket.send("hello")
        assert websocket.recv(timeout=30) == "hello"


def test_serve_reports_an_address_it_cannot_use(serve: StartServe) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        one = serve("--port", str(port))
        assert one.until("Error") == f"CommandError: Cannot listen on 127.0.0.1:{port}: Address already in use."
    assert one.process.wait(30) == 1


def test_connections_wait_in_the_queue_of_an_activated_socket(serve: StartServe) -> None:
    with socket.create_server(("127.0.0.1", 0)) as held:
        address = held.getsockname()
        serve("--fd", str(held.fileno()), fd=held.fileno()).started().end()
        with socket.create_connection(address) as waiting:
            waiting.sendall(b"GET / HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n")
            serve("--fd", str(held.fileno()), fd=held.fileno())
            assert waiting.recv(12) == b"HTTP/1.1 200"


def test_tls_may_end_in_it_and_a_websocket_knows(serve: StartServe, tmp_path: Path) -> None:
    made = certificate("localhost", tmp_path)
    port = free_port()
    serve("--endpoint", f"ssl:{port}:interface=127.0.0.1:privateKey={made.key}:certKey={made.chain}").started()
    trust = ssl.create_default_context(cafile=str(made.authority))
    with connect(f"wss://localhost:{port}/facts", ssl=trust) as websocket:
        assert json.loads(websocket.recv(timeout=30))["scheme"] == "wss"


def test_second_server_of_a_sqlite_file_names_the_first(serve: StartServe) -> None:
    first = serve().started()
    assert f"process {first.process.pid} already serves" in serve().until("CommandError")


def test_single_process_cannot_be_replaced_while_it_serves(serve: StartServe) -> None:
    one = serve().started()
    one.process.send_signal(signal.SIGHUP)
    assert one.until("One process").endswith("stop it and start it again.")
    assert one.answered_by() == one.process.pid


def test_several_processes_need_a_shared_database_and_bus(serve: StartServe) -> None:
    alone = serve("--processes", "2")
    said = alone.until("CommandError")
    assert "DATABASE_URL=postgres://" in said
    assert "REDIS_URL=redis://" in said
    assert alone.process.wait(30) == 1


# Several


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Serve]:
    """Two of them, which each test leaves as it found them."""
    site = Serve(tmp_path_factory.mktemp("site"), "--processes", "2", SHARED="yes")
    yield site.started()
    site.process.kill()
    site.process.communicate()


def two_of(site: Serve) -> set[int]:
    first = site.answered_by()
    return {first, site.until_answered_by(lambda pid: pid != first)}


def test_several_answer_on_one_port_and_all_leave_together(serve: StartServe) -> None:
    site = serve("--processes", "2", SHARED="yes").started()
    assert site.process.pid not in two_of(site)
    with connect(f"{site.ws}/echo") as websocket:
        site.process.terminate()
        assert closing(websocket) == (1012, "restart")
    assert site.process.wait(60) == 0
    with pytest.raises(ConnectionRefusedError):
        socket.create_connection(("127.0.0.1", site.port))


def test_dead_process_is_restarted_as_soon_as_one_can_start(site: Serve) -> None:
    before = two_of(site)
    victim, other = before
    site.broken.touch()
    os.kill(victim, signal.SIGKILL)
    assert f"process {victim} is gone: killed by SIGKILL" in site.until("is gone")
    for _ in range(4):
        assert site.until("did not become ready").endswith("; exit status 1")
    assert site.answered_by() == other
    site.broken.unlink()
    site.until_answered_by(lambda pid: pid not in before)


def test_process_that_hangs_is_killed_and_started_again(serve: StartServe) -> None:
    site = serve("--processes", "2", SHARED="yes", HUNG_S="6").started()
    before = two_of(site)
    victim, other = before
    os.kill(victim, signal.SIGSTOP)
    assert f"process {victim} has hung for 6 s and is killed" in site.until("has hung")
    site.until_answered_by(lambda pid: pid not in before)
    site.until_answered_by(lambda pid: pid == other)


def test_rolling_restart_replaces_all_and_rejects_no_connection(site: Serve) -> None:
    before = two_of(site)
    over = Event()

    def ask_on() -> int:
        asked = 0
        while not over.is_set():
            site.answered_by()
            asked += 1
        return asked

    with ThreadPoolExecutor(1) as callers, connect(f"{site.ws}/echo") as websocket:
        asking = callers.submit(ask_on)
        try:
            site.process.send_signal(signal.SIGHUP)
            assert closing(websocket) == (1012, "restart")
            site.until("all 2 processes are new")
        finally:
            over.set()
        assert asking.result()
    assert not before & two_of(site)


def test_rolling_restart_keeps_old_processes_when_new_ones_fail(site: Serve) -> None:
    before = two_of(site)
    site.broken.touch()
    with connect(f"{site.ws}/echo") as websocket:
        site.process.send_signal(signal.SIGHUP)
        site.until("the processes from before go on")
        websocket.send("still here")
        assert websocket.recv(timeout=30) == "still here"
    assert two_of(site) == before
    site.broken.unlink()


def test_supervisor_ends_when_no_process_can_start(serve: StartServe, tmp_path: Path) -> None:
    (tmp_path / "broken").touch()
    site = serve("--processes", "2", SHARED="yes")
    site.until("did not become ready; exit status 1")
    assert site.process.wait(60) == 1


def test_children_drain_and_stop_when_the_supervisor_is_killed(serve: StartServe) -> None:
    site = serve("--processes", "2", SHARED="yes").started()
    pids = two_of(site)
    with connect(f"{site.ws}/echo") as websocket:
        site.process.kill()
        assert closing(websocket) == (1012, "restart")
    for pid in pids:
        until_gone(pid)


def until_gone(pid: int) -> None:
    with suppress(ProcessLookupError):
        descriptor = os.pidfd_open(pid)
        assert select.select([descriptor], [], [], 60)[0]
        os.close(descriptor)
