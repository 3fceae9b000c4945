import os
from pathlib import Path

import pytest

from realtime.storage.sqlite import serving
from realtime.storage.sqlite.serving import AlreadyServed, serve_alone


def test_serving_file_names_the_process(path: str) -> None:
    held = serve_alone(path)
    assert Path(f"{path}.serving").read_text() == f"{os.getpid()}\n"
    os.close(held)


def test_second_server_gets_the_id_of_the_first(path: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(serving, "SERVING_TIMEOUT_S", 0.01)
    held = serve_alone(path)
    with pytest.raises(AlreadyServed, match=f"process {os.getpid()} already serves {path}"):
        serve_alone(path)
    os.close(held)


def test_next_server_serves_after_the_first_has_stopped(path: str) -> None:
    os.close(serve_alone(path))
    os.close(serve_alone(path))
