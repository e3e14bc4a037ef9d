"""`work`: everything that happens in the background."""

import click
import uvloop

from wattlink.base.log import set_up_logs
from wattlink.cli.failures import ready_settings
from wattlink.workers.pumps import run


@click.command()
def work() -> None:
    """Visit vendors, deliver webhooks and keep house until SIGTERM; then finish what is in hand."""
    settings = ready_settings("database_url", "master_keys")
    set_up_logs(as_json=settings.log_format == "json", level=settings.log_level)
    uvloop.run(run(settings))
