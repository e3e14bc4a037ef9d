"""`key`: an application's client credentials, several at once for rotation."""

from uuid import UUID

import click
from rich.console import Console
from rich.table import Table

from wattlink.base.clock import rfc3339, system_clock
from wattlink.cli.administration.running import access_to, as_json, changing, reading, show_once
from wattlink.cli.failures import Group
from wattlink.db.database import Reader, Transaction
from wattlink.domain.access.ids import KeyId
from wattlink.domain.organizations.keys import store
from wattlink.domain.organizations.keys.create import create_key
from wattlink.domain.organizations.model import Key, NewKey

_application = click.argument("application", metavar="APPLICATION", type=click.UUID)


@click.group(cls=Group)
def key() -> None:
    """An application's client credentials. To rotate: create, deploy, then revoke the old one."""


@key.command()
@_application
@click.option("--name", required=True, help="Where it will be used, or since when.")
@as_json
def create(*, application: UUID, name: str, as_json: bool) -> None:
    """Make a further key of APPLICATION and show it, this once."""

    async def make(tx: Transaction) -> NewKey:
        return await create_key(tx, await access_to(tx, application), name)

    made = changing(make)
    show_once({"client_id": str(made.key_id), "client_secret": made.client_secret}, is_json=as_json)


@key.command("list")
@_application
def list_(*, application: UUID) -> None:
    """Show the live keys of APPLICATION, oldest first."""

    async def find(reader: Reader) -> list[Key]:
        return await store.live_keys(reader, await access_to(reader, application))

    table = Table("Client id", "Name", "Made", "Last used")
    for one in reading(find):
        used = "never" if one.last_used_at is None else rfc3339(one.last_used_at)
        table.add_row(str(one.key_id), one.name, rfc3339(one.created_at), used)
    Console().print(table)


@key.command()
@_application
@click.argument("client_id", metavar="CLIENT_ID", type=click.UUID)
def revoke(*, application: UUID, client_id: UUID) -> None:
    """End the key CLIENT_ID of APPLICATION and all tokens that it fetched, within a second."""

    async def end(tx: Transaction) -> None:
        await store.end_key(tx, await access_to(tx, application), KeyId(client_id), system_clock())

    changing(end)
    click.echo("It opens nothing any more.")
