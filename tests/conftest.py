"""What all tests share: the services that `make test` started, and a fresh channel layer."""

import os
from collections.abc import Iterator

import pytest
from channels.layers import channel_layers


@pytest.fixture(scope="session")
def redis_url() -> str:
    """A private redis-server. Without one the test is not run, and the table of `make test` says so."""
    if url := os.environ.get("TEST_REDIS_URL"):
        return url
    pytest.skip("no redis-server: run `make test`, or set TEST_REDIS_URL")


@pytest.fixture(scope="session")
def postgres_url() -> str:
    """A private PostgreSQL with rights to create databases."""
    if url := os.environ.get("TEST_POSTGRES_URL"):
        return url
    pytest.skip("no PostgreSQL: run `make test`, or set TEST_POSTGRES_URL")


@pytest.fixture(autouse=True)
def fresh_channel_layer() -> Iterator[None]:
    """Channel layers are kept for the process: no group outlives its test."""
    yield
    channel_layers.backends.clear()
