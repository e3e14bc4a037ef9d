"""`dial-in`: the lines of devices that call us."""

import click
import uvloop

from wattlink.base.processes import allow_many_files
from wattlink.cli.starting import ready_settings, with_logs
from wattlink.workers.lines.process import run


@click.command("dial-in")
@click.option("--port", type=click.IntRange(1, 65535), help="Where to listen, if not at WATTLINK_DIAL_IN_PORT.")
def dial_in(*, port: int | None) -> None:
    """Take the calls of devices that dial in until SIGTERM; any number of these may run."""
    settings = with_logs(ready_settings("database_url", "master_keys"))
    allow_many_files()
    uvloop.run(run(settings, port or settings.dial_in_port))
