"""How these commands reach the database, and how they show what is told only once."""

import asyncio
import json
from collections.abc import Awaitable, Callable, Mapping
from typing import TypeVar
from uuid import UUID

import click

from wattlink.cli.starting import ready_settings
from wattlink.db.database import Database, Reader, Transaction
from wattlink.domain.access.ids import ApplicationId, OrganizationId
from wattlink.domain.access.model import Access
from wattlink.domain.errors import InvalidInput
from wattlink.domain.organizations import store

T = TypeVar("T")

as_json = click.option("--json", "as_json", is_flag=True, help="Print JSON.")
of_organization = click.option(
    "--organization", type=click.UUID, help="The organization that it is of; the oldest, if none is given."
)


def reading(find: Callable[[Reader], Awaitable[T]]) -> T:
    """What `find` finds in the database that the settings name."""

    async def run(dsn: str) -> T:
        async with Database(dsn, size=2) as db, db.read() as reader:
            return await find(reader)

    return asyncio.run(run(ready_settings("database_url").database_url))


def changing(verb: Callable[[Transaction], Awaitable[T]]) -> T:
    """What `verb` gives, done in one transaction."""

    async def run(dsn: str) -> T:
        async with Database(dsn, size=2) as db, db.transaction() as tx:
            return await verb(tx)

    return asyncio.run(run(ready_settings("database_url").database_url))


async def access_to(reader: Reader, application: UUID) -> Access:
    """The reach of whoever operates this application; raises NotFound."""
    found = await store.get_application(reader, ApplicationId(application))
    return Access(applications=(found.application_id,), operates=found.organization_id)


async def organization_of(reader: Reader, given: UUID | None) -> OrganizationId:
    """The organization that is meant; raises NotFound, and InvalidInput where there is none yet."""
    if given is not None:
        return (await store.get_organization(reader, OrganizationId(given))).organization_id
    oldest = await store.first_organization(reader)
    if oldest is None:
        raise InvalidInput("organization", "there is none yet: make one with `wattlink organization create NAME`")
    return oldest


def show_once(shown: Mapping[str, str], *, is_json: bool) -> None:
    """Print what holds a secret that isn't stored."""
    if is_json:
        click.echo(json.dumps(shown))
        return
    for what, value in shown.items():
        click.echo(f"{what:<15} {value}")
    click.echo("The secret isn't stored and can't be shown again.", err=True)
