"""The requests to myUplink's API and what its answers mean."""

from collections.abc import Mapping, Sequence
from typing import Any
from urllib.parse import quote

import msgspec

from wattlink.base.outbound import Answer
from wattlink.connectors.door import VendorDoor, json_of, retry_after
from wattlink.connectors.errors import (
    CommandRefusal,
    CommandRefused,
    ConnectorError,
    CredentialsRejected,
    Refusal,
    UnexpectedAnswer,
    VendorUnavailable,
)
from wattlink.connectors.vendors.myuplink.points import Points, points_of, text_of

HOST = "api"
_PAGE_SIZE = 100
_MOST_PAGES = 50
_MANAGE = "manage"  # the premium subscription that lets others change settings


class Listed(msgspec.Struct, frozen=True, kw_only=True):
    """A device as the list of systems shows it."""

    device_id: str
    product: str | None
    system: str | None  # the name that the user gave to the system
    is_alone: bool  # in its system
    is_connected: bool


class System(msgspec.Struct, frozen=True, kw_only=True):
    """A home with its devices."""

    system_id: str
    devices: Sequence[Listed]


class Cloud:
    """The API for one account, during one visit."""

    def __init__(self, door: VendorDoor, access_token: str) -> None:
        self._door = door
        self._headers = {"authorization": f"Bearer {access_token}", "accept-language": "en-US"}

    async def systems(self) -> Sequence[System]:
        """Every system of the account; a page holds ten unless more are asked for."""
        found: list[System] = []
        for page in range(1, _MOST_PAGES + 1):
            query = {"page": str(page), "itemsPerPage": str(_PAGE_SIZE)}
            told = _told(await self._send("GET", "/v2/systems/me", query=query))
            entries = told.get("systems") if isinstance(told, dict) else None
            if not isinstance(entries, list):
                raise UnexpectedAnswer("the list of systems isn't a list")
            found += [system_of(entry) for entry in entries]
            total = told.get("numItems")
            if len(entries) < _PAGE_SIZE or (isinstance(total, int) and page * _PAGE_SIZE >= total):
                return found
        raise UnexpectedAnswer(f"more than {_MOST_PAGES} pages of systems")

    async def may_manage(self, system_id: str) -> bool | None:
        """Whether a system has the subscription for changing settings; None where the vendor can't tell now."""
        answer = await self._send("GET", f"/v2/systems/{quote(system_id, safe='')}/subscriptions")
        if answer.status in (403, 404) or answer.status >= 500:  # it fails at times while everything else works
            return None
        told = _told(answer)
        entries = told.get("subscriptions") if isinstance(told, dict) else None
        if not isinstance(entries, list):
            return None
        return any(isinstance(entry, dict) and entry.get("type") == _MANAGE for entry in entries)

    async def points(self, device_id: str) -> Points | None:
        """All that a device tells; None for one that left the account or may not be read."""
        answer = await self._send("GET", f"{_device(device_id)}/points")
        return None if _is_withheld(answer) else points_of(_told(answer))

    async def zones(self, device_id: str) -> Sequence[Mapping[str, Any]]:
        """A device's zones; empty for one without."""
        answer = await self._send("GET", f"{_device(device_id)}/smart-home-zones")
        told = [] if _is_withheld(answer) else _told(answer)
        if not isinstance(told, list):
            raise UnexpectedAnswer("the zones aren't a list")
        return [zone for zone in told if isinstance(zone, dict)]

    async def change_points(self, device_id: str, changes: Mapping[str, str]) -> None:
        """Set points to values; raises CommandRefused where one certainly wasn't set."""
        answer = await self._send("PATCH", f"{_device(device_id)}/points", json=changes)
        told = _accepted(answer)
        results = told.get("payload", told) if isinstance(told, dict) else {}
        for parameter_id in changes:
            result = results.get(parameter_id) if isinstance(results, dict) else None
            if isinstance(result, str) and result != "modified":
                raise CommandRefused(
                    CommandRefusal.PRECONDITION, f"The heat pump refused the value for its point {parameter_id}."
                )

    async def change_zone(self, device_id: str, zone_id: str, changes: Mapping[str, Any]) -> None:
        """Set what a zone does; raises CommandRefused where it certainly wasn't set."""
        _accepted(await self._send("PATCH", f"{_device(device_id)}/zones/{quote(zone_id, safe='')}", json=changes))

    async def _send(
        self, method: str, path: str, *, query: Mapping[str, str] | None = None, json: Any = None
    ) -> Answer:
        return await self._door.send(method, HOST, path, query=query, headers=self._headers, json=json)


def failure(answer: Answer) -> ConnectorError:
    """What an answer means that isn't a good one. Only the token endpoint speaks of the user's credentials."""
    status = answer.status
    if status == 401:
        return CredentialsRejected(Refusal.ACCESS_EXPIRED, f"status {status}")
    if status == 429:
        return VendorUnavailable(f"status {status}", reason="quota", retry_after=retry_after(answer, "ratelimit-reset"))
    if status == 408 or status >= 500:
        return VendorUnavailable(f"status {status}", retry_after=retry_after(answer, "ratelimit-reset"))
    return UnexpectedAnswer(f"status {status}")


def _told(answer: Answer) -> Any:
    if answer.status != 200:
        raise failure(answer)
    return json_of(answer)


def _is_withheld(answer: Answer) -> bool:
    """Whether the vendor itself keeps something from us, or hasn't it any more."""
    return answer.status in (403, 404) and not _is_page(answer)


def _is_page(answer: Answer) -> bool:
    """Whether a gateway answers in place of the vendor, whose own refusals are JSON or empty."""
    try:
        return bool(answer.body.strip()) and not isinstance(json_of(answer), dict | list)
    except UnexpectedAnswer:
        return True


def _accepted(answer: Answer) -> Any:
    """What the vendor says of a change that it took; the device was there when it was read a moment ago."""
    if answer.status >= 400 and _is_page(answer):
        raise failure(answer)
    match answer.status:
        case 400 | 409 | 422:
            raise CommandRefused(CommandRefusal.PRECONDITION, "The heat pump refused these values.")
        case 403:
            raise CommandRefused(
                CommandRefusal.PERMISSION, "myUplink misses the permission, or the premium subscription."
            )
        case 404:
            raise CommandRefused(CommandRefusal.UNREACHABLE, "The heat pump isn't connected.")
        case status if not 200 <= status < 300:
            raise failure(answer)
    return json_of(answer) if answer.body.strip() else {}


def system_of(entry: Any) -> System:
    """A system of the list."""
    devices = entry.get("devices") if isinstance(entry, dict) else None
    if not isinstance(devices, list):
        raise UnexpectedAnswer("a system without a list of devices")
    name, is_alone = text_of(entry.get("name")), len(devices) == 1
    listed = [_listed(device, name, is_alone=is_alone) for device in devices]
    return System(system_id=_id(entry.get("systemId")), devices=listed)


def _listed(device: Any, system: str | None, *, is_alone: bool) -> Listed:
    if not isinstance(device, dict):
        raise UnexpectedAnswer("a device that isn't an object")
    product = device.get("product")
    return Listed(
        device_id=_id(device.get("id")),
        product=text_of(product.get("name")) if isinstance(product, dict) else None,
        system=system,
        is_alone=is_alone,
        is_connected=device.get("connectionState") == "Connected",
    )


def _id(value: Any) -> str:
    if not isinstance(value, str) or not value:
        raise UnexpectedAnswer("a system or a device without an id")
    return value


def _device(device_id: str) -> str:
    return f"/v2/devices/{quote(device_id, safe='')}"
