import os
from pathlib import Path

import pytest

from realtime.storage.sqlite import serving
from realtime.storage.sqlite.serving import AlreadyServed, serve_alone


def test_the_file_names_the_serving_process(path: str) -> None:
    held = serve_alone(path)
    assert Path(f"{path}.serving").read_text() == f"{os.getpid()}\n"
    os.close(held)


def test_a_second_server_is_told_who_serves(path: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(serving, "SERVING_TIMEOUT_S", 0.01)
    held = serve_alone(path)
    with pytest.raises(AlreadyServed, match=f"process {os.getpid()} already serves {path}"):
        serve_alone(path)
    os.close(held)


def test_the_next_server_serves_once_the_first_has_left(path: str) -> None:
    os.close(serve_alone(path))
    os.close(serve_alone(path))
