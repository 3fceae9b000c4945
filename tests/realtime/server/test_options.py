"""What daphne's options do at `serve`."""

import json
import math
import os
import re
import signal
from pathlib import Path
from typing import Any

import pytest
from django.core.management.base import CommandError
from websockets.sync.client import connect

from realtime.management.commands.runserver import Command as Runserver
from realtime.management.commands.serve import Command
from realtime.server.options import server_options
from realtime.server.server import MAX_MESSAGE_BYTES, OPTIONS, Server
from tests.realtime.server.conftest import closing
from tests.realtime.server.raw import PING, WebSocket
from tests.realtime.server.served import StartServe, http

LEFT_OUT = (
    "--proxy-headers",
    "--proxy-headers-host=X-Real-IP",
    "--proxy-headers-port=X-Port",
    "--websocket-max-message-size=1",
    "--websocket-max-frame-size=1",
)


def parsed(*arguments: str) -> dict[str, Any]:
    return vars(Command().create_parser("manage.py", "serve").parse_args(arguments))


def server(*arguments: str) -> Server:
    return Server(None, [], **server_options(parsed(*arguments)))


@pytest.mark.parametrize(
    ("arguments", "name", "value"),
    [
        (["--http-timeout", "30"], "http_timeout", 30),
        (["-t", "30"], "http_timeout", 30),
        (["--ping-interval", "7"], "ping_interval", 7),
        (["--ping-timeout", "0.5"], "ping_timeout", 0.5),
        (["--websocket_timeout", "86400"], "websocket_timeout", 86400),
        (["--websocket_timeout", "-1"], "websocket_timeout", math.inf),
        (["--websocket_connect_timeout", "5"], "websocket_connect_timeout", 5),
        (["--websocket_connect_timeout", "-1"], "websocket_connect_timeout", math.inf),
        (["--application-close-timeout", "3"], "application_close_timeout", 3),
        (["--root-path", "/below"], "root_path", "/below"),
        (["--server-name", "Parlor"], "server_name", "Parlor"),
        (["--no-server-name"], "server_name", ""),
        (["-v", "2"], "verbosity", 2),
    ],
)
def test_what_is_said_wins_over_the_server(arguments: list[str], name: str, value: object) -> None:
    assert getattr(server(*arguments), name) == value


def test_where_nothing_is_said_the_server_has_its_own() -> None:
    silent = server()
    assert {name: getattr(silent, name) for name in OPTIONS} == OPTIONS
    assert silent.action_logger is None


def test_what_the_command_of_daphne_always_hands_on_does_not_win_over_it() -> None:
    options = vars(Runserver().create_parser("manage.py", "runserver").parse_args([]))
    assert options["websocket_max_message_size"] == options["websocket_max_frame_size"] == MAX_MESSAGE_BYTES
    assert options["websocket_handshake_timeout"] == 0


@pytest.mark.parametrize("words", [*LEFT_OUT, "--ping-timeout=-1", "--http-timeout=soon", "--log-fmt=%(nothing"])
def test_what_has_no_meaning_here_is_refused_by_its_name(words: str) -> None:
    with pytest.raises(CommandError, match=words.partition("=")[0]):
        parsed(words)


def test_answers_are_those_that_were_asked_for(serve: StartServe, tmp_path: Path) -> None:
    log = tmp_path / "access.log"
    given = ("--root-path", "/below", "--server-name", "Parlor", "--access-log", str(log), "--websocket_timeout", "0")
    one = serve(*given).started()
    with http.open(f"http://127.0.0.1:{one.port}/here", timeout=60) as answer:
        assert answer.headers["Server"] == "Parlor"
        assert json.load(answer)["root_path"] == "/below"
    with connect(f"{one.ws}/echo") as websocket:
        assert closing(websocket) == (1000, "it has lasted long enough")
    one.end()
    lines = log.read_text().splitlines()
    assert re.fullmatch(r'127\.0\.0\.1:\d+ - - \[.+\] "GET /here" 200 \d+', lines[0])
    assert [line.split('"')[1].split()[0] for line in lines[1:]] == ["WSCONNECTING", "WSCONNECT", "WSDISCONNECT"]


def test_pings_come_when_they_were_asked_for(serve: StartServe) -> None:
    one = serve("--ping-interval", "0", "--ping-timeout", "0.3").started()
    with WebSocket(one.port) as line:
        assert line.receive().opcode == PING
        with pytest.raises(ConnectionResetError):
            line.over()


def test_several_have_them_too(serve: StartServe) -> None:
    given = ("--root-path", "/below", "--log-fmt", "<%(message)s>", "--access-log", "-")
    site = serve("--processes", "2", *given, SHARED="yes").started()
    with http.open(f"http://127.0.0.1:{site.port}/here", timeout=60) as answer:
        facts = json.load(answer)
    assert facts["root_path"] == "/below"
    assert '"GET /here" 200' in site.until("GET")
    os.kill(facts["process"], signal.SIGKILL)
    assert site.until("is gone").startswith(f"<process {facts['process']} ")


def test_an_access_log_that_cannot_be_written_is_said(serve: StartServe, tmp_path: Path) -> None:
    one = serve("--access-log", str(tmp_path / "nowhere" / "log"))
    assert one.until("Error") == f"CommandError: Cannot write to {tmp_path}/nowhere/log: No such file or directory."
    assert one.process.wait(30) == 1
