"""Tests that autobahn has the formatters that are replaced, and uses them for its debug log only."""

import re
from pathlib import Path

import pytest

from realtime.server import debug_formatting


def test_formatters_are_used_for_debug_lines_only(monkeypatch: pytest.MonkeyPatch) -> None:
    for module, names in debug_formatting.FORMATTERS.items():
        source = Path(str(module.__file__)).read_text()
        for name in names:
            monkeypatch.setattr(module, name, getattr(module, name))  # and put back
            assert re.search(rf"\.debug\([^;]*?=\s*{name}\(", source), f"{module.__name__} has no use for {name}"
    debug_formatting.skip_debug_formatting()
    assert all(
        getattr(module, name) is debug_formatting.unchanged
        for module, names in debug_formatting.FORMATTERS.items()
        for name in names
    )
