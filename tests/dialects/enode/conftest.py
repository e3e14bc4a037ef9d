"""The dialect alone, called in this process, and devices that lie in the database as visits would leave them."""

import contextlib
from collections.abc import AsyncIterator, Callable
from typing import Any

import httpx
import msgspec
import pytest
from litestar import Litestar

from tests.support.clock import YEAR
from tests.support.in_process import client_of
from tests.support.stack import Stack, running_stack
from tests.support.users import get_or_create
from wattlink.base.ids import new_id
from wattlink.connectors.devices import Document, kind_of
from wattlink.connectors.registry import simulator
from wattlink.db.database import Transaction
from wattlink.dialects.enode.app import make_app
from wattlink.domain.access.ids import AccountId, DeviceId, RegistrationId
from wattlink.domain.access.model import Access
from wattlink.domain.accounts import store as accounts
from wattlink.domain.accounts.model import Account, AccountState
from wattlink.domain.devices import store as devices
from wattlink.domain.devices.model import DeviceChange, Owner
from wattlink.domain.errors import NotFound
from wattlink.domain.organizations.create import create_application
from wattlink.domain.vendors import store as vendors
from wattlink.domain.vendors.register import register
from wattlink.domain.visits import store as visits
from wattlink.wiring import Hub

OWN_HOST = "enode.example"


class Api:
    """An application's backend. `path` is percent-encoded already."""

    def __init__(self, app: Litestar, hub: Hub, access: Access, token: str) -> None:
        self.hub = hub
        self.access = access
        self.token = token
        self.http = client_of(app, f"Bearer {token}")

    async def get(self, path: str, **query: str | int) -> httpx.Response:
        return await self.http.get(path, params=query or None)

    async def post(self, path: str, body: Any = None, **headers: str) -> httpx.Response:
        content = body if isinstance(body, bytes) or body is None else msgspec.json.encode(body)
        return await self.http.post(path, content=content, headers=headers)

    async def patch(self, path: str, body: Any) -> httpx.Response:
        return await self.http.patch(path, content=msgspec.json.encode(body))

    async def delete(self, path: str) -> httpx.Response:
        return await self.http.delete(path)

    async def own(self, vendor: str, document: Document, *, user: str = "ada") -> str:
        """A user's device at a vendor, published; gives its id."""
        return await own(self.hub, self.access, vendor, document, user=user)


async def own(hub: Hub, access: Access, vendor: str, document: Document, *, user: str = "ada") -> str:
    """A user's device at a vendor, published; gives its id."""
    now, kind, device_id = hub.clock(), kind_of(document), DeviceId(new_id())
    async with hub.db.transaction() as tx:
        owner = await get_or_create(tx, access, user, now=now)
        registration_id = await _registered(tx, hub, vendor)
        account_id = AccountId(new_id())
        account = Account(
            account_id=account_id,
            application_id=access.application_id,
            user_id=owner.user_id,
            registration_id=registration_id,
            vendor=vendor,
            subject=str(account_id),
            state=AccountState.GOOD,
            kinds=(kind,),
            scopes=(f"{kind}:read:data",),
            asked_scopes=(f"{kind}:read:data",),
            pending=(),
        )
        await accounts.insert(tx, account, label=None, now=now)
        await visits.add(tx, account_id, registration_id, vendor, due_at=now)
        change = DeviceChange(
            owner=Owner(
                application_id=account.application_id,
                user_id=owner.user_id,
                user=user,
                account_id=account_id,
                vendor=vendor,
                scopes=account.scopes,
            ),
            device_id=device_id,
            kind=kind,
            vendor_device_id=str(device_id),
            is_published=True,
            is_new=True,
            document=document,
        )
        await devices.insert(tx, [change], now)
        await devices.put_states(tx, [change], now)
    return str(device_id)


async def _registered(tx: Transaction, hub: Hub, vendor: str) -> RegistrationId:
    """Our registration at a vendor, as it is where there is one."""
    with contextlib.suppress(NotFound):
        return (await vendors.find(tx, vendor, None)).registration_id
    return await register(
        tx,
        vendor=vendor,
        application_id=None,
        registration=simulator(vendor).DEMO_REGISTRATION,
        hosts={},
        is_sandbox=True,
        vault=hub.vault,
    )


@pytest.fixture(scope="session")
async def stack(new_database: Callable[[], str]) -> AsyncIterator[Stack]:
    """A `wattlink serve` with workers and simulated vendors; tests share it, each with applications of its own."""
    async with running_stack(new_database(), apart=True, dialect_hosts={OWN_HOST: "enode"}) as running:
        yield running


@pytest.fixture
async def api(hub: Hub) -> Api:
    """An application's backend."""
    return await new_api(hub, "Voltly")


@pytest.fixture
async def other_api(hub: Hub) -> Api:
    """Another application's."""
    return await new_api(hub, "Amply")


async def new_api(hub: Hub, name: str) -> Api:
    """A new application's backend."""
    async with hub.db.transaction() as tx:
        made = await create_application(tx, name)
    issued = await hub.authenticator.issue(str(made.client_id), made.client_secret, seconds=YEAR)
    return Api(make_app(hub), hub, Access(applications=(made.application_id,)), issued.token)
