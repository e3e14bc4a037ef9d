"""Hashing of passwords with argon2id, in a few threads of low priority, so that a burst holds up nobody else.

Whoever waits for a hash holds no connection to the database. An unknown user costs the same hash as a known one.
"""

import asyncio
import base64
import contextlib
import functools
import os
import secrets
import threading
from collections.abc import AsyncIterator, Callable
from concurrent.futures import ThreadPoolExecutor
from typing import TypeVar

import msgspec
from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError

from wattlink.domain.errors import Overloaded

T = TypeVar("T")

_MOST_WAITING = 1_000
_POLITER = 10  # of 19: other threads of the machine come first


class Cost(msgspec.Struct, frozen=True, kw_only=True):
    """What a hash costs: the first choice of OWASP, about 20 ms and 19 MiB."""

    passes: int = 2
    memory_kib: int = 19_456


class Verdict(msgspec.Struct, frozen=True):
    """Whether a password is right, and its hash anew if it was made at another cost."""

    is_right: bool
    better_hash: str | None = None


class Passwords:
    """Hashes and verifies. Use as a context manager; `threads` bounds both cores and memory."""

    def __init__(self, *, threads: int = 1, cost: Cost | None = None) -> None:
        cost = cost or Cost()
        self._hasher = PasswordHasher(time_cost=cost.passes, memory_cost=cost.memory_kib, parallelism=1)
        self._threads = ThreadPoolExecutor(threads, thread_name_prefix="passwords", initializer=_be_polite)
        self._turns = asyncio.Semaphore(threads + 1)  # one more than can be hashed, so that no thread waits
        self._waiting = 0
        self._nobodys = functools.cache(lambda: self._hasher.hash(secrets.token_urlsafe()))

    def __enter__(self) -> "Passwords":
        return self

    def __exit__(self, *_: object) -> None:
        self._threads.shutdown(cancel_futures=True)

    @contextlib.asynccontextmanager
    async def turn(self) -> AsyncIterator[None]:
        """Wait for a thread before anything is done for it; raises Overloaded where too many wait."""
        if self._waiting >= _MOST_WAITING:
            raise Overloaded("too many passwords wait to be verified")
        self._waiting += 1
        try:
            async with self._turns:
                yield
        finally:
            self._waiting -= 1

    async def hash(self, password: str) -> str:
        """The hash to keep, with its salt and its cost; raises Overloaded."""
        async with self.turn():
            return await self._run(lambda: self._hasher.hash(password))

    async def verify(self, password: str, kept: str | None) -> Verdict:
        """Within a turn: whether the password is the one of the hash; None costs the same and is never right."""
        return await self._run(lambda: self._verdict(password, kept))

    def _verdict(self, password: str, kept: str | None) -> Verdict:
        try:
            self._hasher.verify(kept or self._nobodys(), password)
        except (VerificationError, InvalidHashError):
            return Verdict(False)
        if kept is None:
            return Verdict(False)
        if not self._hasher.check_needs_rehash(kept):
            return Verdict(True)
        return Verdict(True, self._hasher.hash(password, salt=_decoded(salt_of(kept))))

    async def _run(self, work: Callable[[], T]) -> T:
        return await asyncio.get_running_loop().run_in_executor(self._threads, work)


def salt_of(kept: str) -> str:
    """The same for two hashes of one choice of a password: a better hash keeps it, another password has another."""
    return kept.rsplit("$", 2)[1]


def _decoded(salt: str) -> bytes:
    return base64.b64decode(salt + "=" * (-len(salt) % 4))


def _be_polite() -> None:
    """Linux keeps a priority per thread; elsewhere the number of threads has to do."""
    if hasattr(os, "setpriority"):
        with contextlib.suppress(OSError):
            os.setpriority(os.PRIO_PROCESS, threading.get_native_id(), _POLITER)
