"""Commands of apps that run beside the server, one process each, such as the worker of background tasks."""

import sys
from collections.abc import Callable, Sequence
from typing import Final, NamedTuple


class _Companion(NamedTuple):
    name: str
    arguments: Sequence[str]
    wanted: Callable[[], bool]
    late: Callable[[], bool]


_companions: Final[list[_Companion]] = []


def accompany(
    name: str, arguments: Sequence[str], wanted: Callable[[], bool], late: Callable[[], bool] = lambda: False
) -> None:
    """Let `manage.py serve` run `manage.py <arguments>` beside it if `wanted()`. An app calls this in `ready`.

    The command gets `--child <descriptor>`: a socket to write to when it is ready and then every few seconds. At the
    end of that socket, and at SIGTERM, it finishes its work and ends. `name` is how the log calls the process. While
    `late()`, which may query, its work waits too long, and `/readyz` says that the server is degraded.
    """
    _companions.append(_Companion(name, arguments, wanted, late))


def late_companions() -> list[str]:
    """Return the names of the companions whose work waits too long."""
    return [each.name for each in _companions if each.wanted() and each.late()]


def companion_commands() -> dict[str, list[str]]:
    """Return the command lines of the companions by name. They repeat how this management command was started."""
    manage = sys.orig_argv[1 : len(sys.orig_argv) - len(sys.argv) + 1]
    return {
        each.name: [sys.executable, *manage, *each.arguments, "--skip-checks"] for each in _companions if each.wanted()
    }
