"""The sandbox's control API: opens virtual accounts, changes and breaks them, tells what the vendors were asked.

Only for demonstrations and tests. It needs a bearer key, and refuses browsers: a page on another site can reach
loopback, but can't help sending an Origin.
"""

import hmac
from collections.abc import Awaitable, Callable, Sequence
from typing import Any, TypeVar

import msgspec
from aiohttp import web

from wattlink.base.clock import Clock
from wattlink.connectors.devices import Kind
from wattlink.connectors.registry import manifests, simulator
from wattlink.connectors.simulation import Fault, State, common_fault, devices_of
from wattlink.sandbox.accounts import VirtualAccount, VirtualAccounts
from wattlink.sandbox.ledger import Ledger

T = TypeVar("T")
Handler = Callable[[web.Request], Awaitable[web.Response]]


class NewAccount(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    vendor: str
    username: str
    password: str
    devices: int = 1
    kind: Kind | None = None  # of all its devices; None: the first that the vendor has
    knobs: dict[str, Any] = {}  # of the account: `grace_seconds`, `pace` and the simulator's own


class AccountChange(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What is given is changed; faults as a whole list."""

    withdraw: bool = False  # what the user granted so far
    password: str | None = None
    faults: list[Fault] | None = None
    add_devices: int = 0
    kind: Kind | None = None  # of those that are added
    remove_devices: list[str] = []
    knobs: dict[str, Any] = {}
    devices: dict[str, dict[str, Any]] = {}  # by vendor device id: the knobs of a device


class VendorChange(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    faults: list[Fault]  # the common ones, for every request whatever its account


class Control:
    """The control API's handlers, and the faults of whole vendors."""

    def __init__(self, accounts: VirtualAccounts, ledger: Ledger, clock: Clock, *, key: str) -> None:
        self._accounts = accounts
        self._ledger = ledger
        self._clock = clock
        self._key = key
        self._vendor_faults: dict[str, Sequence[Fault]] = {}

    def vendor_faults(self, vendor: str) -> Sequence[Fault]:
        """The faults that are switched on for a whole vendor."""
        return self._vendor_faults.get(vendor, ())

    def routes(self) -> Sequence[web.RouteDef]:
        """Every URL of the control API."""
        account = "/control/accounts/{vendor}/{username}"
        return [
            web.get("/control/accounts", self._guarded(self._list)),
            web.post("/control/accounts", self._guarded(self._open)),
            web.patch(account, self._guarded(self._change)),
            web.delete(account, self._guarded(self._close)),
            web.post("/control/vendors/{vendor}", self._guarded(self._change_vendor)),
            web.get("/control/requests", self._guarded(self._requests)),
            web.route("*", "/control{rest:(/.*)?}", self._guarded(_nothing_here)),
        ]

    def _guarded(self, handler: Handler) -> Handler:
        async def guarded(request: web.Request) -> web.Response:
            given = request.headers.get("Authorization", "")
            if "Origin" in request.headers:
                raise web.HTTPForbidden(text="not for browsers")
            if not hmac.compare_digest(given.encode(), f"Bearer {self._key}".encode()):
                raise web.HTTPUnauthorized(text="a bearer key is needed")
            return await handler(request)

        return guarded

    async def _list(self, _: web.Request) -> web.Response:
        return _json([_shown(account) for account in self._accounts])

    async def _open(self, request: web.Request) -> web.Response:
        wanted = await _body(request, NewAccount)
        _known_vendor(wanted.vendor, wanted.kind)
        now, simulated = self._clock(), simulator(wanted.vendor)
        state = simulated.new_account(wanted.username, wanted.password, now, devices=wanted.devices, kind=wanted.kind)
        await self._accounts.add(wanted.vendor, wanted.username, simulated.set_devices({**state, **wanted.knobs}, now))
        return _json(_shown(self._account(wanted.vendor, wanted.username)), status=201)

    async def _change(self, request: web.Request) -> web.Response:
        account = self._account_in(request)
        change = await _body(request, AccountChange)
        _known_vendor(account.vendor, change.kind)
        unknown = (set(change.devices) | set(change.remove_devices)) - set(account.state["devices"])
        if unknown:
            raise web.HTTPNotFound(text=f"no device {', '.join(sorted(unknown))}")
        await self._accounts.change(account, lambda state: self._changed(account.vendor, state, change))
        return _json(_shown(account))

    def _changed(self, vendor: str, state: State, change: AccountChange) -> State:
        now = self._clock()
        simulated = simulator(vendor)
        state = simulated.set_devices(simulated.advance(state, now), now)
        if change.withdraw:
            state = simulated.withdraw(state, now)
        state = {**state, **change.knobs}
        if change.password is not None:
            state["password"] = change.password
        if change.faults is not None:
            state["faults"] = [fault.value for fault in change.faults]
        turned = {key: {**state["devices"][key], **knobs} for key, knobs in change.devices.items()}
        state["devices"] = {**state["devices"], **turned}
        return simulated.set_devices(state, now, add=change.add_devices, kind=change.kind, remove=change.remove_devices)

    async def _close(self, request: web.Request) -> web.Response:
        await self._accounts.remove(self._account_in(request))
        return web.Response(status=204)

    async def _change_vendor(self, request: web.Request) -> web.Response:
        vendor = request.match_info["vendor"]
        _known_vendor(vendor)
        faults = (await _body(request, VendorChange)).faults
        if any(common_fault([fault]) is None for fault in faults):
            raise web.HTTPBadRequest(text="a whole vendor can have only the faults that are common to all")
        self._vendor_faults[vendor] = faults
        return _json({"vendor": vendor, "faults": faults})

    async def _requests(self, request: web.Request) -> web.Response:
        after = request.query.get("after", "0")
        if not after.isdecimal():
            raise web.HTTPBadRequest(text="`after` is the number of a request")
        return _json(self._ledger.after(int(after), request.query.get("vendor")))

    def _account_in(self, request: web.Request) -> VirtualAccount:
        return self._account(request.match_info["vendor"], request.match_info["username"])

    def _account(self, vendor: str, username: str) -> VirtualAccount:
        account = self._accounts.find(vendor, username)
        if account is None:
            raise web.HTTPNotFound(text="no such virtual account")
        return account


async def _nothing_here(_: web.Request) -> web.Response:
    raise web.HTTPNotFound(text="the control API has no such address")


async def _body(request: web.Request, shape: type[T]) -> T:
    try:
        return msgspec.json.decode(await request.read(), type=shape)
    except msgspec.DecodeError as error:
        raise web.HTTPBadRequest(text=str(error)) from None


def _known_vendor(vendor: str, kind: Kind | None = None) -> None:
    if vendor not in manifests():
        raise web.HTTPNotFound(text="no such vendor")
    if kind is not None and kind not in manifests()[vendor].kinds:
        raise web.HTTPBadRequest(text=f"{vendor} has no devices of the kind {kind}")


def _shown(account: VirtualAccount) -> dict[str, Any]:
    state = account.state
    return {
        "vendor": account.vendor,
        "username": account.username,
        "password": state["password"],
        "faults": state["faults"],
        "devices": devices_of(state),
    }


def _json(value: Any, *, status: int = 200) -> web.Response:
    return web.Response(status=status, body=msgspec.json.encode(value), content_type="application/json")
