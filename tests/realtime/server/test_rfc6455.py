"""The letter of RFC 6455, frame by frame."""

import pytest
from autobahn.twisted.websocket import WebSocketServerProtocol
from autobahn.websocket.compress_deflate import PerMessageDeflate, PerMessageDeflateOffer
from twisted.internet.tcp import Connection

from realtime.server.deflate import accept
from tests.realtime.server.conftest import Start, Tiny, facts, wait_until
from tests.realtime.server.raw import (
    BINARY,
    CLOSE,
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
    closing,
    frame,
    handshake,
)

LARGEST = 256 * 1024
MORE = 0x00
"""The first bits of a frame that is not the last one of its message."""


# Messages


@pytest.mark.parametrize("opcode", [TEXT, BINARY])
@pytest.mark.parametrize("size", [0, 1, 125, 126, 65535, 65536, LARGEST])
def test_message_of_any_size_is_returned_unchanged(server: Tiny, opcode: int, size: int) -> None:
    with WebSocket(server.port) as line:
        line.send(frame(opcode, b"x" * size))
        assert line.receive() == Frame(opcode, b"x" * size)


@pytest.mark.parametrize("opcode", [TEXT, BINARY])
@pytest.mark.parametrize("parts", [[b"", b"", b""], [b"\xe4", b"", b"\xba\xba"], [b"a" * 70_000, b"b"]])
def test_fragments_are_joined_empty_ones_among_them(server: Tiny, opcode: int, parts: list[bytes]) -> None:
    first, second, *last = parts
    with WebSocket(server.port) as line:
        line.send(frame(opcode, first, MORE))
        if last:
            line.send(frame(CONTINUATION, second, MORE), frame(PING, b"between"), frame(CONTINUATION, last[0]))
            assert line.receive() == Frame(PONG, b"between")
        else:
            line.send(frame(CONTINUATION, second))
        assert line.receive() == Frame(opcode, b"".join(parts))


def test_message_in_single_bytes_is_the_same(server: Tiny) -> None:
    with WebSocket(server.port) as line:
        for byte in frame(TEXT, b"slowly") + frame(PING, b"p"):
            line.send(bytes([byte]))
        assert {line.receive(), line.receive()} == {Frame(TEXT, b"slowly"), Frame(PONG, b"p")}


def test_data_sent_with_the_handshake_is_read_after_the_accept(server: Tiny) -> None:
    with WebSocket.__new__(WebSocket) as line:
        super(WebSocket, line).__init__(server.port)
        request = "\r\n".join(["GET /echo HTTP/1.1", "Host: localhost", *UPGRADE, VERSION, KEY, "", ""])
        line.send(request.encode(), frame(TEXT, b"early"), frame(TEXT, b"GET / HTTP/1.1\r\n\r\n"))
        assert line.answer().status == 101
        assert [line.receive().payload for _ in range(2)] == [b"early", b"GET / HTTP/1.1\r\n\r\n"]


# Pings


def test_pings_are_answered_in_order(server: Tiny) -> None:
    asked = [b"", b"1", b"\x00\xff" * 62 + b"x", b"2"]
    with WebSocket(server.port) as line:
        line.send(*(frame(PING, payload) for payload in asked), frame(PONG, b"nobody asked"))
        assert [line.receive() for _ in asked] == [Frame(PONG, payload) for payload in asked]


@pytest.mark.parametrize("answer", ["the ping's", "another"])
def test_only_one_ping_is_open_and_any_pong_counts(server: Tiny, answer: str) -> None:
    """Autobahn starts a timer for each ping and keeps the last: an earlier one ends a connection that lives."""
    with WebSocket(server.port, "/pings") as line:
        ping = line.receive()
        assert (ping.opcode, line.receive()) == (PING, Frame(TEXT, b"pinged"))
        assert facts(server)["pinged"] == 1
        line.send(frame(PONG, ping.payload if answer == "the ping's" else b"late"))
        wait_until(lambda: facts(server)["pinged"] == 0)


def test_client_that_answers_no_ping_is_dropped(hurried: Tiny) -> None:
    with WebSocket(hurried.port) as line:
        assert line.receive().opcode == PING
        with pytest.raises(ConnectionResetError):
            line.over()


# Closing


@pytest.mark.parametrize(
    ("sent", "code", "reason"),
    [
        (closing(1000, "done"), 1000, "done"),
        (closing(1001), 1001, ""),
        (closing(4321, "人"), 4321, "人"),
        (closing(3000, "r" * 123), 3000, "r" * 123),
        (frame(CLOSE), 1005, ""),
        (b"", 1006, ""),
        (frame(TEXT, b"x" * (LARGEST + 1)), 1009, None),
        (frame(TEXT, b"\xff"), 1007, None),
        (frame(3), 1002, None),
    ],
)
def test_application_receives_the_code_and_the_reason(server: Tiny, sent: bytes, code: int, reason: str | None) -> None:
    tag = f"{code}-{reason == ''}"
    with WebSocket(server.port, f"/tell?{tag}") as line:
        line.send(sent)
    told = server.until(f"told {tag} ").split(" ", 3)
    assert told[2] == str(code)
    assert reason is None or told[3].strip() == repr(reason)


@pytest.mark.parametrize("sent", [closing(1000, "done"), closing(4001), frame(CLOSE)])
def test_close_is_answered_with_the_same_code(server: Tiny, sent: bytes) -> None:
    with WebSocket(server.port) as line:
        line.send(sent, frame(TEXT, b"after the close: not read"))
        answer = line.receive()
        assert frame(*answer, masked=False) == frame(CLOSE, answer.payload, masked=False)
        assert len(frame(CLOSE, answer.payload)) == len(sent)
        assert line.over()


@pytest.mark.parametrize(
    ("last", "code"),
    [(closing(4001), 4001), (frame(TEXT, b"\xff"), 1007), (frame(11), 1002), (frame(BINARY, bytes(LARGEST + 1)), 1009)],
)
def test_messages_before_the_end_are_answered_before_the_end(server: Tiny, last: bytes, code: int) -> None:
    with WebSocket(server.port, "/slow") as line:
        line.send(*(frame(TEXT, b"%d" % number) for number in range(5)), last)
        assert [line.receive() for _ in range(5)] == [Frame(TEXT, b"%d" % number) for number in range(5)]
        assert line.closed()[0] == code


def test_close_is_answered_though_the_application_receives_nothing(hurried: Tiny) -> None:
    with WebSocket(hurried.port, "/deaf") as line:
        line.send(frame(TEXT, b"for nobody"), closing(4001, "enough"))
        assert line.closed() == (4001, "enough")


@pytest.mark.parametrize(
    "wrong",
    [
        frame(3, b"x"), frame(7), frame(11, b"x"), frame(15),
        frame(TEXT, b"x", first=0xC0), frame(BINARY, b"x", first=0xA0), frame(PING, b"x", first=0x90),
        frame(TEXT, b"x", masked=False), frame(PING, masked=False),
        frame(CONTINUATION, b"x"), frame(TEXT, b"x", MORE) + frame(TEXT, b"y"),
        frame(PING, b"x", MORE), frame(PING, b"x" * 126), frame(CLOSE, b"\x03"),
        closing(999), closing(1004), closing(1005), closing(1006), closing(1015), closing(2999), closing(5000),
        b"\x81\xfe\x00\x01mask" + b"x", b"\x81\xff" + b"\x00" * 8 + b"mask", b"\x82\xff\xff" + bytes(7) + b"mask",
    ],
)  # fmt: skip
def test_protocol_error_is_answered_by_1002_and_nothing_after_it(server: Tiny, wrong: bytes) -> None:
    with WebSocket(server.port) as line:
        line.send(wrong, frame(TEXT, b"not read"), frame(PING, b"not answered"))
        code, reason = line.closed()
        assert (code, bool(reason)) == (1002, True)


@pytest.mark.parametrize(
    "wrong",
    [
        frame(TEXT, b"\xff"), frame(TEXT, b"\xed\xa0\x80"), frame(TEXT, b"\xc0\xaf"), frame(TEXT, b"\xf4\x90\x80\x80"),
        frame(TEXT, b"\xe4\xba"), frame(TEXT, b"\xe4", MORE) + frame(CONTINUATION, b"\xe4"), closing(1000, b"\xff"),
    ],
)  # fmt: skip
def test_text_that_is_not_utf8_is_answered_by_1007(server: Tiny, wrong: bytes) -> None:
    with WebSocket(server.port) as line:
        line.send(wrong, frame(TEXT, b"not read"))
        assert line.closed()[0] == 1007


def test_wrong_utf8_is_known_before_its_message_is_whole(server: Tiny) -> None:
    with WebSocket(server.port) as line:
        line.send(frame(TEXT, b"fine \xff", MORE))
        assert line.closed()[0] == 1007


@pytest.mark.parametrize(
    "large",
    [
        frame(TEXT, b"x" * (LARGEST + 1)),
        frame(TEXT, b"x" * LARGEST, MORE) + frame(CONTINUATION, b"x"),
        frame(BINARY, b"x" * LARGEST, MORE)[:2] + b"\x7f\xff\xff\xff\xff\xff\xff\xffmask",
    ],
)
def test_too_large_message_is_answered_by_1009(server: Tiny, large: bytes) -> None:
    with WebSocket(server.port) as line:
        line.send(large)
        assert line.closed()[0] == 1009


def test_application_receives_no_messages_after_its_close(server: Tiny) -> None:
    with WebSocket(server.port, "/close?code=4000&reason=enough") as line:
        assert line.receive() == Frame(CLOSE, b"\x0f\xa0enough")
        line.send(*(frame(TEXT, b"too late") for _ in range(200)), closing(4000))
        assert line.over()


def test_close_answer_is_read_behind_unreceived_messages(server: Tiny) -> None:
    with WebSocket(server.port, "/once") as line:
        line.send(*(frame(TEXT, b"%d" % number) for number in range(200)), closing(4000))
        assert line.closed() == (4000, "enough")


def test_connection_ends_when_the_application_returns(server: Tiny) -> None:
    with WebSocket(server.port, "/end") as line:
        assert line.receive() == Frame(CLOSE, b"\x03\xe8")


def test_connection_ends_with_1011_when_the_application_fails(server: Tiny) -> None:
    with WebSocket(server.port, "/fail") as line:
        assert line.receive() == Frame(CLOSE, b"\x03\xf3")


# The handshake


def test_handshake_has_the_applications_headers(server: Tiny) -> None:
    with WebSocket(server.port) as line:
        assert line.opened.headers["sec-websocket-accept"] == "s3pPLMBiTxaQ9kYGzzhZRbK+xOo="  # RFC 6455 1.3
        assert line.opened.headers["x-tiny"] == "2"


@pytest.mark.parametrize("version", ["8", "12", "14", "013", "13, 8", "x", ""])
def test_other_version_is_answered_by_426_and_ours(server: Tiny, version: str) -> None:
    answer = handshake(server.port, *UPGRADE, KEY, f"Sec-WebSocket-Version: {version}")
    assert (answer.status, answer.headers["sec-websocket-version"]) == (426, "13")
    assert "version 13" in answer.body


def test_missing_version_is_answered_by_426(server: Tiny) -> None:
    assert handshake(server.port, *UPGRADE, KEY).status == 426


@pytest.mark.parametrize(
    ("key", "said"),
    [
        ("aGVsbG8sIHdvcmxkIQ==", "these are 13"),
        ("MTIzNDU2Nzg5MDEyMzQ1Njc=", "these are 17"),
        ("", "these are 0"),
        ("not Base64!", "not Base64"),
    ],
)
def test_key_that_is_not_16_bytes_is_answered_by_400_and_a_sentence(server: Tiny, key: str, said: str) -> None:
    answer = handshake(server.port, *UPGRADE, VERSION, f"Sec-WebSocket-Key: {key}")
    assert answer.status == 400
    assert said in answer.body


@pytest.mark.parametrize("keys", [[], [KEY, KEY]], ids=["none", "two"])
def test_handshake_needs_exactly_one_key(server: Tiny, keys: list[str]) -> None:
    answer = handshake(server.port, *UPGRADE, VERSION, *keys)
    assert (answer.status, answer.body) == (400, "There must be one header Sec-WebSocket-Key.\n")


def test_other_requests_for_an_upgrade_are_refused(server: Tiny) -> None:
    assert handshake(server.port, *UPGRADE, VERSION, KEY, method="POST").status == 405
    assert handshake(server.port, *UPGRADE, VERSION, KEY, version="1.0").status == 400
    assert handshake(server.port, "Upgrade: websocket", "Connection: keep-alive", VERSION, KEY).status == 400
    assert handshake(server.port, "Upgrade: WebSocket", "Connection: keep-alive, Upgrade", VERSION, KEY).status == 101


@pytest.mark.parametrize("status", [401, 403, 404, 429, 503])
def test_application_denies_with_a_status_and_a_body(server: Tiny, status: int) -> None:
    answer = handshake(server.port, *UPGRADE, VERSION, KEY, path=f"/deny?{status}")
    assert (answer.status, answer.body) == (status, "not today")
    assert (answer.headers["retry-after"], answer.headers["content-type"]) == ("7", "text/plain")
    assert server.until("denied") == "denied websocket.disconnect 1006 \n"


def test_close_before_the_accept_is_403(server: Tiny) -> None:
    answer = handshake(server.port, *UPGRADE, VERSION, KEY, path="/refuse")
    assert (answer.status, answer.headers["connection"]) == (403, "close")
    assert server.until("refused") == "refused websocket.disconnect 1006 \n"


@pytest.mark.parametrize("path", ["/fail-first", "/end-first"])
def test_application_that_ends_before_the_accept_is_500(server: Tiny, path: str) -> None:
    assert handshake(server.port, *UPGRADE, VERSION, KEY, path=path).status == 500


def test_application_that_does_not_answer_is_503(hurried: Tiny) -> None:
    answer = handshake(hurried.port, *UPGRADE, VERSION, KEY, path="/wait-first")
    assert (answer.status, answer.headers["retry-after"]) == (503, "10")


def test_stopping_server_refuses_new_handshakes(start: Start) -> None:
    server = start("polite")
    with WebSocket(server.port) as resident, WebSocket.__new__(WebSocket) as late:
        super(WebSocket, late).__init__(server.port)
        late.ask(path="/")
        assert late.answer().status == 200
        server.terminate()
        server.until("draining")
        late.ask(*UPGRADE, VERSION, KEY, path="/echo")
        answer = late.answer()
        assert (answer.status, answer.headers["retry-after"]) == (503, "5")
        server.say("go")
        assert resident.receive() == Frame(TEXT, b"bye")


def test_open_handshake_is_answered_when_the_server_stops(start: Start) -> None:
    server = start()
    with Line(server.port) as line:
        line.ask(*UPGRADE, VERSION, KEY, path="/wait-first")
        wait_until(lambda: facts(server)["connecting"] == 1)
        server.terminate()
        answer = line.answer()
        assert (answer.status, answer.headers["retry-after"]) == (503, "5")


# What is touched inside


@pytest.mark.parametrize(
    "name",
    [
        "_dataReceived", "_fail_connection", "_protocol_violation", "_invalid_payload", "_closeConnection",
        "_sendAutoPing", "_cancelAutoPingTimeoutCall", "onAutoPingTimeout", "processData", "consumeData",
        "onCloseFrame", "sendCloseFrame", "sendFrame", "sendData", "dropConnection", "onMessageEnd",
        "sendHttpErrorResponse",
    ],
)  # fmt: skip
def test_autobahn_still_has_what_is_overridden(name: str) -> None:
    assert callable(getattr(WebSocketServerProtocol, name, None))


def test_autobahn_still_keeps_the_decompressor_that_is_dropped() -> None:
    accepted = accept([PerMessageDeflateOffer()])  # type: ignore[no-untyped-call]
    extension = PerMessageDeflate.create_from_offer_accept(True, accepted)  # type: ignore[no-untyped-call]
    extension.start_decompress_message()
    assert extension._decompressor is not None


@pytest.mark.parametrize("name", ["dataBuffer", "offset", "loseWriteConnection", "abortConnection", "pauseProducing"])
def test_twisted_still_has_the_private_names_in_use(name: str) -> None:
    assert hasattr(Connection, name)
