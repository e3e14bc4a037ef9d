"""`vendor`: which brands applications may use, and which ones people miss."""

from uuid import UUID

import click
from rich.console import Console
from rich.table import Table

from wattlink.base.clock import rfc3339
from wattlink.cli.administration.running import access_to, changing, reading
from wattlink.cli.failures import Group
from wattlink.connectors.registry import manifests
from wattlink.db.database import Reader, Transaction
from wattlink.domain.access.ids import ApplicationId, RegistrationId
from wattlink.domain.access.model import Access
from wattlink.domain.organizations import store as organizations
from wattlink.domain.vendors.activation.activate import activate as activate_for
from wattlink.domain.vendors.activation.activate import deactivate as deactivate_for
from wattlink.domain.vendors.activation.activate import require_activation
from wattlink.domain.vendors.wanted.store import WantedBrand, wanted

_application = click.argument("application", metavar="APPLICATION", type=click.UUID)
_REQUIRED = {"required": True, "not-required": False, "as-usual": None}


@click.group(cls=Group)
def vendor() -> None:
    """Which brands applications may use, and which ones people miss."""


@vendor.command()
@_application
@click.argument("vendor", metavar="VENDOR")
def activate(*, application: UUID, vendor: str) -> None:
    """Let APPLICATION use VENDOR, whose brand needs activation."""

    async def switch_on(tx: Transaction) -> None:
        await activate_for(tx, await access_to(tx, application), vendor)

    changing(switch_on)
    click.echo(f"{manifests()[vendor].name} is on offer.")


@vendor.command()
@_application
@click.argument("vendor", metavar="VENDOR")
def deactivate(*, application: UUID, vendor: str) -> None:
    """Switch VENDOR off for APPLICATION again; what is linked already goes on."""

    async def switch_off(tx: Transaction) -> None:
        await deactivate_for(tx, await access_to(tx, application), vendor)

    changing(switch_off)
    click.echo(f"{manifests()[vendor].name} isn't on offer any more, if it needs activation.")


@vendor.command()
@click.argument("vendor", metavar="VENDOR")
@click.argument("activation", type=click.Choice(list(_REQUIRED)))
@click.option("--application", type=click.UUID, help="The application whose own registration is meant.")
def gate(*, vendor: str, activation: str, application: UUID | None) -> None:
    """Say whether applications must be allowed to use VENDOR; `as-usual`: as its manifest says."""
    meant = None if application is None else ApplicationId(application)

    async def change(tx: Transaction) -> RegistrationId:
        return await require_activation(tx, vendor, meant, required=_REQUIRED[activation])

    changing(change)


@vendor.command("wanted")
def wanted_() -> None:
    """Show the brands that people looked for in vain, the most wanted first."""

    async def find(reader: Reader) -> tuple[dict[ApplicationId, str], list[WantedBrand]]:
        names = {one.application_id: one.name for one in await organizations.list_applications(reader)}
        return names, await wanted(reader, Access(applications=tuple(names)))

    names, found = reading(find)
    table = Table("Brand", "Kind", "Asked for", "Last", "Application")
    for one in found:
        table.add_row(one.brand, one.kind, str(one.requests), rfc3339(one.last_at), names[one.application_id])
    Console().print(table)
