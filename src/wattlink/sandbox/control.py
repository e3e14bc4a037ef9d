"""The sandbox's control API: opens virtual accounts, changes and breaks them, tells what the vendors were asked.

Only for demonstrations, tests and our own `/platform/sandbox`, which names each `application` for which it asks (the
empty one: accounts of nobody's): then nothing else is within reach. It needs a bearer key, and refuses browsers: a page
on another site can reach loopback, but can't help sending an Origin.
"""

import asyncio
import hmac
from collections.abc import Awaitable, Callable, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any, TypeVar

import msgspec
from aiohttp import web

from wattlink.base.clock import Clock
from wattlink.connectors.devices import Kind
from wattlink.connectors.registry import clouds
from wattlink.connectors.simulated_words import BadWord
from wattlink.connectors.simulation import Fault, State, common_fault
from wattlink.sandbox.accounts import VirtualAccount, VirtualAccounts
from wattlink.sandbox.changes import AccountChange, NewAccount, VendorChange, changed, opened, told
from wattlink.sandbox.ledger import Ledger

T = TypeVar("T")
Handler = Callable[[web.Request], Awaitable[web.Response]]
Ahead = Callable[[str], Awaitable[timedelta]]
"""How far an application's time was advanced."""


MOST_DEVICES = 50  # of an account, of those that are made one by one
_MOST_ACCOUNTS = 1_000  # of an application, so that none fills the memory of all


async def real_time(_: str) -> timedelta:
    """Nobody's time was advanced."""
    return timedelta()


class Control:
    """The control API's handlers, the faults of whole vendors, and the time of each account."""

    def __init__(self, accounts: VirtualAccounts, ledger: Ledger, clock: Clock, *, key: str, ahead: Ahead) -> None:
        self._accounts = accounts
        self._ledger = ledger
        self._clock = clock
        self._key = key
        self._ahead = ahead
        self._opening = asyncio.Lock()
        self._vendor_faults: dict[tuple[str | None, str], Sequence[Fault]] = {}  # by owner; None: for everybody

    def vendor_faults(self, vendor: str, account: VirtualAccount | None) -> Sequence[Fault]:
        """The faults that are switched on at a whole vendor: for everybody, or for its accounts of this one's owner."""
        for_all = self._vendor_faults.get((None, vendor), ())
        return for_all if account is None else (*for_all, *self._vendor_faults.get((account.owner, vendor), ()))

    async def now(self, state: State | None) -> datetime:
        """The time in which an account lives."""
        application = None if state is None else state.get("application")
        return self._clock() + (await self._ahead(application) if application is not None else timedelta())

    def routes(self) -> Sequence[web.RouteDef]:
        """Every URL of the control API."""
        account = "/control/accounts/{vendor}/{username}"
        return [
            web.get("/control/accounts", self._guarded(self._list)),
            web.post("/control/accounts", self._guarded(self._open)),
            web.get(account, self._guarded(self._get)),
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
            try:
                return await handler(request)
            except BadWord as bad:
                return _json({"field": bad.word, "problem": bad.problem, "allowed": bad.allowed}, status=422)

        return guarded

    async def _list(self, request: web.Request) -> web.Response:
        vendor = request.query.get("vendor")
        found = [
            account
            for account in self._accounts
            if _is_within_reach(request, account.owner) and vendor in (None, account.vendor)
        ]
        return _json([await self._told(account) for account in found])

    async def _open(self, request: web.Request) -> web.Response:
        wanted = await _body(request, NewAccount)
        _known_vendor(wanted.vendor, wanted.kind, *(device.kind for device in wanted.new_devices))
        async with self._opening:  # of two who want the same name at the same moment the second is refused
            if wanted.application is not None:
                self._check_room(wanted)
            state = opened(wanted, await self.now({"application": wanted.application}))
            await self._accounts.add(wanted.vendor, wanted.username, state)
        return _json(await self._told(self._account(wanted.vendor, wanted.username)), status=201)

    def _check_room(self, wanted: NewAccount) -> None:
        if self._accounts.find(wanted.vendor, wanted.username) is not None:
            raise web.HTTPConflict(text="there is a virtual account of this name")
        if sum(account.application == wanted.application for account in self._accounts) >= _MOST_ACCOUNTS:
            raise BadWord("username", f"would be one of more than {_MOST_ACCOUNTS} accounts: delete others first")

    async def _get(self, request: web.Request) -> web.Response:
        return _json(await self._told(self._account_in(request)))

    async def _change(self, request: web.Request) -> web.Response:
        account = self._account_in(request)
        change = await _body(request, AccountChange)
        _known_vendor(account.vendor, change.kind, *(device.kind for device in change.new_devices))
        unknown = (set(change.devices) | set(change.words) | set(change.remove_devices)) - set(account.state["devices"])
        if unknown:
            raise web.HTTPNotFound(text=f"no device {', '.join(sorted(unknown))}")
        if change.new_devices and len(account.state["devices"]) + len(change.new_devices) > MOST_DEVICES:
            raise BadWord("devices", f"an account has {MOST_DEVICES} at most")
        now = await self.now(account.state)
        await self._accounts.change(account, lambda state: changed(account.vendor, state, change, now))
        return _json(await self._told(account))

    async def _close(self, request: web.Request) -> web.Response:
        await self._accounts.remove(self._account_in(request))
        return web.Response(status=204)

    async def _change_vendor(self, request: web.Request) -> web.Response:
        vendor, owners = request.match_info["vendor"], request.query.getall("application", [])
        _known_vendor(vendor)
        faults = (await _body(request, VendorChange)).faults
        if not owners and any(common_fault([fault]) is None for fault in faults):
            raise web.HTTPBadRequest(text="a whole vendor can have only the faults that are common to all")
        for owner in owners or (None,):
            self._vendor_faults[owner, vendor] = faults
        return _json({"vendor": vendor, "faults": faults})

    async def _requests(self, request: web.Request) -> web.Response:
        after = request.query.get("after", "0")
        if not after.isdecimal():
            raise web.HTTPBadRequest(text="`after` is the number of a request")
        seen = self._ledger.after(int(after), request.query.get("vendor"))
        return _json([one for one in seen if _is_within_reach(request, one.application or "")])

    async def _told(self, account: VirtualAccount) -> Mapping[str, Any]:
        return told(account.vendor, account.state, await self.now(account.state))

    def _account_in(self, request: web.Request) -> VirtualAccount:
        account = self._account(request.match_info["vendor"], request.match_info["username"])
        if not _is_within_reach(request, account.owner):
            raise _no_account()
        return account

    def _account(self, vendor: str, username: str) -> VirtualAccount:
        account = self._accounts.find(vendor, username)
        if account is None:
            raise _no_account()
        return account


async def _nothing_here(_: web.Request) -> web.Response:
    raise web.HTTPNotFound(text="the control API has no such address")


async def _body(request: web.Request, shape: type[T]) -> T:
    try:
        return msgspec.json.decode(await request.read(), type=shape)
    except msgspec.DecodeError as error:
        raise web.HTTPBadRequest(text=str(error)) from None


def _is_within_reach(request: web.Request, owner: str) -> bool:
    applications = request.query.getall("application", [])
    return not applications or owner in applications


def _known_vendor(vendor: str, *kinds: Kind | None) -> None:
    if vendor not in clouds():
        raise web.HTTPNotFound(text="no such vendor")
    for kind in kinds:
        if kind is not None and kind not in clouds()[vendor].kinds:
            raise web.HTTPBadRequest(text=f"{vendor} has no devices of the kind {kind}")


def _no_account() -> web.HTTPNotFound:
    return web.HTTPNotFound(text="no such virtual account")


def _json(value: Any, *, status: int = 200) -> web.Response:
    return web.Response(status=status, body=msgspec.json.encode(value), content_type="application/json")
