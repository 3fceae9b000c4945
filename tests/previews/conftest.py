"""Fixtures of previews: a site on a loopback address, and a policy that allows this site by name."""

from collections.abc import Iterator
from ipaddress import ip_network

import pytest

from previews.network import Policy
from tests.previews.site import Site

LOOPBACK = ip_network("127.0.0.0/8")


@pytest.fixture
def site() -> Iterator[Site]:
    with Site() as site:
        yield site


@pytest.fixture
def policy(site: Site) -> Policy:
    """Allow the loopback network, as a site may do with a network of its own. `site.test` is the site there."""
    return Policy(ports=[site.port], networks=[LOOPBACK], resolve=lambda host, port: ["127.0.0.1"])
