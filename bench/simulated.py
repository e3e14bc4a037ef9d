"""The simulated vendor with many accounts that are signed in already, in a process of its own.

Both sides compute the same accounts: `signed_in(number)` gives the tokens that the process will know.
"""

import asyncio
import subprocess
import sys
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from datetime import datetime
from typing import NamedTuple

import msgspec
import uvloop

from wattlink.base.clock import system_clock
from wattlink.connectors.registry import manifests, simulator
from wattlink.connectors.simulation import SimulatedRequest, State
from wattlink.sandbox.accounts import MemoryShelf
from wattlink.sandbox.server import make_app, serving

VENDOR = "easee"
HOST = next(iter(manifests()[VENDOR].hosts))
_PASSWORD = "bench"


class Tokens(msgspec.Struct, rename="camel"):
    """What a sign-in gives."""

    access_token: str
    refresh_token: str


class Login(NamedTuple):
    """An account, and two sign-ins to it that rotate each by itself."""

    username: str
    state: State
    ours: Tokens
    bare: Tokens


def signed_in(number: int, now: datetime, **knobs: int) -> Login:
    """An account with one charger; the same for the same arguments."""
    username = f"user{number}@example.com"
    vendor = simulator(VENDOR)
    state: State | None = {**vendor.new_account(username, _PASSWORD, now), **knobs}
    body = msgspec.json.encode({"userName": username, "password": _PASSWORD})
    login = SimulatedRequest(method="POST", host=HOST, path="/api/accounts/login", body=body)
    found = []
    for _ in range(2):
        answer, state = vendor.handle(login, state, now)
        found.append(msgspec.json.decode(answer.body, type=Tokens))
    assert state is not None
    return Login(username, state, *found)


class _SignedIn(MemoryShelf):
    def __init__(self, number: int, now: datetime, grace_seconds: int) -> None:
        self._logins = [signed_in(each, now, grace_seconds=grace_seconds) for each in range(number)]

    async def load_all(self) -> Iterable[tuple[str, str, State]]:
        return [(VENDOR, login.username, login.state) for login in self._logins]


async def serve(number: int, now: datetime, grace_seconds: int) -> None:
    """Serve until standard input ends; the base URL is printed."""
    app = make_app(_SignedIn(number, now, grace_seconds), system_clock, key="unused")
    async with serving(app) as base:
        print(base, flush=True)
        await asyncio.get_running_loop().run_in_executor(None, sys.stdin.read)


@contextmanager
def running_simulator(number: int, now: datetime, *, grace_seconds: int = 60) -> Iterator[str]:
    """Start the process, give its base URL, and end it."""
    command = [sys.executable, "-m", "bench.simulated", str(number), now.isoformat(), str(grace_seconds)]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdin is not None
        assert process.stdout is not None
        try:
            yield process.stdout.readline().strip()
        finally:
            process.stdin.close()


if __name__ == "__main__":
    uvloop.run(serve(int(sys.argv[1]), datetime.fromisoformat(sys.argv[2]), int(sys.argv[3])))
