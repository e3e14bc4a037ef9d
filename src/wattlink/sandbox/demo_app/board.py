"""What the app shows of its user: the devices, what each needs, and the vendors that they come from."""

import asyncio
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from urllib.parse import quote

from wattlink.sandbox.demo_app.enode import Enode, EnodeError
from wattlink.sandbox.demo_app.person import path_of

LISTS = {
    "vehicle": "vehicles",
    "charger": "chargers",
    "hvac": "hvacs",
    "inverter": "inverters",
    "battery": "batteries",
    "meter": "meters",
}
"""The kinds of devices that the app knows, with the API's name of their list."""
_USERS = "1000"  # so many are looked at


@dataclass(frozen=True)
class Need:
    """An intervention: what somebody must do before the device can do all it could."""

    title: str
    description: str  # Markdown
    is_mended_by_linking: bool

    @property
    def lead(self) -> str:
        """The description's first paragraph."""
        return self.description.partition("\n\n")[0]

    @property
    def rest(self) -> str:
        """What follows it."""
        return self.description.partition("\n\n")[2]


@dataclass(frozen=True)
class Tile:
    """A device of the user, as the API tells it."""

    kind: str
    device: Mapping[str, Any]
    needs: Sequence[Need]

    @property
    def device_id(self) -> str:
        """The id that stays the same however often the device is linked again."""
        return str(self.device["id"])

    @property
    def name(self) -> str:
        """What its owner calls it, or else what it is."""
        information = self.device["information"]
        return information.get("displayName") or self.model

    @property
    def model(self) -> str:
        """Brand, model and year, as far as they are known."""
        information = self.device["information"]
        brand, model = information["brand"] or "", information["model"] or ""
        parts = ("" if model.startswith(brand) else brand, model, information.get("year"))
        return " ".join(str(part) for part in parts if part)

    @property
    def detail(self) -> str:
        """What tells it from others of its name."""
        information = self.device["information"]
        others = (information.get(name) for name in ("serialNumber", "siteName", "groupName"))
        return self.model if self.model != self.name else next(filter(None, others), "")

    @property
    def last_seen(self) -> datetime:
        """When the vendor last heard of it."""
        return datetime.fromisoformat(self.device["lastSeen"])

    @property
    def can_be_mended_by_linking(self) -> bool:
        """Whether the app should offer to link again."""
        return any(need.is_mended_by_linking for need in self.needs)

    @property
    def charging_action(self) -> str | None:
        """What its user may tell it now: `START`, `STOP`, or nothing."""
        charge = self.device.get("chargeState", {})
        if self.kind not in ("vehicle", "charger") or not charge["isPluggedIn"] or charge.get("isFullyCharged"):
            return None
        action = "STOP" if charge["isCharging"] else "START"
        capability = self.device["capabilities"]["stopCharging" if charge["isCharging"] else "startCharging"]
        return action if capability["isCapable"] else None


@dataclass(frozen=True)
class LinkedVendor:
    """Where devices come from."""

    vendor: str
    kind: str
    is_valid: bool


@dataclass(frozen=True)
class Board:
    """Everything that the app shows of one user."""

    tiles: Sequence[Tile]
    vendors: Sequence[LinkedVendor]
    users: Sequence[str]  # the newest ones of the application, whichever API they came by

    @property
    def broken_vendors(self) -> frozenset[str]:
        """The vendors where the user has to sign in again."""
        return frozenset(linked.vendor for linked in self.vendors if not linked.is_valid)


class Boards:
    """Reads boards; interventions hardly ever change, so each is asked for once."""

    def __init__(self, enode: Enode, *, language: str = "en-US") -> None:
        self._enode = enode
        self._language = language
        self._needs: dict[str, Need] = {}

    async def of_user(self, user_id: str) -> Board:
        """The user's board; an empty one for somebody who has never linked. Raises EnodeError."""
        user = path_of(user_id)
        lists = await asyncio.gather(*(self._enode.list(f"{user}/{path}") for path in LISTS.values()))
        tiles = [
            Tile(kind, device, await self._needs_of(device))
            for kind, devices in zip(LISTS, lists, strict=True)
            for device in reversed(devices)  # the API gives the newest first
        ]
        users = await self._users()
        # Somebody is a user from their first link session on; to ask for one who isn't would be an error.
        vendors = await self._vendors_of(user_id) if tiles or user_id in users else ()
        return Board(tiles, vendors, users)

    async def _users(self) -> Sequence[str]:
        newest = await self._enode.ask("GET", "/users", query={"pageSize": _USERS})
        return [user["id"] for user in newest["data"]]

    async def _vendors_of(self, user_id: str) -> Sequence[LinkedVendor]:
        user = path_of(user_id)
        try:
            told = await self._enode.ask("GET", user)
        except EnodeError as error:
            if error.status == 404:  # deleted meanwhile
                return ()
            raise
        return [
            LinkedVendor(linked["vendor"], linked["vendorType"], linked["isValid"]) for linked in told["linkedVendors"]
        ]

    async def _needs_of(self, device: Mapping[str, Any]) -> Sequence[Need]:
        return [await self._need(intervention_id) for intervention_id in _intervention_ids(device)]

    async def _need(self, intervention_id: str) -> Need:
        if intervention_id not in self._needs:
            path = f"/interventions/{quote(intervention_id, safe='')}"
            told = (await self._enode.ask("GET", path, query={"language": self._language}))["resolution"]
            self._needs[intervention_id] = Need(told["title"], told["description"], told["action"] == "Link")
        return self._needs[intervention_id]


def _intervention_ids(device: Mapping[str, Any]) -> Iterable[str]:
    """Those of all capabilities, each once, in the order in which they appear."""
    parts = device["capabilities"].values()
    capabilities = [part for part in parts if isinstance(part, dict) and "interventionIds" in part]
    return dict.fromkeys(found for capability in capabilities for found in capability["interventionIds"])
