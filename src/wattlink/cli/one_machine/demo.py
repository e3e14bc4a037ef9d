"""`demo`: everything on this machine with simulated vendors, and a small app to click through it."""

import asyncio
import json
import os
import sys
from collections.abc import Mapping
from contextlib import AbstractContextManager, nullcontext
from pathlib import Path

import click
import msgspec
from rich.console import Console
from rich.table import Table

from wattlink.base.ids import new_secret
from wattlink.cli.one_machine.demo_world import DemoAddresses, DemoWorld, prepare
from wattlink.cli.one_machine.folder import (
    Folder,
    refuse_ports_in_use,
    refuse_unwritable,
    temporary_folder,
    write_whole,
)
from wattlink.cli.one_machine.supervisor import Child, supervise
from wattlink.cli.one_machine.up import end_cleanly_on_sigterm, serving
from wattlink.dialects import podero
from wattlink.domain.organizations.operators.create import new_operator_token
from wattlink.sandbox.demo_app.app import DemoConfig
from wattlink.settings.load import load_settings

_WIDE = 160  # where nobody's terminal sets it: names are to be copied whole
_port = click.IntRange(1, 65531)
_folder, _file = click.Path(path_type=Path, file_okay=False), click.Path(path_type=Path, dir_okay=False)


@click.command()
@click.option("--port", type=_port, default=8080, show_default=True, help="The first of five ports.")
@click.option("--data", type=_folder, help="A folder that keeps the demonstration; else it is forgotten at the end.")
@click.option("--info", type=_file, help="Also write the addresses and accounts to this file, as JSON.")
def demo(*, port: int, data: Path | None, info: Path | None) -> None:
    """Show everything on this machine until Ctrl-C: simulated vendors, and an app to click through."""
    end_cleanly_on_sigterm()
    at = DemoAddresses(port)
    ports = {"the server": at.port, "the vendors": at.sandbox_port, "the app": at.app_port}
    ports |= {"the EVRYTHNG dialect": at.evrythng_port, "devices": at.dial_in_port}
    refuse_ports_in_use("127.0.0.1", ports)
    if info is not None:
        refuse_unwritable(info.absolute().parent)
    place: AbstractContextManager[Folder] = temporary_folder() if data is None else nullcontext(Folder(data))
    with place as folder:
        _run(folder, at, info)


def _run(folder: Folder, at: DemoAddresses, info: Path | None) -> None:
    environ = _environment(folder, at)
    with folder.running_database(load_settings(environ)) as (database, log):
        environ["WATTLINK_DATABASE_URL"] = database.dsn
        settings = load_settings(environ)
        key = folder.kept("sandbox-key", new_secret)
        file = folder.path / "demo-app.json"
        before = msgspec.json.decode(file.read_bytes(), type=DemoConfig) if file.exists() else None
        environ |= {"WATTLINK_SANDBOX_URL": at.sandbox, "WATTLINK_SANDBOX_KEY_FILE": str(key)}
        sandbox_key = key.read_text(encoding="utf-8").strip()
        operator_token = folder.kept("operator-key", new_operator_token).read_text(encoding="utf-8").strip()
        world = asyncio.run(
            prepare(settings, at, sandbox_key=sandbox_key, operator_token=operator_token, before=before)
        )
        write_whole(file, msgspec.json.encode(world.config).decode())
        children = [
            _child("sandbox", at.sandbox, environ, "--port", str(at.sandbox_port), "--key-file", str(key)),
            *serving(environ, settings),
            _child("serve", f"{at.evrythng}/time", _at_root(environ, at), name="serve-evrythng"),
            _child("demo-app", at.app, environ, "--port", str(at.app_port), "--config", str(file)),
        ]
        operators = {
            "platform": {"base_url": f"{at.server}/platform", "token": operator_token},
            "evrythng": {"base_url": at.evrythng, "operator_key": operator_token},
        }
        ready = _Ready(world, operators, at, info)
        asyncio.run(supervise(children, database=database, database_log=log, ready=ready))


def _child(command: str, answers_at: str, environ: Mapping[str, str], *options: str, name: str = "") -> Child:
    return Child(name=name or command, words=(command, *options), environ=environ, answers_at=answers_at)


def _at_root(environ: Mapping[str, str], at: DemoAddresses) -> Mapping[str, str]:
    """A further server, on whose port the EVRYTHNG dialect is at the root, by each name of this machine."""
    names = (f"localhost:{at.evrythng_port}", f"127.0.0.1:{at.evrythng_port}")
    hosts = ",".join(f"evrythng={name}" for name in names)
    return {**environ, "WATTLINK_PORT": str(at.evrythng_port), "WATTLINK_DIALECT_HOSTS": hosts}


class _Ready:
    """Says where to click, once everything answers."""

    def __init__(
        self,
        world: DemoWorld,
        operators: Mapping[str, Mapping[str, str]],
        at: DemoAddresses,
        info: Path | None,
    ) -> None:
        self._config, self._accounts, self._org_id = world.config, world.accounts, str(world.org_id)
        self._operators, self._at, self._info = operators, at, info

    def __call__(self) -> None:
        if self._info is not None:
            write_whole(self._info.absolute(), json.dumps(self._as_json(), indent=2) + "\n")
        table = Table(title="Sign in at the simulated vendors as")
        for heading in ("Vendor", "User name", "Password", "Devices"):
            table.add_column(heading, no_wrap=True)
        for account in self._accounts:
            devices = "\n".join(f"{device.name} ({device.kind})" for device in account.devices)
            table.add_row(account.vendor, account.username, account.password, devices)
        console = Console(width=None if sys.stdout.isatty() else _WIDE)
        console.print()
        console.print(table)
        console.print(f"\nOpen [bold]{self._config.app_url}[/bold] and link a device. Ctrl-C ends the demonstration.\n")

    def _as_json(self) -> Mapping[str, object]:
        client = {"client_id": self._config.client_id, "client_secret": self._config.client_secret}
        return {
            "enode": {"base_url": self._config.enode_base_url, "token_url": self._config.token_url, **client},
            "podero": {
                "base_url": f"{self._at.server}/{podero.DIALECT}{podero.BASE}",
                "token_url": f"{self._at.server}/{podero.DIALECT}/oauth2/token/",
                **client,
                "org_id": self._org_id,
            },
            **self._operators,
            "app_url": self._config.app_url,
            "accounts": [msgspec.to_builtins(account) for account in self._accounts],
        }


def _environment(folder: Folder, at: DemoAddresses) -> dict[str, str]:
    """The demonstration's own settings; of the operator's, those of the log."""
    kept = {
        name: text
        for name, text in os.environ.items()
        if not name.startswith("WATTLINK_") or name.startswith("WATTLINK_LOG_")
    }
    return {
        **kept,
        **folder.settings(kept),
        "WATTLINK_PUBLIC_URL": at.server,
        "WATTLINK_PORT": str(at.port),
        "WATTLINK_DIAL_IN_PORT": str(at.dial_in_port),
        "WATTLINK_SERVE_PROCESSES": "1",
        "WATTLINK_OUTBOUND_ALLOW": "127.0.0.0/8,::1/128",
        "WATTLINK_CONFIRM_AFTER_SECONDS": "3",
        "WATTLINK_DEACTIVATE_AFTER_SECONDS": "300",
    }
