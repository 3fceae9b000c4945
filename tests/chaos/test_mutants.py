"""Tests that mutants still change the server."""

from typing import Any

import pytest

from tests.chaos import mutants


@pytest.mark.parametrize("name", mutants.MUTANTS)
def test_mutant_replaces_attributes_that_exist(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    replaced: list[Any] = []
    monkeypatch.setattr(mutants, "patch", lambda owner, attribute, _: replaced.append(getattr(owner, attribute)))
    mutants.MUTANTS[name].apply()
    assert replaced
