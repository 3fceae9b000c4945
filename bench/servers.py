"""The servers under test: how to build each, start it on a port, and send to it."""

import os
import resource
import shlex
import shutil
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from bench import proc

HERE = Path(__file__).resolve().parent
ROOT = HERE.parent
BUILD = HERE / ".build"
PEERS = HERE / "peers"
SERVER_CORE, LOAD_CORE = "0", "1"


class Missing(Exception):
    """A server cannot be built on this machine; the text says what is missing."""


@dataclass(frozen=True)
class Peer:
    """A server to compare with. `command` contains `{port}`; `load` has further options of the generator."""

    name: str
    title: str
    command: tuple[str, ...]
    build: Callable[[], str]
    """Build the server and return its version, or raise `Missing`."""
    load: tuple[str, ...] = ()


@dataclass(frozen=True)
class Target:
    """A server that listens: its addresses, its process ids, and the generator's options for it."""

    addresses: Sequence[str]
    pids: Sequence[int]
    load: Sequence[str]


def run(*command: str, cwd: Path = ROOT, environment: Mapping[str, str] | None = None) -> str:
    """Return what a command prints. Raise `Missing` with its last line when it fails."""
    try:
        done = subprocess.run(
            command, cwd=cwd, env=environment, capture_output=True, text=True, check=False, timeout=600
        )
    except (OSError, subprocess.TimeoutExpired) as error:
        raise Missing(f"{command[0]}: {error}") from None
    if done.returncode:
        output = (done.stderr + done.stdout).strip().splitlines() or ["failed"]
        raise Missing(f"{' '.join(command[:3])}: {output[-1]}")
    return done.stdout


def newer(made: Path, *sources: Path) -> bool:
    return made.exists() and all(made.stat().st_mtime > source.stat().st_mtime for source in sources)


@cache
def generator() -> Path:
    """Return the load generator, compiled when its source is newer."""
    made, source = BUILD / "load", HERE / "load.c"
    BUILD.mkdir(exist_ok=True)
    if not newer(made, source):
        run("cc", "-O2", "-Wall", "-o", str(made), str(source))
    return made


@cache
def node_modules() -> Path:
    """Install the packages of `peers/package-lock.json` in .build, and return their folder."""
    modules, pinned = BUILD / "node_modules", ("package.json", "package-lock.json")
    BUILD.mkdir(exist_ok=True)
    if not newer(modules / ".package-lock.json", *(PEERS / name for name in pinned)):
        for name in pinned:
            shutil.copy(PEERS / name, BUILD / name)
        run("npm", "ci", "--no-audit", "--no-fund", cwd=BUILD)
    return modules


def node(package: str) -> Callable[[], str]:
    def build() -> str:
        version = f"require('{node_modules()}/{package}/package.json').version"
        return f"{package} {run('node', '-p', version).strip()}, node {run('node', '--version').strip()[1:]}"

    return build


def go(source: str) -> Callable[[], str]:
    """Build a Go server. Debian's golang-github-gorilla-websocket-dev has the sources, so no module proxy is asked."""

    def build() -> str:
        made, path = BUILD / source, PEERS / f"{source}.go"
        BUILD.mkdir(exist_ok=True)
        if not newer(made, path):
            given = {**os.environ, "GO111MODULE": "off", "GOPATH": "/usr/share/gocode"}
            run("go", "build", "-o", str(made), str(path), environment=given)
        package = run("dpkg-query", "-W", "-f", "${Version}", "golang-github-gorilla-websocket-dev")
        return f"gorilla/websocket {package}, {run('go', 'version').split()[2]}"

    return build


@cache
def venv() -> Path:
    """Return the Python of a virtual environment with `peers/requirements.txt`."""
    python, pins = BUILD / "venv" / "bin" / "python", PEERS / "requirements.txt"
    stamp = BUILD / "venv" / "installed"
    if not newer(stamp, pins):
        run(sys.executable, "-m", "venv", "--clear", str(BUILD / "venv"))
        run(str(python), "-m", "pip", "install", "-q", "--disable-pip-version-check", "-r", str(pins))
        stamp.touch()
    return python


def python(package: str) -> Callable[[], str]:
    def build() -> str:
        asked = f"import importlib.metadata as m; print(m.version('{package}'))"
        return f"{package} {run(str(venv()), '-c', asked).strip()}, Python {sys.version.split()[0]}"

    return build


def _node(file: str) -> tuple[str, ...]:
    return ("env", f"NODE_PATH={BUILD}/node_modules", "NODE_ENV=production", "node", f"{PEERS}/{file}", "{port}")


def _python(file: str) -> tuple[str, ...]:
    return (f"{BUILD}/venv/bin/python", f"{PEERS}/{file}", "{port}")


_SOCKETIO = ("-u", "/socket.io/?EIO=4&transport=websocket", "-g", "40", "-o", "40{", "-m", '42["m","@"]')
_CHANNELS = ("-m", '{"message": "@"}')

ALL: Mapping[str, Peer] = {
    peer.name: peer
    for peer in (
        Peer("socketio", "Socket.IO", _node("socketio.js"), node("socket.io"), _SOCKETIO),
        Peer("python-socketio", "python-socketio", _python("socketio_room.py"), python("python-socketio"), _SOCKETIO),
        Peer("websockets", "websockets.broadcast", _python("websockets_room.py"), python("websockets")),
        Peer("ws", "ws", _node("ws.js"), node("ws")),
        Peer("ws-joined", "ws, joined", _node("ws_joined.js"), node("ws")),
        Peer("gorilla", "gorilla", (f"{BUILD}/gorilla", "{port}"), go("gorilla")),
        Peer("gorilla-joined", "gorilla, joined", (f"{BUILD}/gorilla_joined", "{port}"), go("gorilla_joined")),
        Peer("uws", "µWebSockets.js", _node("uws.js"), node("uwebsockets")),
        Peer("channels", "Channels tutorial", _python("channels_room.py"), python("channels"), _CHANNELS),
    )
}


def many_files() -> None:
    """Raise the limit of open files as far as the system allows, because each client needs one."""
    _, most = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (most, most))


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


def listens(host: str, port: int) -> bool:
    with socket.socket() as probe:
        return probe.connect_ex((host, port)) == 0


@contextmanager
def started(
    command: Sequence[str], address: tuple[str, int], environment: Mapping[str, str] | None = None
) -> Iterator[int]:
    """Start a server pinned to its core, and yield its process id once it listens. End it with all its children."""
    if listens(*address):
        raise RuntimeError(f"{address} is in use already")
    pinned = ["taskset", "-c", SERVER_CORE, *command]
    with tempfile.TemporaryFile("w+") as log:
        server = subprocess.Popen(pinned, cwd=ROOT, env=environment, stdout=log, stderr=log)
        try:
            for _ in range(600):
                if server.poll() is not None or listens(*address):
                    break
                time.sleep(0.05)
            else:
                server.kill()
            if server.poll() is not None:
                log.seek(0)
                raise RuntimeError(f"{shlex.join(command)} did not start: {log.read()[-2000:]}")
            time.sleep(0.5)
            yield server.pid
        finally:
            _end(server)


@contextmanager
def serving(peer: Peer) -> Iterator[Target]:
    port = free_port()
    command = [word.format(port=port) for word in peer.command]
    with started(command, ("127.0.0.1", port)) as pid:
        yield Target([f"127.0.0.1:{port}"], [pid], peer.load)


@contextmanager
def on_core(core: str) -> Iterator[None]:
    """Pin the processes that start inside to this core."""
    before = os.sched_getaffinity(0)
    os.sched_setaffinity(0, {int(core)})
    try:
        yield
    finally:
        os.sched_setaffinity(0, before)


def _end(server: "subprocess.Popen[bytes]") -> None:
    every = proc.tree(server.pid)
    server.terminate()
    try:
        server.wait(30)
    except subprocess.TimeoutExpired:
        server.kill()
        server.wait()
    for pid in every[1:]:
        if Path(f"/proc/{pid}").exists():
            os.kill(pid, 9)
