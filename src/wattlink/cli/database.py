"""`migrate`: brings the database's schema up to date."""

import click

from wattlink.cli.starting import settings_of
from wattlink.db import migrate as migrations


@click.command()
def migrate() -> None:
    """Bring the database's schema up to date; safe to repeat, and while older processes still run."""
    applied = migrations.migrate(settings_of("database_url").database_url)
    click.echo(f"Applied: {', '.join(applied)}." if applied else "The schema is up to date.")
