"""Tests of the bounds of one client: memory, time and connections, without effect on others."""

import json
import signal
import socket
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, closing
from http.client import HTTPConnection
from types import SimpleNamespace
from typing import Any

import pytest

from realtime.server.accept_throttle import ACCEPTS_PER_TURN
from realtime.server.http import MIN_PROGRESS_BYTES, Channel
from realtime.server.inbox import MAX_MESSAGES
from realtime.server.websocket import MAX_CONTROL_FRAMES, MAX_FRAGMENTS
from tests.realtime.server.conftest import Start, Tiny, facts, wait_until
from tests.realtime.server.raw import (
    BINARY,
    CONTINUATION,
    KEY,
    PING,
    PONG,
    TEXT,
    UPGRADE,
    VERSION,
    Frame,
    Line,
    WebSocket,
    frame,
    handshake,
)

MIB = 1024 * 1024
MORE = 0x00
FILES = 160
PLACES = FILES - 64
SMALL_BUFFER = 4096


@pytest.fixture
def few_files() -> Iterator[Tiny]:
    """Start a server that may open few files."""
    with Tiny(files=FILES) as tiny:
        yield tiny


# Coming in


@pytest.mark.parametrize("size", [0, 64 * 1024], ids=["many", "large"])
def test_slow_application_stops_the_reading_and_loses_nothing(start: Start, size: int) -> None:
    """Stock daphne takes all of it into memory."""
    server, count = start(), 64 * MIB // size if size else 100_000
    message = frame(BINARY, bytes(size))
    with WebSocket(server.port, "/patient") as line, ThreadPoolExecutor(1) as thread:
        before = server.memory("VmRSS")
        sending = thread.submit(line.send, *(message for _ in range(count)), frame(TEXT, b"enough"))
        wait_until(lambda: facts(server)["crowded"] == 1)
        with WebSocket(server.port) as other:
            for _ in range(500):  # as many turns in which it could have been read
                other.send(frame(TEXT, b"hello"))
                assert other.receive() == Frame(TEXT, b"hello")
        assert facts(server)["waiting"] <= MAX_MESSAGES
        assert server.memory("VmHWM") - before < 8 * MIB
        facts(server, path="/release")
        assert json.loads(line.receive().payload) == [size] * count
        sending.result()


def test_thousands_of_messages_in_one_write_are_answered_in_order(server: Tiny) -> None:
    with WebSocket(server.port) as line:
        line.send(*(frame(TEXT, b"%d" % number) for number in range(5000)))
        assert [int(line.receive().payload) for _ in range(5000)] == list(range(5000))


def test_message_has_a_limit_of_fragments(server: Tiny) -> None:
    with WebSocket(server.port) as line:
        middle = frame(CONTINUATION, b"x", MORE) * (MAX_FRAGMENTS - 2)
        line.send(frame(TEXT, b"x", MORE), middle, frame(CONTINUATION, b"x"))
        assert line.receive() == Frame(TEXT, b"x" * MAX_FRAGMENTS)
        line.send(frame(TEXT, b"x", MORE), middle, frame(CONTINUATION, b"x", MORE), frame(CONTINUATION, b"x"))
        assert line.closed() == (1008, f"more than {MAX_FRAGMENTS} fragments")


def test_endless_message_of_empty_fragments_is_ended(server: Tiny) -> None:
    with WebSocket(server.port) as line:
        line.send(frame(TEXT, b"", MORE), frame(CONTINUATION, b"", MORE) * 20_000)
        assert line.closed()[0] == 1008


def test_ping_flood_is_ended(server: Tiny) -> None:
    with WebSocket(server.port) as line:
        line.send(frame(PING) * 10_000)
        pongs = 0
        while (answer := line.receive()) == Frame(PONG, b""):
            pongs += 1
        assert MAX_CONTROL_FRAMES <= pongs < 1000
        assert answer.payload == b"\x03\xf0too many pings"


# Going out


def test_silent_reader_costs_little_and_does_not_slow_others(start: Start) -> None:
    """Stock daphne keeps whatever the application sends."""
    server, count = start(), 40
    with ExitStack() as stack:
        before = server.memory("VmRSS")
        for _ in range(count):
            stack.enter_context(WebSocket(server.port, "/flood", buffer=SMALL_BUFFER))
        wait_until(lambda: facts(server)["behind"] == count)
        with WebSocket(server.port) as other:
            for number in range(100):
                other.send(frame(TEXT, b"%d" % number))
                assert other.receive() == Frame(TEXT, b"%d" % number)
        assert max(facts(server)["unsent"]) <= MIB // 2
        assert (server.memory("VmHWM") - before) / count <= MIB // 2


def test_requester_that_reads_no_answers_costs_little(start: Start) -> None:
    server, count = start(), 32
    with WebSocket(server.port, buffer=SMALL_BUFFER) as line, ThreadPoolExecutor(1) as thread:
        before = server.memory("VmRSS")
        sending = thread.submit(line.send, *(frame(BINARY, bytes(MIB // 4)) for _ in range(count * 4)))
        wait_until(lambda: facts(server)["crowded"] == 1)
        assert server.memory("VmHWM") - before < 4 * MIB
        for _ in range(count * 4):
            assert line.receive() == Frame(BINARY, bytes(MIB // 4))
        sending.result()


def test_slow_reader_of_a_large_response_costs_little_and_gets_all_of_it(start: Start) -> None:
    """Stock daphne takes all of it into memory."""
    server = start()
    with Line(server.port, buffer=SMALL_BUFFER) as line:
        before = server.memory("VmRSS")
        line.ask(path="/stream")
        with Line(server.port) as other:
            for _ in range(500):  # as many turns in which more could have been sent
                other.ask()
                assert other.answer().status == 200
        assert server.memory("VmHWM") - before < 8 * MIB
        assert len(line.answer().body) == 24 * MIB
        assert server.memory("VmHWM") - before < 8 * MIB


@pytest.mark.parametrize(
    ("method", "received", "goes_on"),
    [(b"PATCH", MIN_PROGRESS_BYTES, True), (b"PATCH", MIN_PROGRESS_BYTES - 1, False), (b"POST", MIB, False)],
)
def test_chunk_of_an_upload_has_more_time_while_it_makes_progress(
    monkeypatch: pytest.MonkeyPatch, method: bytes, received: int, goes_on: bool
) -> None:
    done: list[str] = []
    monkeypatch.setattr(Channel, "_set_timeout", lambda *given: done.append("more time"))
    monkeypatch.setattr(Channel, "_timed_out", lambda *given: done.append("timed out"))
    channel: Any = Channel()  # type: ignore[no-untyped-call]
    channel._command, channel.requests = method, [SimpleNamespace(body_bytes=received)]
    channel._body_timed_out()
    assert done == ["more time" if goes_on else "timed out"]
    channel._body_timed_out()
    assert done[1:] == ["timed out"]


def test_reader_without_progress_is_dropped(hurried: Tiny) -> None:
    with WebSocket(hurried.port, "/flood", buffer=SMALL_BUFFER):
        wait_until(lambda: facts(hurried)["behind"] == 1)
        wait_until(lambda: facts(hurried)["unsent"] == [])


# HTTP


@pytest.mark.parametrize(
    "part",
    [b"G", b"GET / HTTP/1.1\r\nHost: local", b"POST / HTTP/1.1\r\nHost: localhost\r\nContent-Length: 9\r\n\r\nhalf"],
    ids=["line", "headers", "body"],
)
def test_incomplete_request_is_408(hurried: Tiny, part: bytes) -> None:
    with Line(hurried.port) as line:
        line.send(part)
        answer = line.answer()
        assert (answer.status, answer.headers["connection"]) == (408, "close")
        assert "too long" in answer.body
        assert line.over()


def test_idle_connection_between_requests_is_kept(hurried: Tiny) -> None:
    with Line(hurried.port) as line, Line(hurried.port) as trickling:
        line.ask()
        assert line.answer().status == 200
        trickling.send(b"G")
        assert trickling.answer().status == 408
        line.ask()
        assert line.answer().status == 200


def test_websocket_has_no_request_timeout(start: Start) -> None:
    tiny = start("brisk")
    with WebSocket(tiny.port, "/tell") as line, Line(tiny.port) as trickling:
        trickling.send(b"G")
        assert trickling.answer().status == 408
        line.send(frame(PING, b"still"))
        assert line.receive() == Frame(PONG, b"still")


@pytest.mark.parametrize("told", [True, False], ids=["told", "chunked"])
def test_body_too_large_is_413_however_much_is_sent(server: Tiny, told: bool) -> None:
    length = f"Content-Length: {8 * MIB}" if told else "Transfer-Encoding: chunked"
    chunk = bytes(MIB) if told else b"100000\r\n" + bytes(MIB) + b"\r\n"
    with Line(server.port) as line:
        line.ask(length, method="POST", body=chunk * 8)
        assert line.answer().status == 413


def test_headers_have_a_size(server: Tiny) -> None:
    assert handshake(server.port, "X: " + "x" * 20_000, path="/").status == 431
    assert handshake(server.port, *(f"X: {'x' * 1000}" for _ in range(20)), path="/").status == 400
    assert handshake(server.port, *("X: x" for _ in range(600)), path="/").status == 400


@pytest.mark.parametrize(
    ("head", "status"),
    [
        (b"GET / HTTP/1.1\r\n", 400),
        (b"GET / HTTP/1.1\r\nHost: a\r\nHost: a\r\n", 400),
        (b"GET / HTTP/1.0\r\nHost: a\r\nHost: b\r\n", 400),
        (b"GET / HTTP/1.1\r\nHost: a\r\nX-One: 1\r\n two\r\n", 400),
        (b"GET / HTTP/1.1\r\nHost: a\r\n\tX-Two: 1\r\n", 400),
        (b"GET / HTTP/1.1\r\n Host: a\r\n", 400),
        (b"POST / HTTP/1.1\r\nContent-Length: 3\r\n", 400),
        (b"GET / HTTP/1.1\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n", 400),
        (b"GET / HTTP/1.0\r\n", 200),
        (b"GET / HTTP/1.1\r\nHost: a\r\nX-One: 1\r\n", 200),
    ],
)
def test_request_has_one_host_and_no_folded_header(server: Tiny, head: bytes, status: int) -> None:
    with Line(server.port) as line:
        line.send(head + b"\r\nGET /again HTTP/1.1\r\nHost: a\r\n\r\n")
        assert line.answer().status == status
        assert status == 200 or line.over()


# Places


def test_connection_over_the_limit_is_503_and_others_stay(few_files: Tiny) -> None:
    with ExitStack() as stack:
        residents = [stack.enter_context(WebSocket(few_files.port)) for _ in range(PLACES)]
        for _ in range(40):
            answer = handshake(few_files.port, *UPGRADE, VERSION, KEY)
            assert (answer.status, answer.headers["retry-after"]) == (503, "10")
        silent = [stack.enter_context(Line(few_files.port)) for _ in range(100)]
        for resident in residents:
            resident.send(frame(TEXT, b"still here"))
            assert resident.receive() == Frame(TEXT, b"still here")
        assert len([line for line in silent if hung_up(line)]) >= 60
        residents[0].socket.shutdown(socket.SHUT_RDWR)
        wait_until(lambda: handshake(few_files.port, path="/").status == 200)


def test_simultaneous_connections_are_accepted_a_few_at_a_time(start: Start) -> None:
    """The kernel accepts all connections while the server is stopped. A turn of the loop then takes only a few."""
    tiny = start()
    with ExitStack() as stack:
        tiny.process.send_signal(signal.SIGSTOP)
        lines = [stack.enter_context(Line(tiny.port)) for _ in range(5 * ACCEPTS_PER_TURN)]
        tiny.process.send_signal(signal.SIGCONT)
        for line in lines:
            line.ask()
            assert line.answer().status == 200
    assert facts(tiny)["most_taken"] == ACCEPTS_PER_TURN


def test_paused_server_accepts_no_connection_and_loses_none(start: Start) -> None:
    tiny = start()
    with closing(HTTPConnection("127.0.0.1", tiny.port, timeout=30)) as resident:
        ask(resident, "/pause")
        with Line(tiny.port) as waiting:
            waiting.ask()
            assert [ask(resident, "/")["taken"] for _ in range(3)] == [1, 1, 1]
            ask(resident, "/resume")
            assert waiting.answer().status == 200


def ask(connection: HTTPConnection, path: str) -> Any:
    connection.request("GET", path)
    return json.load(connection.getresponse())


def hung_up(line: Line) -> bool:
    """Tell whether the server has closed a rejected connection, which it does not keep for long."""
    try:
        return line.over()
    except ConnectionResetError:
        return True


def test_closed_connection_frees_its_place(few_files: Tiny) -> None:
    for _ in range(PLACES * 2):
        with WebSocket(few_files.port):
            pass
        with Line(few_files.port) as line:
            line.ask()
            assert line.answer().status == 200
