"""`serve`: the APIs and the Link UI over HTTP."""

import signal
from pkgutil import resolve_name
from typing import Any

import click
from granian.constants import Interfaces, Loops
from granian.log import LogLevels
from granian.server import Server as Granian

from wattlink.base.processes import allow_many_files, end_with_parent
from wattlink.cli.failures import Refused
from wattlink.cli.starting import ready_settings, with_logs
from wattlink.settings.model import Settings

_APP = "wattlink.server:create_app"  # loaded in each of granian's processes, not in this one
_END_SECONDS = 30
_OPEN_AT_ONCE = 16_384  # per process, idle ones among them; granian has a thousand for all processes together
_LOGS = {"handlers": {}, "formatters": {}, "loggers": {"_granian": {"propagate": True}}}  # with all the others


@click.command()
@click.option("--allow-http", is_flag=True, hidden=True, help="Only warn of a public address without TLS.")
def serve(*, allow_http: bool) -> None:
    """Answer HTTP: the APIs and the Link UI, in a process per core."""
    settings = with_logs(ready_settings("database_url", "master_keys"))
    _judge_public_address(settings, allow_http=allow_http)
    Granian(
        _APP,
        address=settings.host,
        port=settings.port,
        interface=Interfaces.ASGI,
        workers=settings.processes_of_serve,
        loop=Loops.uvloop,
        websockets=False,
        backpressure=min(_OPEN_AT_ONCE, allow_many_files() // 2),
        log_level=LogLevels(settings.log_level),
        log_dictconfig=_LOGS,
        respawn_failed_workers=True,
        workers_kill_timeout=_END_SECONDS,
    ).serve(target_loader=_load, wrap_loader=False)


def _judge_public_address(settings: Settings, *, allow_http: bool) -> None:
    if not settings.is_plain_http_in_public:
        return
    problem = f"WATTLINK_PUBLIC_URL={settings.public_url} lets passwords and cookies travel unencrypted"
    if not allow_http:
        raise Refused(f"{problem}; it takes https, for example WATTLINK_PUBLIC_URL=https://link.example.com")
    click.echo(f"Warning: {problem}.", err=True)


def _load() -> Any:
    end_with_parent(signal.SIGTERM)
    return resolve_name(_APP)()
