"""Tests of the headers of every page."""

from typing import Any

import pytest
import time_machine
from django.http import HttpResponse
from django.test import Client, RequestFactory

from config.middleware import ContentSecurityPolicyMiddleware


def policy(secure: bool = False) -> dict[str, list[str]]:
    page = ContentSecurityPolicyMiddleware(lambda _: HttpResponse())
    response = page.process_response(RequestFactory().get("/", secure=secure), HttpResponse())
    parts = [part.split() for part in response["Content-Security-Policy"].split(";")]
    return {name: values for name, *values in parts}


def test_page_may_connect_to_its_own_socket_by_name() -> None:
    assert policy()["connect-src"] == ["'self'", "ws://testserver"]
    assert policy(secure=True)["connect-src"] == ["'self'", "wss://testserver"]


def test_page_for_a_foreign_host_names_no_socket() -> None:
    """The host of the request raises here, and the page that reports it must not fail too."""
    page = ContentSecurityPolicyMiddleware(lambda _: HttpResponse())
    response = page.process_response(RequestFactory().get("/", HTTP_HOST="evil.example"), HttpResponse())
    assert "connect-src 'self';" in response["Content-Security-Policy"]


@pytest.mark.parametrize("directive", ["script-src", "style-src", "font-src", "form-action"])
def test_policy_allows_neither_other_origins_nor_inline_code(directive: str) -> None:
    assert policy()[directive] == ["'self'"]


def test_policy_forbids_by_default() -> None:
    assert policy()["default-src"] == policy()["frame-ancestors"] == policy()["base-uri"] == ["'none'"]


@pytest.mark.parametrize("path", ["/ws/", "/ws/echo", "/ws/lab/anything"])
def test_websocket_address_answers_page_requests_with_426(client: Client, path: str) -> None:
    for answer in (client.get(path), client.post(path)):
        assert (answer.status_code, answer["Upgrade"]) == (426, "websocket")
        assert b"WebSocket" in answer.content


def test_markup_enters_a_page_by_one_policy() -> None:
    assert (policy()["require-trusted-types-for"], policy()["trusted-types"]) == (["'script'"], ["parlor"])


@pytest.mark.parametrize("path", ["/admin/", "/lab/limits"])
def test_pages_with_scripts_of_others_have_no_trusted_types(path: str) -> None:
    page = ContentSecurityPolicyMiddleware(lambda _: HttpResponse())
    response = page.process_response(RequestFactory().get(path), HttpResponse())
    assert "trusted-types" not in response["Content-Security-Policy"]


@pytest.mark.django_db
@pytest.mark.parametrize("address", ["/", "/account/login/", "/nowhere"])
def test_every_page_has_the_headers_that_keep_others_out(client: Client, address: str) -> None:
    headers = client.get(address).headers
    assert "camera=()" in headers["Permissions-Policy"]
    assert headers["Cross-Origin-Opener-Policy"] == headers["Referrer-Policy"] == "same-origin"
    assert (headers["X-Frame-Options"], headers["X-Content-Type-Options"]) == ("DENY", "nosniff")


@pytest.mark.parametrize(
    ("contact", "said"),
    [("root@chat.example", "mailto:root@chat.example"), ("https://chat.example/hole", "https://chat.example/hole")],
)
def test_security_txt_names_the_contact(client: Client, settings: Any, contact: str, said: str) -> None:
    settings.SECURITY_CONTACT = contact
    with time_machine.travel("2026-11-30T12:00:00Z", tick=False):
        answer = client.get("/.well-known/security.txt")
    assert answer.headers["Content-Type"].startswith("text/plain")
    assert answer.content.decode().splitlines()[:2] == [f"Contact: {said}", "Expires: 2027-05-29T00:00:00Z"]


def test_security_txt_is_not_there_without_a_contact(client: Client) -> None:
    assert client.get("/.well-known/security.txt").status_code == 404
