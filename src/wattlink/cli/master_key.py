"""`master-key`: the keys that seal secrets at rest."""

import click

from wattlink.base.vault import new_master_key, parse_master_keys
from wattlink.cli.failures import Refused


@click.group("master-key")
def master_key() -> None:
    """The keys that seal secrets at rest."""


@master_key.command()
@click.option("--id", "kid", default="k1", show_default=True, help="The key's id in the ring, up to 32 letters.")
def new(*, kid: str) -> None:
    """Print a fresh key for WATTLINK_MASTER_KEYS; to replace a key, put the new one before it."""
    made = new_master_key(kid)
    try:
        parse_master_keys(made)
    except ValueError:
        raise Refused(f"--id {kid}: an id has 1 to 32 letters, no comma or colon among them") from None
    click.echo(made)
