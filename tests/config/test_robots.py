"""Tests of what search engines may list."""

from typing import Any

import pytest
from django.test import Client

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize("path", ["/", "/account/login/", "/nothing", "/robots.txt", "/enter/"])
def test_no_page_is_listed_unless_it_is_asked_for(client: Client, path: str) -> None:
    assert client.get(path)["X-Robots-Tag"] == "noindex"


def test_page_of_rooms_is_marked_as_not_listed_too(client: Client) -> None:
    assert b'<meta name="robots" content="noindex">' in client.get("/").content
    assert client.get("/robots.txt").content == b"User-agent: *\nDisallow: /\n"


def test_public_rooms_are_listed_when_the_site_allows_it(client: Client, settings: Any) -> None:
    settings.SEARCH_ENGINES = True
    page = client.get("/")
    assert "X-Robots-Tag" not in page
    assert b"noindex" not in page.content
    assert client.get("/account/login/")["X-Robots-Tag"] == "noindex"
    assert b"Disallow: /account/" in client.get("/robots.txt").content
