"""Speaks to the control API of the sandbox's process, which has authority over the virtual accounts."""

from collections.abc import Sequence
from typing import Any, TypeVar
from urllib.parse import quote, unquote, urlencode

import msgspec

from wattlink.base.outbound import Outbound
from wattlink.connectors.devices import Kind
from wattlink.domain.errors import AlreadyExists, InvalidInput, NotFound

T = TypeVar("T")


class KeptDevice(msgspec.Struct, frozen=True):
    """A virtual device, in the words of all vendors."""

    vendor_device_id: str
    kind: Kind
    name: str
    words: dict[str, Any]


class KeptAccount(msgspec.Struct, frozen=True):
    """A virtual account."""

    vendor: str
    username: str
    password: str
    faults: list[str]
    application: str | None
    latency_seconds: float
    devices: list[KeptDevice]


class Keeper:
    """The control API, for a caller with this reach."""

    def __init__(self, outbound: Outbound, *, url: str, key: str, reach: Sequence[str]) -> None:
        self._outbound = outbound
        self._base = f"{url.rstrip('/')}/control"
        self._key = key
        self._reach = reach

    async def accounts(self, vendor: str | None) -> list[KeptAccount]:
        """The virtual accounts within reach."""
        return await self._ask("GET", "/accounts", list[KeptAccount], vendor=vendor)

    async def account(self, vendor: str, username: str) -> KeptAccount:
        """One of them; raises NotFound."""
        return await self._ask("GET", _path(vendor, username), KeptAccount)

    async def open(self, account: dict[str, Any]) -> KeptAccount:
        """A new one; raises AlreadyExists and InvalidInput."""
        return await self._ask("POST", "/accounts", KeptAccount, account)

    async def change(self, vendor: str, username: str, **change: Any) -> KeptAccount:
        """Change one, by the fields of `AccountChange`; raises NotFound and InvalidInput."""
        return await self._ask("PATCH", _path(vendor, username), KeptAccount, change)

    async def close(self, vendor: str, username: str) -> None:
        """Delete one; raises NotFound."""
        await self._ask("DELETE", _path(vendor, username), object)

    async def set_vendor_faults(self, vendor: str, faults: Sequence[str]) -> None:
        """For every account within reach at the vendor, beside its own faults."""
        await self._ask("POST", f"/vendors/{quote(vendor, safe='')}", object, {"faults": faults})

    async def requests(self, after: int, vendor: str | None) -> list[Any]:
        """What was asked for the accounts within reach."""
        return await self._ask("GET", "/requests", list[Any], after=after, vendor=vendor)

    async def _ask(self, method: str, path: str, shape: type[T], body: Any = None, **query: Any) -> T:
        asked = [("application", application) for application in self._reach]
        asked += [(name, value) for name, value in query.items() if value is not None]
        answer = await self._outbound.send(
            method,
            f"{self._base}{path}?{urlencode(asked)}",
            headers={"authorization": f"Bearer {self._key}", "content-type": "application/json"},
            body=None if body is None else msgspec.json.encode(body),
        )
        match answer.status:
            case 404:
                where, why = unquote(path.removeprefix("/accounts/")), answer.body.decode(errors="replace")
                raise NotFound("virtual account or device", f"{where}: {why}")
            case 409:
                raise AlreadyExists("there is a virtual account of this user name at the vendor")
            case 422:
                bad = msgspec.json.decode(answer.body)
                raise InvalidInput(bad["field"], bad["problem"], allowed=bad["allowed"])
            case status if status >= 400:
                raise RuntimeError(f"the sandbox answered {status}: {answer.body.decode(errors='replace')[:200]}")
        return msgspec.json.decode(answer.body or b"null", type=shape)


def _path(vendor: str, username: str) -> str:
    return f"/accounts/{quote(vendor, safe='')}/{quote(username, safe='')}"
