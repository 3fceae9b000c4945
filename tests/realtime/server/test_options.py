"""Tests of daphne's options at `serve`."""

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
def test_given_option_replaces_the_server_default(arguments: list[str], name: str, value: object) -> None:
    assert getattr(server(*arguments), name) == value


def test_server_has_its_own_defaults_without_options() -> None:
    silent = server()
    assert {name: getattr(silent, name) for name in OPTIONS} == OPTIONS
    assert silent.action_logger is None


def test_defaults_of_daphnes_command_do_not_replace_the_servers() -> None:
    options = vars(Runserver().create_parser("manage.py", "runserver").parse_args([]))
    assert options["websocket_max_message_size"] == options["websocket_max_frame_size"] == MAX_MESSAGE_BYTES
    assert options["websocket_handshake_timeout"] == 0


@pytest.mark.parametrize("words", [*LEFT_OUT, "--ping-timeout=-1", "--http-timeout=soon", "--log-fmt=%(nothing"])
def test_meaningless_option_is_refused_by_name(words: str) -> None:
    with pytest.raises(CommandError, match=words.partition("=")[0]):
        parsed(words)


def test_responses_and_log_follow_the_options(serve: StartServe, tmp_path: Path) -> None:
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


def test_ping_options_are_followed(serve: StartServe) -> None:
    one = serve("--ping-interval", "0", "--ping-timeout", "0.3").started()
    with WebSocket(one.port) as line:
        assert line.receive().opcode == PING
        with pytest.raises(ConnectionResetError):
            line.over()


def test_options_apply_to_several_processes(serve: StartServe) -> None:
    given = ("--root-path", "/below", "--log-fmt", "<%(message)s>", "--access-log", "-")
    site = serve("--processes", "2", *given, SHARED="yes").started()
    with http.open(f"http://127.0.0.1:{site.port}/here", timeout=60) as answer:
        facts = json.load(answer)
    assert facts["root_path"] == "/below"
    assert '"GET /here" 200' in site.until("GET")
    os.kill(facts["process"], signal.SIGKILL)
    assert site.until("is gone").startswith(f"<process {facts['process']} ")


def test_unwritable_access_log_is_reported(serve: StartServe, tmp_path: Path) -> None:
    one = serve("--access-log", str(tmp_path / "nowhere" / "log"))
    assert one.until("Error") == f"CommandError: Cannot write to {tmp_path}/nowhere/log: No such file or directory."
    assert one.process.wait(30) == 1
