"""`identity-provider`: services that an application's users may sign in with."""

from pathlib import Path
from uuid import UUID

import click
from rich.console import Console
from rich.table import Table

from wattlink.base.clock import system_clock
from wattlink.base.vault import Vault
from wattlink.cli.administration.running import access_to, changing, reading
from wattlink.cli.failures import Group
from wattlink.cli.starting import ready_settings
from wattlink.db.database import Reader, Transaction
from wattlink.domain.users.elsewhere import store
from wattlink.domain.users.elsewhere.configure import NewService, configure
from wattlink.domain.users.elsewhere.configure import remove as remove_service
from wattlink.domain.users.elsewhere.model import USUAL_SCOPES, IdentityService, ServiceKind
from wattlink.domain.users.elsewhere.redirecting.leave import callback_address

_secret_file = click.Path(path_type=Path, exists=True, dir_okay=False)


@click.group("identity-provider", cls=Group)
def identity_service() -> None:
    """Services that an application's users may sign in with."""


@identity_service.command("set")
@click.argument("application", type=click.UUID)
@click.argument("name")
@click.option("--client-id", required=True, help="The application there; of `facebook` its app id.")
@click.option("--client-secret-file", type=_secret_file, help="A file that holds the secret; none: it stays.")
@click.option("--issuer", help="Of OpenID Connect: the issuer's address.")
@click.option("--scope", "scopes", multiple=True, default=USUAL_SCOPES, show_default=True)
@click.option("--redirect-uri", "redirect_uris", multiple=True, help="Where people may go back to.")
def set_(
    *,
    application: UUID,
    name: str,
    client_id: str,
    client_secret_file: Path | None,
    issuer: str | None,
    scopes: tuple[str, ...],
    redirect_uris: tuple[str, ...],
) -> None:
    """Let users of APPLICATION sign in with NAME, in place of what was there; `facebook` is Facebook."""
    settings = ready_settings("database_url", "master_keys")
    secret = client_secret_file.read_text(encoding="utf-8").strip() if client_secret_file else None
    new = NewService(
        kind=ServiceKind.OIDC if issuer else ServiceKind.FACEBOOK,
        client_id=client_id,
        client_secret=secret,
        issuer=issuer,
        scopes=scopes,
        redirect_uris=redirect_uris,
    )

    async def put(tx: Transaction) -> IdentityService:
        access = await access_to(tx, application)
        return await configure(tx, access, name, new, vault=Vault(settings.master_keys), now=system_clock())

    made = changing(put)
    click.echo(f"Users may sign in with {name}. {_callback(settings.public_url, made)}".rstrip())


@identity_service.command("list")
@click.argument("application", type=click.UUID)
def list_(*, application: UUID) -> None:
    """Show them, and the addresses to enter there."""
    settings = ready_settings("database_url")

    async def find(reader: Reader) -> list[IdentityService]:
        return await store.services(reader, await access_to(reader, application))

    table = Table("Name", "Issuer", "Client", "Callback address")
    for one in reading(find):
        table.add_row(one.name, one.issuer or "Facebook", one.client_id, _callback(settings.public_url, one))
    Console(soft_wrap=True).print(table)


@identity_service.command()
@click.argument("application", type=click.UUID)
@click.argument("name")
def remove(*, application: UUID, name: str) -> None:
    """Nobody signs in to APPLICATION with NAME any more; its users stay."""

    async def end(tx: Transaction) -> None:
        await remove_service(tx, await access_to(tx, application), name)

    changing(end)
    click.echo(f"Nobody signs in with {name} any more.")


def _callback(public_url: str, service: IdentityService) -> str:
    """Facebook's own SDK signs in, and comes back to the app."""
    return callback_address(public_url, service.service_id) if service.kind is ServiceKind.OIDC else ""
