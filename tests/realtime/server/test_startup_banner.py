"""A server says where it is."""

import socket
from typing import Any

import pytest

from realtime.server.processes.sockets import listen_error_text, open_listener
from realtime.server.startup_banner import announce, announce_behind_proxy, public_url

PAGES = [("Open once", "/once")]


def test_pages_are_told_at_the_address_that_other_devices_reach(settings: Any) -> None:
    settings.ALLOWED_HOSTS = ["localhost", "[::1]", "[fd00::7]", "192.0.2.7"]
    said: list[str] = []
    announce(said.append, "::", 8000, PAGES)
    assert said[0] == "Parlor is at http://127.0.0.1:8000/ and http://[fd00::7]:8000/ and http://192.0.2.7:8000/"
    assert said[-1] == "Open once http://192.0.2.7:8000/once"


def test_address_without_a_network_is_this_machine(settings: Any) -> None:
    settings.ALLOWED_HOSTS = ["localhost"]
    said: list[str] = []
    announce(said.append, "::1", 8000, PAGES)
    assert said == ["Parlor is at http://[::1]:8000/", "Open once http://[::1]:8000/once"]


def test_proxy_without_a_known_name_gets_no_words_in_an_address(settings: Any) -> None:
    settings.ALLOWED_HOSTS = ["*", ".example.com"]
    said: list[str] = []
    announce_behind_proxy(said.append, "127.0.0.1:8000", PAGES)
    assert said == [
        "Parlor is behind a proxy and listens for the proxy on 127.0.0.1:8000",
        "Open once /once (a path of the public address)",
    ]


def test_host_that_is_no_address_is_named_with_what_to_say_instead() -> None:
    with pytest.raises(socket.gaierror) as error:
        open_listener("x86_64-conda-linux-gnu", 0)
    said = listen_error_text("x86_64-conda-linux-gnu", 8000, error.value)
    assert said.startswith("HOST=x86_64-conda-linux-gnu is not an address of this machine.")
    assert "HOST=127.0.0.1" in said


def test_address_in_brackets_is_listened_on() -> None:
    with open_listener("[::1]", 0) as listening:
        assert listening.getsockname()[0] == "::1"


def test_address_of_a_page_is_whole_where_the_name_is_known(settings: Any) -> None:
    settings.ALLOWED_HOSTS, settings.PORT = ["localhost"], 8000
    assert public_url("/x") == "http://127.0.0.1:8000/x"
    settings.ALLOWED_HOSTS = ["localhost", "192.0.2.7"]
    assert public_url("/x") == "http://192.0.2.7:8000/x"
    settings.HTTPS, settings.ALLOWED_HOSTS = True, ["chat.example.com"]
    assert public_url("/x") == "https://chat.example.com/x"
    settings.ALLOWED_HOSTS = ["*"]
    assert public_url("/x") == "/x"
