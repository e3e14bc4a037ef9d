"""What the demonstration finds in its database: its application, its registrations, the virtual vendor accounts."""

from collections.abc import Sequence
from dataclasses import dataclass
from operator import itemgetter
from uuid import UUID

import click
import msgspec

from wattlink.base.clock import system_clock
from wattlink.base.vault import Vault
from wattlink.connectors.devices import Kind
from wattlink.connectors.registry import clouds, simulator
from wattlink.connectors.simulation import State, devices_of
from wattlink.db.database import Database
from wattlink.domain.access.ids import ApplicationId, KeyId, OrganizationId
from wattlink.domain.access.model import Access
from wattlink.domain.organizations.create import create_application, oldest_organization
from wattlink.domain.organizations.keys import store as keys
from wattlink.domain.organizations.operators.create import create_operator_token
from wattlink.domain.organizations.store import organization_of
from wattlink.domain.vendors.register import register
from wattlink.sandbox.demo_app.app import DemoConfig
from wattlink.sandbox.seed import seed
from wattlink.sandbox.server import hosts
from wattlink.sandbox.store import DatabaseShelf
from wattlink.settings.model import Settings

_APP_NAME = "Voltly"


@dataclass(frozen=True)
class DemoAddresses:
    """Five ports in a row, under the name by which browsers know this machine."""

    port: int

    @property
    def sandbox_port(self) -> int:
        return self.port + 1

    @property
    def app_port(self) -> int:
        return self.port + 2

    @property
    def evrythng_port(self) -> int:
        """Where the EVRYTHNG dialect is at the root, as some of its clients insist."""
        return self.port + 3

    @property
    def dial_in_port(self) -> int:
        """Where chargers dial in."""
        return self.port + 4

    @property
    def server(self) -> str:
        return f"http://localhost:{self.port}"

    @property
    def sandbox(self) -> str:
        return f"http://localhost:{self.sandbox_port}"

    @property
    def app(self) -> str:
        return f"http://localhost:{self.app_port}"

    @property
    def evrythng(self) -> str:
        return f"http://localhost:{self.evrythng_port}"


class VirtualDevice(msgspec.Struct, frozen=True):
    kind: Kind
    name: str


class VirtualAccount(msgspec.Struct, frozen=True):
    """Whom to sign in as at a simulated vendor, and what is found then."""

    vendor: str  # as the Enode API names it
    username: str
    password: str
    devices: Sequence[VirtualDevice]


class DemoWorld(msgspec.Struct, frozen=True, kw_only=True):
    """What is there then; `org_id` is of the organization that the app belongs to."""

    config: DemoConfig
    accounts: Sequence[VirtualAccount]
    org_id: OrganizationId


async def prepare(
    settings: Settings, at: DemoAddresses, *, sandbox_key: str, operator_token: str, before: DemoConfig | None
) -> DemoWorld:
    """Make what isn't there yet. `before` is what the app was told at the last start: only it knows its secret."""
    async with Database(settings.database_url, size=2) as db:
        client_id, client_secret = (before.client_id, before.client_secret) if before else await _new_client(db)
        await _let_in(db, operator_token)
        await _register_at_all_vendors(db, Vault(settings.master_keys), at.sandbox)
        application_id = await _application_of(db, KeyId(UUID(client_id)))
        accounts = await _virtual_accounts(db, application_id)
        async with db.read() as reader:
            org_id = await organization_of(reader, Access(applications=(application_id,)))
    config = DemoConfig(
        enode_base_url=f"{at.server}/enode",
        token_url=f"{at.server}/enode/oauth2/token",
        client_id=client_id,
        client_secret=client_secret,
        app_url=at.app,
        sandbox_url=at.sandbox,
        sandbox_key=sandbox_key,
    )
    return DemoWorld(config=config, accounts=accounts, org_id=org_id)


async def _new_client(db: Database) -> tuple[str, str]:
    async with db.transaction() as tx:
        made = await create_application(tx, _APP_NAME, is_sandbox=True)
    return str(made.client_id), made.client_secret


async def _let_in(db: Database, operator_token: str) -> None:
    async with db.transaction() as tx:
        organization_id = await oldest_organization(tx, _APP_NAME)
        await create_operator_token(tx, organization_id, "demo", now=system_clock(), token=operator_token)


async def _register_at_all_vendors(db: Database, vault: Vault, sandbox: str) -> None:
    async with db.transaction() as tx:
        for vendor in clouds():
            await register(
                tx,
                vendor=vendor,
                application_id=None,
                registration=simulator(vendor).DEMO_REGISTRATION,
                hosts=hosts(sandbox, vendor),
                is_sandbox=True,
                vault=vault,
            )


async def _application_of(db: Database, client_id: KeyId) -> ApplicationId:
    """Whose key the app's is; one that was ended meanwhile can't start the demonstration any more."""
    async with db.read() as reader:
        key = await keys.live_key(reader, client_id)
    if key is None:
        raise click.ClickException("the key of the demonstration's app was ended: use another --data folder")
    return key.application_id


async def _virtual_accounts(db: Database, application_id: ApplicationId) -> Sequence[VirtualAccount]:
    """The fleet lives in the app's time, and is the app's to change by `/platform/sandbox`."""
    shelf = DatabaseShelf(db)
    await seed(shelf, system_clock(), owner=str(application_id))
    return [_virtual_account(*row) for row in sorted(await shelf.load_all(), key=itemgetter(0, 1))]


def _virtual_account(vendor: str, username: str, state: State) -> VirtualAccount:
    devices = [VirtualDevice(one.kind, one.name) for one in devices_of(state)]
    names = clouds()[vendor].names["enode"]
    name = names[devices[0].kind] if devices else next(iter(names.values()))
    return VirtualAccount(name, username, state["password"], devices)
