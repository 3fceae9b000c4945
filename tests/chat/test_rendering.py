"""Text rendered in a process of its own: the same HTML, a bound in CPU time, and no text that ends it for others."""

import logging
import os
import signal
import socket
import subprocess
import sys
import threading
from collections.abc import Iterator
from typing import Any

import pytest

from chat import rendering, text
from chat.rendering import Renderer, TooDear, Work
from chat.text import Text, parsed

HEAVY = "see **this** and [that](https://example.com)\n\n- one\n- two\n" * 5


@pytest.fixture
def renderer() -> Iterator[Renderer]:
    renderer = Renderer()
    yield renderer
    renderer.stop()


def test_process_renders_as_the_parser_does(renderer: Renderer) -> None:
    for written in (HEAVY, "人 **山**\n" * 200, "x" * 10_000, "\U0001f600 `a`\n" * 100):
        assert renderer.render(written) == parsed(written)


def test_text_that_is_light_needs_no_process(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(rendering._renderer, "render", lambda given: Text(given, "elsewhere"))
    assert rendering.rendered("a *word*").html == "<p>a <em>word</em></p>"
    assert rendering.rendered(HEAVY).html == "elsewhere"


def test_rendering_is_charged_with_what_the_process_has_spent(
    renderer: Renderer, monkeypatch: pytest.MonkeyPatch
) -> None:
    spent: list[float] = []
    monkeypatch.setattr(rendering, "add_cpu", spent.append)
    renderer.render(HEAVY)
    assert 0 < spent[0] < rendering.MOST_S


def test_text_that_ends_the_process_is_shown_as_typed_and_the_next_is_rendered(
    renderer: Renderer, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    spent: list[float] = []
    monkeypatch.setattr(rendering, "add_cpu", spent.append)
    renderer.render(HEAVY)
    assert renderer._process is not None
    os.kill(renderer._process.pid, signal.SIGKILL)
    renderer._process.wait()
    with caplog.at_level(logging.WARNING):
        assert renderer.render(HEAVY) == Text(HEAVY)
    assert len(caplog.records) == 1
    assert spent[1] == rendering.MOST_S
    assert renderer.render(HEAVY).html


def test_process_that_hangs_is_replaced(renderer: Renderer, monkeypatch: pytest.MonkeyPatch) -> None:
    renderer.render(HEAVY)
    assert renderer._process is not None
    assert renderer._line is not None
    os.kill(renderer._process.pid, signal.SIGSTOP)
    renderer._line.settimeout(0.01)
    assert renderer.render(HEAVY) == Text(HEAVY)
    assert renderer.render(HEAVY).html


def test_process_that_cannot_start_leaves_texts_as_typed(renderer: Renderer, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("chat.rendering.sys.executable", "/nowhere/python")
    assert renderer.render(HEAVY) == Text(HEAVY)


def test_process_ignores_the_signals_of_the_group(renderer: Renderer) -> None:
    renderer.render(HEAVY)
    assert renderer._process is not None
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        os.kill(renderer._process.pid, number)
    assert renderer.render(HEAVY).html


def test_process_ends_without_a_word_when_the_server_is_killed() -> None:
    ours, theirs = socket.socketpair()
    with theirs:
        process = subprocess.Popen(
            [sys.executable, "-m", "chat.rendering"],
            cwd=rendering.FOLDER,
            stdin=theirs.fileno(),
            stdout=theirs.fileno(),
            stderr=subprocess.PIPE,
        )
    asked = rendering._framed(HEAVY.encode())
    ours.sendall(asked + asked)
    ours.recv(1)
    ours.close()  # with answers that nobody has read
    _, said = process.communicate(timeout=30)
    assert (process.returncode, said) == (0, b"")


@pytest.fixture
def work() -> Iterator[Work]:
    assert threading.current_thread() is threading.main_thread()
    before = signal.getsignal(signal.SIGPROF)
    yield Work()
    signal.signal(signal.SIGPROF, before)


def test_text_beyond_its_cpu_time_is_shown_as_typed(work: Work, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(rendering, "MOST_S", 0.001)
    local = text._local

    def endless(given: str) -> Any:
        while True:
            try:
                sum(range(1000))
            except Exception:
                raise AssertionError("a parser may not catch it") from None

    monkeypatch.setattr(text, "parsed", endless)
    answer = work.render(HEAVY)
    assert answer.html is None
    assert answer.seconds >= 0.001
    assert text._local is not local
    monkeypatch.undo()
    assert work.render(HEAVY).html == parsed(HEAVY).html


def test_bug_of_the_parser_is_one_line_and_the_text_as_typed(
    work: Work, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(text, "parsed", lambda given: 1 / 0)
    assert work.render(HEAVY).html is None
    assert capsys.readouterr().err.count("\n") == 1


def test_signal_that_comes_late_stops_nothing(work: Work) -> None:
    signal.raise_signal(signal.SIGPROF)
    work._counting = True
    with pytest.raises(TooDear):
        signal.raise_signal(signal.SIGPROF)


def test_process_starts_before_a_text_needs_it(renderer: Renderer) -> None:
    renderer.start()
    process = renderer._process
    assert process
    renderer.start()
    assert renderer.render(HEAVY).html
    assert renderer._process is process
