"""Tests of the address that the server listens on, and of the settings that follow from it."""

import os
import socket

import pytest

from config.address import allowed_hosts, is_loopback, tell_settings, tell_settings_of_serve


@pytest.fixture(autouse=True)
def environment(monkeypatch: pytest.MonkeyPatch) -> None:
    """Clear the environment before and after the test, because `tell_settings` writes to it."""
    for name in ("HOST", "PORT", "DEBUG"):
        monkeypatch.setenv(name, "")
        monkeypatch.delenv(name)


@pytest.fixture
def on_the_lan(monkeypatch: pytest.MonkeyPatch) -> None:
    addresses = {socket.AF_INET: "192.0.2.7", socket.AF_INET6: "fd00::7"}
    monkeypatch.setattr("config.address.lan_address", addresses.get)


@pytest.mark.parametrize("host", ["localhost", "127.0.0.1", "127.8.8.8", "::1", "[::1]"])
def test_loopback_is_known_in_every_spelling(host: str) -> None:
    assert is_loopback(host)


@pytest.mark.parametrize("host", ["0.0.0.0", "192.0.2.7", "example.com", "::"])
def test_address_that_others_can_reach_is_not_loopback(host: str) -> None:
    assert not is_loopback(host)


@pytest.mark.parametrize(
    ("arguments", "host", "port"),
    [
        ([], None, None),
        (["9000"], "127.0.0.1", "9000"),
        (["0.0.0.0:9000"], "0.0.0.0", "9000"),
        (["--noreload", "[::1]:9000"], "[::1]", "9000"),
        (["--verbosity", "2", "8001"], "127.0.0.1", "8001"),
    ],
)
def test_settings_learn_the_address_that_runserver_is_given(
    arguments: list[str], host: str | None, port: str | None
) -> None:
    tell_settings(arguments)
    assert (os.environ.get("HOST"), os.environ.get("PORT")) == (host, port)


def test_debug_is_on_by_default_on_loopback() -> None:
    tell_settings(["8000"])
    assert os.environ["DEBUG"] == "true"


def test_debug_stays_off_on_the_network() -> None:
    tell_settings(["0.0.0.0:8000"])
    assert "DEBUG" not in os.environ


def test_debug_of_the_environment_is_kept(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DEBUG", "false")
    tell_settings(["8000"])
    assert os.environ["DEBUG"] == "false"


@pytest.mark.usefixtures("on_the_lan")
def test_listening_everywhere_lets_the_lan_address_in() -> None:
    assert allowed_hosts("0.0.0.0") == ["localhost", "127.0.0.1", "[::1]", "192.0.2.7"]
    assert allowed_hosts("127.0.0.1") == ["localhost", "127.0.0.1", "[::1]"]


def test_allowed_hosts_are_this_machine_when_there_is_no_network(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("config.address.lan_address", lambda family: None)
    assert allowed_hosts("0.0.0.0") == ["localhost", "127.0.0.1", "[::1]"]


def test_settings_learn_the_address_that_serve_is_given_and_debug_stays_off() -> None:
    tell_settings_of_serve(["--processes", "2", "-b", "127.0.0.3", "--port=9000"])
    assert [os.environ.get(name) for name in ("HOST", "PORT", "DEBUG")] == ["127.0.0.3", "9000", None]


@pytest.mark.usefixtures("on_the_lan")
def test_ipv6_addresses_are_allowed_in_brackets() -> None:
    own = ["localhost", "127.0.0.1", "[::1]"]
    assert allowed_hosts("fd00::2") == allowed_hosts("[fd00::2]") == [*own, "[fd00::2]"]
    assert allowed_hosts("::") == [*own, "[fd00::7]", "192.0.2.7"]


def test_empty_host_is_not_the_network(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HOST", "")
    tell_settings([])
    assert os.environ["DEBUG"] == "true"
