"""`registration`: our clients at the vendors."""

import asyncio
from pathlib import Path
from uuid import UUID

import click
from rich.console import Console
from rich.table import Table

from wattlink.base.vault import Vault
from wattlink.cli.failures import Group, Refused, ready_settings
from wattlink.connectors.contract import Registration
from wattlink.connectors.registry import manifests
from wattlink.db.database import Database
from wattlink.domain.access.ids import ApplicationId, RegistrationId
from wattlink.domain.linking.signing_in.leave_for_vendor import callback_address
from wattlink.domain.vendors import store
from wattlink.domain.vendors.model import VendorRegistration
from wattlink.domain.vendors.register import register
from wattlink.settings import Settings

_secret_file = click.Path(path_type=Path, exists=True, dir_okay=False)


@click.group(cls=Group)
def registration() -> None:
    """Our clients at the vendors, as made in their developer portals."""


@registration.command("set")
@click.argument("vendor")
@click.option("--application", type=click.UUID, help="The application that it is for; all, if none is given.")
@click.option("--client-id", default="")
@click.option("--client-secret-file", type=_secret_file, help="A file that holds the client secret.")
@click.option("--option", "options", multiple=True, metavar="KEY=VALUE", help="What else the vendor needs.")
@click.option("--host", "hosts", multiple=True, metavar="NAME=URL", help="A host other than the manifest's.")
def set_(
    *,
    vendor: str,
    application: UUID | None,
    client_id: str,
    client_secret_file: Path | None,
    options: tuple[str, ...],
    hosts: tuple[str, ...],
) -> None:
    """Store the client at VENDOR, in place of an earlier one; linked accounts stay."""
    settings = ready_settings("database_url", "master_keys")
    secret = client_secret_file.read_text(encoding="utf-8").strip() if client_secret_file else ""
    client = Registration(client_id=client_id, client_secret=secret, options=_pairs("--option", options))
    application_id = None if application is None else ApplicationId(application)
    registration_id = asyncio.run(_store(settings, vendor, application_id, client, _pairs("--host", hosts)))
    click.echo(f"Registered at {vendor}. {_callback(settings, vendor, registration_id)}".rstrip())


@registration.command("list")
def list_() -> None:
    """Show the registrations, and the addresses to enter in the vendors' developer portals."""
    settings = ready_settings("database_url")
    table = Table("Vendor", "For", "Callback address")
    for one in asyncio.run(_list(settings.database_url)):
        whom = "all applications" if one.application_id is None else str(one.application_id)
        table.add_row(one.vendor, whom, _callback(settings, one.vendor, one.registration_id))
    Console(soft_wrap=True).print(table)


def _callback(settings: Settings, vendor: str, registration_id: RegistrationId) -> str:
    """Where a vendor with a sign-in page of its own sends browsers back to."""
    if manifests()[vendor].sign_in.way != "redirect":
        return ""
    return callback_address(settings.public_url, registration_id)


async def _store(
    settings: Settings, vendor: str, application_id: ApplicationId | None, client: Registration, hosts: dict[str, str]
) -> RegistrationId:
    async with Database(settings.database_url, size=2) as db, db.transaction() as tx:
        return await register(
            tx,
            vendor=vendor,
            application_id=application_id,
            registration=client,
            hosts=hosts,
            is_sandbox=False,
            vault=Vault(settings.master_keys),
        )


async def _list(dsn: str) -> list[VendorRegistration]:
    async with Database(dsn, size=2) as db, db.read() as reader:
        return await store.list_registrations(reader)


def _pairs(option: str, given: tuple[str, ...]) -> dict[str, str]:
    pairs = [text.partition("=") for text in given]
    for name, equals, value in pairs:
        if not (name and equals and value):
            raise Refused(f"{option} {name}: KEY=VALUE is needed, for example {option} audience=https://vendor.example")
    return {name: value for name, _, value in pairs}
