"""Accounts without a Link UI: sign-in by connector, visits made one round at a time, time moved by hand."""

import asyncio
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from tests.support.clock import StillClock
from tests.support.linking import Login, link
from tests.support.loopback import LOOPBACK
from tests.support.sandbox import RunningSandbox, running_sandbox
from tests.support.users import get_or_create
from wattlink.base.ids import new_id
from wattlink.connectors.contract import Grant
from wattlink.connectors.devices import Kind
from wattlink.connectors.registry import manifests, simulator
from wattlink.domain.access.ids import AccountId, ApplicationId, DeviceId, RegistrationId, SessionId, UserId
from wattlink.domain.access.model import Access
from wattlink.domain.access.paging import PageRequest
from wattlink.domain.accounts.link import publish, save_grant
from wattlink.domain.accounts.model import Account, LinkedBy
from wattlink.domain.accounts.revocations.trying.attempt import attempt_due
from wattlink.domain.accounts.store import get as get_account
from wattlink.domain.devices.listing import store as devices
from wattlink.domain.devices.model import Device
from wattlink.domain.organizations.clock import store as clocks
from wattlink.domain.organizations.create import create_application
from wattlink.domain.vendors.register import register
from wattlink.sandbox.store import ahead_in
from wattlink.settings.model import Settings
from wattlink.wiring import Hub, open_hub
from wattlink.workers.visits import Visits

CONFIRM_AFTER = timedelta(seconds=60)


@dataclass
class World:
    """An application, vendors in a sandbox, and a worker that does what it is told."""

    hub: Hub
    sandbox: RunningSandbox
    clock: StillClock
    access: Access
    visits: Visits

    async def register(self, vendor: str, application_id: ApplicationId | None = None) -> RegistrationId:
        """Our client at a simulated vendor."""
        async with self.hub.db.transaction() as tx:
            return await register(
                tx,
                vendor=vendor,
                application_id=application_id,
                registration=simulator(vendor).DEMO_REGISTRATION,
                hosts=self.sandbox.hosts(vendor),
                is_sandbox=True,
                vault=self.hub.vault,
            )

    async def user(self, external_id: str) -> UserId:
        """The user of this id, made if it is new."""
        async with self.hub.db.transaction() as tx:
            return (await get_or_create(tx, self.access, external_id, now=self.clock())).user_id

    async def grant(self, vendor: str, username: str, password: str = "right", scopes: Sequence[str] = ()) -> Grant:
        """Sign in at the vendor."""
        registration_id = await self.register(vendor)
        async with self.hub.db.read() as reader:
            registration = await self.hub.connectors.open(reader, registration_id)
            ahead = (await clocks.get(reader, self.access.application_id)).clock_ahead
        connector = self.hub.connectors.of(registration, ahead=ahead)
        asked = frozenset(scopes) or None
        return await link(vendor, connector, self.hub.outbound, Login(username, password), asked)

    async def linked_by(self, vendor: str, user: str, **more: Any) -> LinkedBy:
        """A link session for everything that the vendor has, or for what `more` says."""
        manifest = manifests()[vendor]
        fields = {"kinds": manifest.kinds, "scopes": tuple(manifest.scopes), "session_id": SessionId(new_id()), **more}
        return LinkedBy(
            application_id=self.access.application_id,
            user_id=await self.user(user),
            registration_id=await self.register(vendor),
            vendor=vendor,
            **fields,
        )

    async def save(self, by: LinkedBy, grant: Grant) -> AccountId:
        """Save a grant, as a link session does."""
        async with self.hub.db.transaction() as tx:
            return await save_grant(tx, by, grant, vault=self.hub.vault, now=self.clock())

    async def publish(self, by: LinkedBy) -> list[DeviceId]:
        """Complete a link session."""
        async with self.hub.db.transaction() as tx:
            return await publish(tx, by.session_id, now=self.clock())

    async def link(self, vendor: str, username: str, user: str = "ada", **more: Any) -> AccountId:
        """From signing in to published devices."""
        by = await self.linked_by(vendor, user, **more)
        account_id = await self.save(by, await self.grant(vendor, username))
        await self.visit_due()
        await self.publish(by)
        return account_id

    async def visit_due(self, **time: float) -> int:
        """Let time pass, then make every visit that is due; how many were made."""
        self.clock.forward(**time)
        made = 0
        for vendor in manifests():
            while batch := await self.visits.take(vendor):
                await asyncio.gather(*(self.visits.visit(prepared) for prepared in batch))
                made += len(batch)
        return made

    async def revoke_due(self, **time: float) -> int:
        """Let time pass, then try every revocation that is due; how many were tried."""
        self.clock.forward(**time)
        return await attempt_due(
            self.hub.db, connectors=self.hub.connectors, vault=self.hub.vault, clock=self.hub.clock
        )

    async def account(self, account_id: AccountId) -> Account:
        """The account as it stands."""
        async with self.hub.db.read() as reader:
            return await get_account(reader, account_id)

    async def devices(self, kind: Kind) -> list[Device]:
        """What the application sees."""
        async with self.hub.db.read() as reader:
            return await devices.page(reader, self.access, kind, page=PageRequest())

    async def first_device(self, username: str) -> str:
        """The vendor's id of the first device in a virtual account."""
        accounts = {account["username"]: account for account in await self.sandbox.control("GET", "/accounts")}
        return str(accounts[username]["devices"][0]["vendor_device_id"])

    async def asked(self, vendor: str, path: str) -> None:
        """Wait until the vendor was asked for this path."""
        for _ in range(500):
            if any(seen.path == path for seen in await self.sandbox.requests(vendor)):
                return
            await asyncio.sleep(0.01)
        raise AssertionError(f"{path} was never asked for")

    async def events(self) -> list[tuple[str, tuple[str, ...]]]:
        """What was recorded so far, in its order: the type and the updated fields."""
        async with self.hub.db.read() as reader:
            rows = await reader.all(
                dict, "SELECT jsonb_build_object('type', type, 'payload', payload) FROM event ORDER BY position"
            )
        return [(row["type"], tuple((row["payload"] or {}).get("updated_fields", ()))) for row in rows]


@asynccontextmanager
async def open_world(dsn: str) -> AsyncIterator[World]:
    """A world of its own, until the block ends."""
    clock = StillClock()
    settings = Settings(
        database_url=dsn,
        master_keys={"k1": bytes(range(32))},
        public_url="http://localhost:8080",
        outbound_allow=LOOPBACK,
        confirm_after_seconds=CONFIRM_AFTER.total_seconds(),
    )
    async with (
        open_hub(settings, clock=clock) as hub,
        running_sandbox(clock=clock, ahead=ahead_in(hub.db)) as sandbox,
    ):
        async with hub.db.transaction() as tx:
            made = await create_application(tx, "Voltly", is_sandbox=True)
        access = Access(applications=(made.application_id,))
        yield World(hub, sandbox, clock, access, Visits(hub, confirm_after=CONFIRM_AFTER))
