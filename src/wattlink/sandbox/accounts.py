"""The virtual accounts: authority in memory, every change saved before it is answered."""

import asyncio
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from typing import Protocol

from wattlink.connectors.simulation import State

Key = tuple[str, str]
"""Vendor and user name."""


class Shelf(Protocol):
    """Where virtual accounts outlive the process."""

    async def load_all(self) -> Iterable[tuple[str, str, State]]:
        """Every account: vendor, user name, state."""
        ...

    async def save(self, vendor: str, username: str, state: State) -> None: ...

    async def delete(self, vendor: str, username: str) -> None: ...


class MemoryShelf:
    """A shelf for tests and load: nothing outlives the process."""

    async def load_all(self) -> Iterable[tuple[str, str, State]]:
        return ()

    async def save(self, vendor: str, username: str, state: State) -> None:
        pass

    async def delete(self, vendor: str, username: str) -> None:
        pass


@dataclass
class VirtualAccount:
    """An account at a simulated vendor; whoever changes it holds its lock."""

    vendor: str
    username: str
    state: State
    lock: asyncio.Lock = field(default_factory=asyncio.Lock)

    @property
    def application(self) -> str | None:
        """Whose it is; None: nobody's, but within operators' reach."""
        return self.state.get("application")

    @property
    def owner(self) -> str:
        """The application's id, empty for an account of nobody's."""
        return self.application or ""


class VirtualAccounts:
    """All virtual accounts of all vendors."""

    def __init__(self, shelf: Shelf) -> None:
        self._shelf = shelf
        self._accounts: dict[Key, VirtualAccount] = {}

    async def load(self) -> None:
        """Take what the shelf holds."""
        for vendor, username, state in await self._shelf.load_all():
            self._accounts[vendor, username] = VirtualAccount(vendor, username, state)

    def __iter__(self) -> Iterator[VirtualAccount]:
        return iter(tuple(self._accounts.values()))

    def find(self, vendor: str, username: str | None) -> VirtualAccount | None:
        """The account, if there is one."""
        return self._accounts.get((vendor, username)) if username is not None else None

    async def add(self, vendor: str, username: str, state: State) -> None:
        """Open an account, or begin it anew."""
        await self._shelf.save(vendor, username, state)
        self._accounts[vendor, username] = VirtualAccount(vendor, username, state)

    async def change(self, account: VirtualAccount, verb: Callable[[State], State]) -> None:
        """Apply a pure change to an account."""
        async with account.lock:
            await self.keep(account, verb(account.state))

    async def keep(self, account: VirtualAccount, state: State) -> None:
        """Save what an account became; the caller holds its lock."""
        if state != account.state:
            await self._shelf.save(account.vendor, account.username, state)
            account.state = state

    async def remove(self, account: VirtualAccount) -> None:
        """Close an account."""
        async with account.lock:
            await self._shelf.delete(account.vendor, account.username)
            self._accounts.pop((account.vendor, account.username), None)
