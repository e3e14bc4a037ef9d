"""`up`: an installation on one machine, with a database of its own."""

import asyncio
import os
import signal
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path

import click

from wattlink.cli.failures import Refused
from wattlink.cli.one_machine.folder import Folder, refuse_ports_in_use
from wattlink.cli.one_machine.supervisor import Child, supervise
from wattlink.settings.load import load_settings
from wattlink.settings.model import Settings


@click.command()
@click.option(
    "--data", type=click.Path(path_type=Path, file_okay=False), required=True, help="Where it keeps its data."
)
def up(*, data: Path) -> None:
    """Run everything on this machine until Ctrl-C: database, APIs, Link UI and worker.

    The settings are those of `serve` and `work`, save the database; a master key is made at the first start and kept
    in the data folder. While it runs, other commands find it by WATTLINK_CONFIG=DATA/settings.toml.
    """
    if any(name.startswith("WATTLINK_DATABASE_URL") for name in os.environ):
        raise Refused("`up` brings its own database: unset WATTLINK_DATABASE_URL, or run `serve` and `work` on yours")
    end_cleanly_on_sigterm()
    settings = load_settings(os.environ)
    folder = Folder(data)
    own = {
        **folder.settings(os.environ),
        "WATTLINK_PUBLIC_URL": settings.public_url,
        "WATTLINK_DIAL_IN_URL": settings.dial_in_url,
    }
    refuse_ports_in_use(settings.host, {"the server": settings.port, "devices": settings.dial_in_port})
    with folder.running_database(settings) as (database, log):
        own["WATTLINK_DATABASE_URL"] = database.dsn
        with folder.settings_file(own) as file:
            told = (
                f"Wattlink answers at {settings.public_url}, its data is in {folder.path}; Ctrl-C ends it.\n"
                f"Meanwhile, make an application: WATTLINK_CONFIG={file} wattlink application create NAME"
            )
            children = serving({**os.environ, **own}, settings)
            asyncio.run(supervise(children, database=database, database_log=log, ready=lambda: click.echo(told)))


def serving(environ: Mapping[str, str], settings: Settings) -> Sequence[Child]:
    """The processes of an installation."""
    host = {"0.0.0.0": "127.0.0.1", "::": "::1"}.get(settings.host, settings.host)  # noqa: S104
    address = f"http://[{host}]:{settings.port}" if ":" in host else f"http://{host}:{settings.port}"
    return [
        Child(name="serve", words=("serve", "--allow-http"), environ=environ, answers_at=address),
        Child(name="work", words=("work",), environ=environ),
        Child(name="dial-in", words=("dial-in",), environ=environ),
    ]


def end_cleanly_on_sigterm() -> None:
    """Before and after the event loop too, SIGTERM unwinds what was begun."""
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(128 + signal.SIGTERM))
