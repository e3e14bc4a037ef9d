"""`application`: the apps that may use this installation."""

import asyncio
import json

import click
from rich.console import Console
from rich.table import Table

from wattlink.cli.failures import Group, ready_settings
from wattlink.db.database import Database
from wattlink.domain.organizations import store
from wattlink.domain.organizations.create import create_application
from wattlink.domain.organizations.model import NewApplication, StoredApplication


@click.group(cls=Group)
def application() -> None:
    """The apps that may use this installation."""


@application.command()
@click.argument("name")
@click.option("--redirect-uri", "redirect_uris", multiple=True, help="An address to return to; any, if none is given.")
@click.option("--json", "as_json", is_flag=True, help="Print JSON.")
def create(*, name: str, redirect_uris: tuple[str, ...], as_json: bool) -> None:
    """Make an application called NAME and show its client credentials, this once."""
    made = asyncio.run(_create(ready_settings("database_url").database_url, name, redirect_uris))
    shown = {
        "application_id": str(made.application_id),
        "client_id": str(made.client_id),
        "client_secret": made.client_secret,
    }
    if as_json:
        click.echo(json.dumps(shown))
        return
    for what, value in shown.items():
        click.echo(f"{what:<15} {value}")
    click.echo("The secret isn't stored and can't be shown again.", err=True)


@application.command("list")
def list_() -> None:
    """Show the applications, oldest first."""
    table = Table("Application", "Name", "May return to")
    for one in asyncio.run(_list(ready_settings("database_url").database_url)):
        anywhere = "any https, loopback or private-use address"
        table.add_row(str(one.application_id), one.name, "\n".join(one.redirect_uris) or anywhere)
    Console().print(table)


async def _create(dsn: str, name: str, redirect_uris: tuple[str, ...]) -> NewApplication:
    async with Database(dsn, size=2) as db, db.transaction() as tx:
        return await create_application(tx, name, redirect_uris)


async def _list(dsn: str) -> list[StoredApplication]:
    async with Database(dsn, size=2) as db, db.read() as reader:
        return await store.list_applications(reader)
