"""`sandbox` and `demo-app`: the simulated vendor clouds, and a small app that uses the installation."""

import asyncio
import signal
from pathlib import Path

import click
import msgspec

from wattlink.base.clock import system_clock
from wattlink.cli.starting import ready_settings, settings_of, with_logs
from wattlink.db.database import Database
from wattlink.sandbox.demo_app.app import DemoConfig, serve
from wattlink.sandbox.seed import seed
from wattlink.sandbox.server import make_app, serving
from wattlink.sandbox.store import DatabaseShelf, ahead_in

_file = click.Path(path_type=Path, exists=True, dir_okay=False)


@click.command()
@click.option("--port", type=click.IntRange(1, 65535), default=8081, show_default=True, help="Where it listens.")
@click.option("--key-file", type=_file, required=True, help="Holds the key to the control API.")
def sandbox(*, port: int, key_file: Path) -> None:
    """Serve the simulated vendor clouds on loopback."""
    settings = with_logs(ready_settings("database_url"))
    asyncio.run(_serve_sandbox(settings.database_url, port, key_file.read_text(encoding="utf-8").strip()))


@click.command("demo-app", hidden=True)
@click.option("--port", type=click.IntRange(1, 65535), required=True)
@click.option("--config", type=_file, required=True, help="A DemoConfig as JSON.")
def demo_app(*, port: int, config: Path) -> None:
    """Serve the demonstration's app on loopback."""
    with_logs(settings_of())
    asyncio.run(serve(msgspec.json.decode(config.read_bytes(), type=DemoConfig), port=port))


async def _serve_sandbox(dsn: str, port: int, key: str) -> None:
    stop = asyncio.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        asyncio.get_running_loop().add_signal_handler(number, stop.set)
    async with Database(dsn, size=4) as db:
        shelf = DatabaseShelf(db)
        await seed(shelf, system_clock())
        async with serving(make_app(shelf, system_clock, key=key, ahead=ahead_in(db)), port=port):
            await stop.wait()
