"""`organization`: who runs applications."""

from uuid import UUID

import click
from rich.console import Console
from rich.table import Table

from wattlink.base.clock import rfc3339
from wattlink.cli.administration.running import changing, reading
from wattlink.cli.failures import Group
from wattlink.domain.access.ids import OrganizationId
from wattlink.domain.organizations import store
from wattlink.domain.organizations.create import create_organization
from wattlink.domain.organizations.names import checked_name


@click.group(cls=Group)
def organization() -> None:
    """Who runs applications; the oldest one also administers what is for all."""


@organization.command()
@click.argument("name")
def create(*, name: str) -> None:
    """Make an organization called NAME and show its id."""
    click.echo(str(changing(lambda tx: create_organization(tx, name))))


@organization.command("list")
def list_() -> None:
    """Show the organizations, oldest first."""
    table = Table("Organization", "Name", "Since")
    for one in reading(store.list_organizations):
        table.add_row(str(one.organization_id), one.name, rfc3339(one.created_at))
    Console().print(table)


@organization.command()
@click.argument("which", metavar="ORGANIZATION", type=click.UUID)
@click.argument("name")
def rename(*, which: UUID, name: str) -> None:
    """Call ORGANIZATION NAME."""
    changing(lambda tx: store.rename_organization(tx, OrganizationId(which), checked_name(name)))
    click.echo(f"It is called {name.strip()} now.")
