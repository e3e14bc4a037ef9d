"""`operator`: the tokens with which people and machines administer an organization over HTTP."""

from uuid import UUID

import click
from rich.console import Console
from rich.table import Table

from wattlink.base.clock import rfc3339, system_clock
from wattlink.cli.administration.running import as_json, changing, of_organization, organization_of, reading, show_once
from wattlink.cli.failures import Group
from wattlink.db.database import Reader, Transaction
from wattlink.domain.access.ids import OperatorTokenId
from wattlink.domain.organizations.model import NewOperatorToken, OperatorToken
from wattlink.domain.organizations.operators import store
from wattlink.domain.organizations.operators.create import create_operator_token


@click.group(cls=Group)
def operator() -> None:
    """The tokens with which an organization is administered over HTTP."""


@operator.command("create-token")
@click.option("--name", required=True, help="Who or what will use it.")
@of_organization
@as_json
def create_token(*, name: str, organization: UUID | None, as_json: bool) -> None:
    """Make a token and show it, this once. It reaches all applications of the organization."""

    async def create(tx: Transaction) -> NewOperatorToken:
        organization_id = await organization_of(tx, organization)
        return await create_operator_token(tx, organization_id, name, now=system_clock())

    made = changing(create)
    show_once({"token_id": str(made.token_id), "token": made.token}, is_json=as_json)


@operator.command("list")
@of_organization
def list_(*, organization: UUID | None) -> None:
    """Show the live tokens of an organization, oldest first."""

    async def find(reader: Reader) -> list[OperatorToken]:
        return await store.of_organization(reader, await organization_of(reader, organization))

    table = Table("Token", "Name", "Made", "Last used")
    for one in reading(find):
        used = "never" if one.last_used_at is None else rfc3339(one.last_used_at)
        table.add_row(str(one.token_id), one.name, rfc3339(one.created_at), used)
    Console().print(table)


@operator.command()
@click.argument("token_id", metavar="TOKEN_ID", type=click.UUID)
@of_organization
def revoke(*, token_id: UUID, organization: UUID | None) -> None:
    """End the token with the id TOKEN_ID, at once."""

    async def end(tx: Transaction) -> None:
        await store.end(tx, await organization_of(tx, organization), OperatorTokenId(token_id), system_clock())

    changing(end)
    click.echo("It opens nothing any more.")
