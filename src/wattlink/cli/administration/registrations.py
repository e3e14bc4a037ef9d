"""`registration`: our clients at the vendors."""

from pathlib import Path
from uuid import UUID

import click
from rich.console import Console
from rich.table import Table

from wattlink.base.vault import Vault
from wattlink.cli.administration.running import access_to, changing, reading
from wattlink.cli.failures import Group, Refused
from wattlink.cli.starting import ready_settings
from wattlink.connectors.contract import Registration
from wattlink.connectors.registry import manifests
from wattlink.db.database import Transaction
from wattlink.domain.access.ids import ApplicationId, RegistrationId
from wattlink.domain.leaving.remove_registration import remove_registration
from wattlink.domain.linking.signing_in.leave_for_vendor import callback_address
from wattlink.domain.vendors import store
from wattlink.domain.vendors.register import register
from wattlink.settings.model import Settings

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
    replaced = _pairs("--host", hosts)

    async def put(tx: Transaction) -> RegistrationId:
        return await register(
            tx,
            vendor=vendor,
            application_id=await _meant(tx, application),
            registration=client,
            hosts=replaced,
            is_sandbox=False,
            vault=Vault(settings.master_keys),
        )

    registration_id = changing(put)
    click.echo(f"Registered at {vendor}. {_callback(settings, vendor, registration_id)}".rstrip())


@registration.command("list")
def list_() -> None:
    """Show the registrations, and the addresses to enter in the vendors' developer portals."""
    settings = ready_settings("database_url")
    table = Table("Vendor", "For", "Callback address")
    registrations = reading(store.list_registrations)
    for one in registrations:
        whom = "all applications" if one.application_id is None else str(one.application_id)
        table.add_row(one.vendor, whom, _callback(settings, one.vendor, one.registration_id))
    Console(soft_wrap=True).print(table)
    if lacking := sorted(manifests().keys() - {one.vendor for one in registrations}):
        click.echo(f"Not on offer, since nobody has registered there: {', '.join(lacking)}")


@registration.command()
@click.argument("vendor")
@click.option("--application", type=click.UUID, help="The application that it was for; all, if none is given.")
def remove(*, vendor: str, application: UUID | None) -> None:
    """Give up the client at VENDOR; refused while linked accounts need it."""

    async def end(tx: Transaction) -> None:
        await remove_registration(tx, vendor, await _meant(tx, application))

    changing(end)
    click.echo(f"Given up at {vendor}.")


async def _meant(tx: Transaction, application: UUID | None) -> ApplicationId | None:
    return None if application is None else (await access_to(tx, application)).application_id


def _callback(settings: Settings, vendor: str, registration_id: RegistrationId) -> str:
    """Where a vendor with a sign-in page of its own sends browsers back to."""
    if manifests()[vendor].sign_in.way != "redirect":
        return ""
    return callback_address(settings.public_url, registration_id)


def _pairs(option: str, given: tuple[str, ...]) -> dict[str, str]:
    pairs = [text.partition("=") for text in given]
    for name, equals, value in pairs:
        if not (name and equals and value):
            raise Refused(f"{option} {name}: KEY=VALUE is needed, for example {option} audience=https://vendor.example")
    return {name: value for name, _, value in pairs}
