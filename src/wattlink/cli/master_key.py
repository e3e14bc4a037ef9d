"""`master-key`: the keys that seal secrets at rest."""

import click

from wattlink.base.vault import new_master_key


@click.group("master-key")
def master_key() -> None:
    """The keys that seal secrets at rest."""


@master_key.command()
@click.option("--id", "kid", default="k1", show_default=True, help="The key's id in the ring, up to 32 letters.")
def new(*, kid: str) -> None:
    """Print a fresh key for WATTLINK_MASTER_KEYS; to replace a key, put the new one before it."""
    click.echo(new_master_key(kid))
