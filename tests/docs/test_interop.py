"""Tests that docs/interop.md names all parts of the tutorial, and tests that exist."""

import re

import pytest

from lab.pages import LABS
from tests.docs.pages import ROOT, page

PAGE = page("docs/interop.md")
NAMES = """
    RFC 6455, RFC 7936, RFC 8441, IETF, W3C, WHATWG, HTML5, Web IDL, CloseEvent, BinaryType, hixie-76, hybi-09,
    ws://, wss://, wss://example.com/ws/updates, readyState, bufferedAmount, wasClean, close, reason, 1006,
    Sec-WebSocket-Key, Sec-WebSocket-Accept, SHA-1, base64, GUID, Origin, cross-site WebSocket hijacking, tokens,
    HTTP authentication, curl, caniuse, MDN, AJAX, polling, long polling, EventSource, WebRTC, OpenAPI, AsyncAPI,
    nginx, Apache, IIS, lighttpd, mod_wstunnel, Caddy, Tempesta FW, HTTP CONNECT, firewalls, gateway, 80 and 443,
    Socket.IO, Node.js, Deno, Java, Python, Go, C++, Swift, Dart, .NET, Rust, Kotlin, React Native,
    ws, Float32Array, µWebSockets.js, isBinary, IsExample, idleTimeout, maxBackpressure, maxPayloadLength, compression,
    sensors/home/temperature, SSLApp, Fastify, golang.org/x/net/websocket, port 82, setInterval,
    turnLampOn, turnLampOff, HumbleNet, SocketCluster, WebSocket-Node, Total.js, Faye, SignalR, jsonrpc-bidirectional,
    cowboy, WebSocket King, PHP WebSocket Server, tcp://, ssl://, Channels, Flask-SocketIO, Gorilla, npm, yarn, go get
"""


@pytest.mark.parametrize("name", re.split(r",\s+", NAMES.strip()))
def test_interop_page_has_an_answer_for_each_part(name: str) -> None:
    assert re.search(rf"(?<!\w){re.escape(name)}(?!\w|://)", PAGE)


def test_interop_page_points_at_files_that_exist() -> None:
    named = re.findall(r"`((?:tests|deploy)/[\w./]+)`", PAGE)
    assert named
    assert [path for path in named if not (ROOT / path).exists()] == []


def test_every_page_of_the_lab_that_it_names_is_one() -> None:
    assert set(re.findall(r"`/lab/(\w+)/`", PAGE)) <= {lab.name for lab in LABS}
