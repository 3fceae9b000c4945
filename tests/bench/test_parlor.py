"""Tests of the servers that are measured."""

import sys
from contextlib import ExitStack
from pathlib import Path

from bench import proc
from bench.parlor import Parlor
from bench.servers import run


def test_measured_process_is_the_only_one_that_serves(tmp_path: Path) -> None:
    with ExitStack() as stack:
        parlor = Parlor(stack)
        given = parlor.environment(tmp_path, None)
        run(sys.executable, "manage.py", "migrate", "--verbosity", "0", environment=given)
        pid = stack.enter_context(parlor.process("127.0.0.1", given))
        assert (tmp_path / "parlor.sqlite3.serving").read_text() == f"{pid}\n"
        assert proc.tree(pid) == [pid]
