"""`application`: the apps that may use this installation."""

from pathlib import Path
from typing import Any
from uuid import UUID

import click
import msgspec
from msgspec import UNSET, UnsetType
from rich.console import Console
from rich.table import Table

from wattlink.cli.administration.running import (
    access_to,
    as_json,
    changing,
    of_organization,
    organization_of,
    reading,
    show_once,
)
from wattlink.cli.failures import Group, Refused
from wattlink.db.database import Transaction
from wattlink.domain.leaving.delete_application import delete_application
from wattlink.domain.organizations import store
from wattlink.domain.organizations.change import ApplicationChanges, change_application
from wattlink.domain.organizations.create import create_application
from wattlink.domain.organizations.model import Branding, LinkBinding, NewApplication, StoredApplication

_application = click.argument("which", metavar="APPLICATION", type=click.UUID)
_redirect_uris = click.option("--redirect-uri", "redirect_uris", multiple=True, help="An address to return to.")
_branding_file = click.Path(path_type=Path, exists=True, dir_okay=False)


@click.group(cls=Group)
def application() -> None:
    """The apps that may use this installation."""


@application.command()
@click.argument("name")
@_redirect_uris
@of_organization
@click.option("--sandbox", "is_sandbox", is_flag=True, help="For tests: its time can be advanced.")
@as_json
def create(
    *, name: str, redirect_uris: tuple[str, ...], organization: UUID | None, is_sandbox: bool, as_json: bool
) -> None:
    """Make an application called NAME and show its client credentials, this once."""

    async def make(tx: Transaction) -> NewApplication:
        organization_id = None if organization is None else await organization_of(tx, organization)
        return await create_application(tx, name, redirect_uris, organization_id=organization_id, is_sandbox=is_sandbox)

    made = changing(make)
    shown = {
        "application_id": str(made.application_id),
        "client_id": str(made.client_id),
        "client_secret": made.client_secret,
    }
    show_once(shown, is_json=as_json)


@application.command("list")
def list_() -> None:
    """Show the applications, oldest first."""
    table = Table("Application", "Name", "May return to", "Framed by")
    for one in reading(store.list_applications):
        anywhere = "any https, loopback or private-use address"
        name = f"{one.name} (sandbox)" if one.is_sandbox else one.name
        frames = "\n".join(one.frame_origins) or "nobody"
        table.add_row(str(one.application_id), name, "\n".join(one.redirect_uris) or anywhere, frames)
    Console().print(table)


@application.command()
@_application
@click.option("--name", help="Another name.")
@_redirect_uris
@click.option("--return-anywhere", is_flag=True, help="No list of addresses to return to.")
@click.option("--frame-origin", "frame_origins", multiple=True, help="A site that may frame the pages.")
@click.option("--no-frames", is_flag=True, help="No site may frame the pages.")
@click.option("--connections-limit", metavar="NUMBER", help="How many accounts it may link, or `none`.")
@click.option(
    "--link-binding",
    type=click.Choice([binding.value for binding in LinkBinding]),
    help="What ties a link session to its user.",
)
@click.option("--branding", type=_branding_file, help="A JSON file with the fields of the branding that change.")
def change(*, which: UUID, **given: Any) -> None:
    """Change what is given of APPLICATION."""
    changes = ApplicationChanges(
        name=UNSET if given["name"] is None else given["name"],
        redirect_uris=_redirects(given["redirect_uris"], anywhere=given["return_anywhere"]),
        frame_origins=_frames(given["frame_origins"], none=given["no_frames"]),
        branding=UNSET if given["branding"] is None else _branding(given["branding"]),
        connections_limit=UNSET if given["connections_limit"] is None else _limit(given["connections_limit"]),
        link_binding=UNSET if given["link_binding"] is None else LinkBinding(given["link_binding"]),
    )

    async def make(tx: Transaction) -> StoredApplication:
        return await change_application(tx, await access_to(tx, which), changes)

    click.echo(f"{changing(make).name} is changed.")


@application.command()
@_application
def delete(*, which: UUID) -> None:
    """End APPLICATION with its keys, webhooks and registrations; refused while it has users."""

    async def end(tx: Transaction) -> None:
        await delete_application(tx, await access_to(tx, which))

    changing(end)
    click.echo("It is gone.")


def _redirects(listed: tuple[str, ...], *, anywhere: bool) -> tuple[str, ...] | UnsetType:
    if listed and anywhere:
        raise Refused("--redirect-uri and --return-anywhere exclude each other")
    return listed if listed or anywhere else UNSET


def _frames(listed: tuple[str, ...], *, none: bool) -> tuple[str, ...] | UnsetType:
    if listed and none:
        raise Refused("--frame-origin and --no-frames exclude each other")
    return listed if listed or none else UNSET


def _limit(text: str) -> int | None:
    if text == "none":
        return None
    if not text.isdecimal():
        raise Refused(f"--connections-limit {text}: a number is needed, or `none`")
    return int(text)


def _branding(file: Path) -> dict[str, Any]:
    try:
        sent = msgspec.json.decode(file.read_bytes(), type=dict[str, Any])
        msgspec.convert(sent, Branding)
    except (msgspec.DecodeError, UnicodeDecodeError) as error:
        raise Refused(f"--branding {file}: {error}; the fields are {', '.join(Branding.__struct_fields__)}") from None
    return sent
