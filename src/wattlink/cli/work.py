"""`work`: everything that happens in the background."""

import click
import uvloop

from wattlink.base.processes import allow_many_files
from wattlink.cli.starting import ready_settings, with_logs
from wattlink.workers.pumps import run


@click.command()
def work() -> None:
    """Visit vendors, deliver webhooks and keep house until SIGTERM; then finish what is in hand."""
    settings = with_logs(ready_settings("database_url", "master_keys"))
    allow_many_files()
    uvloop.run(run(settings))
