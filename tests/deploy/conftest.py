"""Parlors as they are deployed, on either database."""

import secrets
from collections.abc import Iterator

import pytest

from tests.chaos.database import Postgres
from tests.services.parlor import Parlor


@pytest.fixture(
    scope="module",
    params=[
        pytest.param("sqlite", marks=pytest.mark.sqlite),
        pytest.param("postgresql", marks=pytest.mark.postgresql),
    ],
)
def parlor(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Parlor]:
    """Running on a database of its own; tests leave it so, and take rooms of their own."""
    folder = tmp_path_factory.mktemp("parlor")
    if request.param == "sqlite":
        with Parlor(folder) as parlor:
            yield parlor
        return
    database = Postgres(request.getfixturevalue("postgres_url"), f"deploy_{secrets.token_hex(6)}")
    database.create()
    with Parlor(folder, DATABASE_URL=database.url) as parlor:
        yield parlor
    database.drop()
