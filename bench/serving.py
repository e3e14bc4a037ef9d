"""Processes that are measured: a server of one process, the worker, PostgreSQL; and the CPU time that each has used."""

import contextlib
import os
import socket
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path

import msgspec

_ROOT = Path(__file__).parents[1]


class Contender(msgspec.Struct, frozen=True):
    """A server that is measured."""

    name: str
    address: str
    pid: int


@contextlib.contextmanager
def serving(
    name: str, app: str, prefix: str, environment: Mapping[str, str], *, port: int | None = None
) -> Iterator[Contender]:
    """A server in a process of its own, until the block ends."""
    port = port or free_port()
    options = ["--interface", "asgi", "--loop", "uvloop", "--workers", "1", "--no-ws", "--log-level", "warning"]
    words = ["granian", *options, "--port", str(port), "--factory", app]
    with _running(words, environment) as process:
        _wait_for(port, process)
        yield Contender(name, f"http://127.0.0.1:{port}{prefix}", process.pid)


@contextlib.contextmanager
def working(environment: Mapping[str, str]) -> Iterator[int]:
    """A `wattlink work`, until the block ends; gives its id."""
    with _running(["wattlink", "work"], environment) as process:
        yield process.pid


@contextlib.contextmanager
def _running(words: Sequence[str], environment: Mapping[str, str]) -> Iterator[subprocess.Popen[bytes]]:
    """A Python module in a process of its own."""
    process = subprocess.Popen([sys.executable, "-m", *words], env=environment, cwd=_ROOT)
    try:
        yield process
    finally:
        process.terminate()
        process.wait(60)


def free_port() -> int:
    """A port of loopback that nobody uses."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def _wait_for(port: int, process: subprocess.Popen[bytes]) -> None:
    for _ in range(300):
        with socket.socket() as probe:
            if probe.connect_ex(("127.0.0.1", port)) == 0:
                return
        if process.poll() is not None:
            break
        time.sleep(0.1)
    raise RuntimeError("a server didn't start")


def postgres_pid(data: Path) -> int:
    """The process of the embedded PostgreSQL that runs on this data folder."""
    return int((data / "cluster" / "postmaster.pid").read_text().split()[0])


def cpu_seconds(pid: int) -> float:
    """CPU time of a process and its children, those that ended among them, as Linux counts it."""
    fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    children = Path(f"/proc/{pid}/task/{pid}/children").read_text().split()
    own = sum(int(fields[at]) for at in (11, 12, 13, 14)) / os.sysconf("SC_CLK_TCK")
    return own + sum(_of_child(int(child)) for child in children)


def _of_child(pid: int) -> float:
    try:
        return cpu_seconds(pid)
    except FileNotFoundError:  # ended at this moment, and is counted with its parent the next time
        return 0.0
