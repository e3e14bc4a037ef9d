"""`status`: how the background work stands."""

import asyncio
from collections.abc import Sequence
from datetime import timedelta

import click
import msgspec
from rich.console import Console
from rich.table import Table

from wattlink.base.clock import system_clock
from wattlink.cli.starting import ready_settings
from wattlink.db.database import Database
from wattlink.domain.access.work import WorkStatus
from wattlink.workers.status import work_status


@click.command()
@click.option("--json", "as_json", is_flag=True, help="Print JSON; ages are in seconds.")
def status(*, as_json: bool) -> None:
    """Show each kind of background work: how many are due, how old the oldest is, what fails."""
    rows = asyncio.run(_rows(ready_settings("database_url").database_url))
    if as_json:
        click.echo(msgspec.json.format(msgspec.json.encode(rows), indent=2).decode())
    else:
        Console().print(_table(rows))


async def _rows(dsn: str) -> Sequence[WorkStatus]:
    async with Database(dsn, size=2) as db:
        return await work_status(db, system_clock())


def _table(rows: Sequence[WorkStatus]) -> Table:
    table = Table("Work", "Due", "Oldest", "What fails")
    for row in rows:
        oldest = "" if row.oldest_age is None else str(timedelta(seconds=round(row.oldest_age)))
        failing = "\n".join(f"{what} ({count})" for what, count in row.failing)
        table.add_row(row.kind, str(row.due), oldest, failing)
    return table
