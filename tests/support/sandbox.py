"""The simulated vendors, in this process and on a free port, with the control API's verbs as methods."""

import contextlib
from collections.abc import AsyncIterator, Iterable
from typing import Any
from urllib.parse import quote

import aiohttp
import msgspec

from wattlink.base.clock import Clock
from wattlink.connectors.simulation import Fault
from wattlink.sandbox.accounts import MemoryShelf, Shelf
from wattlink.sandbox.control import Ahead, real_time
from wattlink.sandbox.ledger import Seen
from wattlink.sandbox.server import hosts, make_app, serving

KEY = "control-key-of-the-tests"


class RunningSandbox:
    """A sandbox that answers at `base`."""

    def __init__(self, base: str, control: aiohttp.ClientSession) -> None:
        self.base = base
        self._control = control

    def hosts(self, vendor: str) -> dict[str, str]:
        """What a registration's hosts are to be."""
        return hosts(self.base, vendor)

    async def control(self, method: str, path: str, body: Any = None) -> Any:
        """One request to the control API; raises when it is refused."""
        data = None if body is None else msgspec.json.encode(body)
        async with self._control.request(method, f"{self.base}/control{path}", data=data) as answer:
            answer.raise_for_status()
            content = await answer.read()
            return msgspec.json.decode(content) if content else None

    async def open(self, vendor: str, username: str, password: str = "right", **more: Any) -> dict[str, Any]:
        """Open a virtual account (`devices=`, `knobs=`); gives it as the control API shows it."""
        account = {"vendor": vendor, "username": username, "password": password, **more}
        shown: dict[str, Any] = await self.control("POST", "/accounts", account)
        return shown

    async def change(self, vendor: str, username: str, **change: Any) -> dict[str, Any]:
        """Change a virtual account; the keywords are the fields of `AccountChange`."""
        path = f"/accounts/{vendor}/{quote(username, safe='')}"
        shown: dict[str, Any] = await self.control("PATCH", path, change)
        return shown

    async def fault(self, vendor: str, username: str, *faults: Fault) -> None:
        """Switch exactly these faults on for an account."""
        await self.change(vendor, username, faults=faults)

    async def withdraw(self, vendor: str, username: str) -> None:
        """The user withdraws what was granted so far."""
        await self.change(vendor, username, withdraw=True)

    async def vendor_fault(self, vendor: str, *faults: Fault) -> None:
        """Switch exactly these faults on for every request to a vendor."""
        await self.control("POST", f"/vendors/{vendor}", {"faults": faults})

    async def requests(self, vendor: str, after: int = 0) -> list[Seen]:
        """What the vendor was asked since request number `after`."""
        seen = await self.control("GET", f"/requests?vendor={vendor}&after={after}")
        return msgspec.convert(seen, type=list[Seen])

    async def last_request(self) -> int:
        """The number of the latest request, for `requests(after=...)`."""
        seen: Iterable[dict[str, Any]] = await self.control("GET", "/requests")
        return max((entry["number"] for entry in seen), default=0)


@contextlib.asynccontextmanager
async def running_sandbox(
    *, clock: Clock, shelf: Shelf | None = None, ahead: Ahead = real_time, port: int = 0
) -> AsyncIterator[RunningSandbox]:
    """Simulated vendors for as long as the block lasts."""
    app = make_app(shelf or MemoryShelf(), clock, key=KEY, ahead=ahead)
    authorization = {"Authorization": f"Bearer {KEY}"}
    async with serving(app, port=port) as base, aiohttp.ClientSession(headers=authorization) as control:
        yield RunningSandbox(base, control)
