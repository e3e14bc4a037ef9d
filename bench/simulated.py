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
from wattlink.connectors.registry import clouds, simulator
from wattlink.connectors.simulation import SimulatedRequest, State
from wattlink.sandbox.accounts import MemoryShelf, Shelf
from wattlink.sandbox.server import make_app, serving

VENDOR = "easee"
HOST = next(iter(clouds()[VENDOR].hosts))
PASSWORD = "bench"


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


def name_of(number: int) -> str:
    """The user name of an account."""
    return f"user{number}@example.com"


def signed_in(number: int, now: datetime, **knobs: int) -> Login:
    """An account with one charger; the same for the same arguments."""
    username = name_of(number)
    vendor = simulator(VENDOR)
    state: State | None = {**vendor.new_account(username, PASSWORD, now), **knobs}
    body = msgspec.json.encode({"userName": username, "password": PASSWORD})
    headers = {"content-type": "application/json"}
    login = SimulatedRequest(method="POST", host=HOST, path="/api/accounts/login", headers=headers, body=body)
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


class _Fresh(MemoryShelf):
    """Accounts of every vendor that nobody has signed in to."""

    def __init__(self, number: int, now: datetime) -> None:
        self._number, self._now = number, now

    async def load_all(self) -> Iterable[tuple[str, str, State]]:
        return [
            (vendor, name_of(each), simulator(vendor).new_account(name_of(each), PASSWORD, self._now))
            for vendor in clouds()
            for each in range(self._number)
        ]


async def serve(shelf: Shelf) -> None:
    """Serve until standard input ends; the base URL is printed."""
    app = make_app(shelf, system_clock, key="unused")
    async with serving(app) as base:
        print(base, flush=True)
        await asyncio.get_running_loop().run_in_executor(None, sys.stdin.read)


@contextmanager
def running_simulator(
    number: int, now: datetime, *, grace_seconds: int = 60, are_signed_in: bool = True
) -> Iterator[str]:
    """Start the process, give its base URL, and end it; with this many accounts, or, if fresh, as many per vendor."""
    kind = "signed-in" if are_signed_in else "fresh"
    command = [sys.executable, "-m", "bench.simulated", kind, str(number), now.isoformat(), str(grace_seconds)]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdin is not None
        assert process.stdout is not None
        try:
            yield process.stdout.readline().strip()
        finally:
            process.stdin.close()


if __name__ == "__main__":
    kind, number, now = sys.argv[1], int(sys.argv[2]), datetime.fromisoformat(sys.argv[3])
    uvloop.run(serve(_Fresh(number, now) if kind == "fresh" else _SignedIn(number, now, int(sys.argv[4]))))
