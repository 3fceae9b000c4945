"""What every page is sent with."""

import pytest
from django.http import HttpResponse
from django.test import Client, RequestFactory

from config.middleware import ContentSecurityPolicyMiddleware


def policy(secure: bool = False) -> dict[str, list[str]]:
    page = ContentSecurityPolicyMiddleware(lambda _: HttpResponse())
    response = page.process_response(RequestFactory().get("/", secure=secure), HttpResponse())
    parts = [part.split() for part in response["Content-Security-Policy"].split(";")]
    return {name: values for name, *values in parts}


def test_a_page_may_connect_to_its_own_socket_by_name() -> None:
    assert policy()["connect-src"] == ["'self'", "ws://testserver"]
    assert policy(secure=True)["connect-src"] == ["'self'", "wss://testserver"]


def test_page_for_a_foreign_host_names_no_socket() -> None:
    """Asking for the host raises: the page that says so would be an error of its own."""
    page = ContentSecurityPolicyMiddleware(lambda _: HttpResponse())
    response = page.process_response(RequestFactory().get("/", HTTP_HOST="evil.example"), HttpResponse())
    assert "connect-src 'self';" in response["Content-Security-Policy"]


@pytest.mark.parametrize("directive", ["script-src", "style-src", "font-src", "form-action"])
def test_nothing_comes_from_elsewhere_and_nothing_is_inline(directive: str) -> None:
    assert policy()[directive] == ["'self'"]


def test_what_is_not_named_is_forbidden() -> None:
    assert policy()["default-src"] == policy()["frame-ancestors"] == policy()["base-uri"] == ["'none'"]


@pytest.mark.parametrize("path", ["/ws/", "/ws/echo", "/ws/lab/anything"])
def test_websocket_asked_for_as_a_page_says_how(client: Client, path: str) -> None:
    for answer in (client.get(path), client.post(path)):
        assert (answer.status_code, answer["Upgrade"]) == (426, "websocket")
        assert b"WebSocket" in answer.content
