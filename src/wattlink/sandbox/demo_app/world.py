"""The simulated world behind the demo: what happens to the virtual accounts, through the sandbox's control API."""

import secrets
from collections.abc import Sequence
from typing import Any
from urllib.parse import quote

import aiohttp
import msgspec

_OUTAGE = "outage"
_PASSWORDS = ("amber", "birch", "cedar", "delta", "ember", "fjord", "grove", "heath", "inlet", "juniper")


class WorldDevice(msgspec.Struct, frozen=True):
    """A device of a virtual account."""

    kind: str
    name: str
    vendor_device_id: str

    @property
    def known_as(self) -> str:
        """As the app can tell it from its like: of chargers it isn't told what their owners call them."""
        return f"{self.name} ({self.vendor_device_id})" if self.kind == "charger" else self.name


class WorldAccount(msgspec.Struct, frozen=True):
    """A login that the simulated vendor accepts, and what is wrong with it."""

    vendor: str
    username: str
    password: str
    faults: Sequence[str]
    devices: Sequence[WorldDevice]

    @property
    def is_down(self) -> bool:
        """Whether its vendor doesn't answer at the moment."""
        return _OUTAGE in self.faults


class World:
    """Turns the simulators' knobs."""

    def __init__(self, session: aiohttp.ClientSession, *, url: str, key: str) -> None:
        self._session = session
        self._accounts = f"{url.rstrip('/')}/control/accounts"
        self._headers = {"Authorization": f"Bearer {key}"}

    async def accounts(self) -> Sequence[WorldAccount]:
        """Every virtual account, by vendor."""
        async with self._session.get(self._accounts, headers=self._headers, raise_for_status=True) as answer:
            found = msgspec.json.decode(await answer.read(), type=list[WorldAccount])
        return sorted(found, key=lambda account: account.vendor)

    async def change_password(self, vendor: str, username: str) -> None:
        """As if the user had changed it at the vendor: everything granted under the old one ends."""
        await self._change(vendor, username, password=f"{secrets.choice(_PASSWORDS)}-{secrets.randbelow(900) + 100}")

    async def withdraw(self, vendor: str, username: str) -> None:
        """As if the user had taken our access back in the vendor's own app."""
        await self._change(vendor, username, withdraw=True)

    async def set_outage(self, vendor: str, username: str, *, is_down: bool) -> None:
        """As if the vendor's cloud had trouble with this account."""
        account = next(a for a in await self.accounts() if (a.vendor, a.username) == (vendor, username))
        others = [fault for fault in account.faults if fault != _OUTAGE]
        await self._change(vendor, username, faults=[*others, _OUTAGE] if is_down else others)

    async def sell(self, vendor: str, username: str, vendor_device_id: str) -> None:
        """As if the user had sold the device and removed it from the account."""
        await self._change(vendor, username, remove_devices=[vendor_device_id])

    async def buy(self, vendor: str, username: str) -> None:
        """As if the user had bought another device."""
        await self._change(vendor, username, add_devices=1)

    async def _change(self, vendor: str, username: str, **change: Any) -> None:
        url = f"{self._accounts}/{quote(vendor, safe='')}/{quote(username, safe='')}"
        async with self._session.patch(url, json=change, headers=self._headers, raise_for_status=True):
            pass
