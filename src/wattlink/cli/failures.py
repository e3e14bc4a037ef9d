"""What an operator reads when a command can't do its work: one line, and exit code 2."""

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from typing import IO, Any

import click
import psycopg

from wattlink.db.embedded import EmbeddedPostgresError
from wattlink.db.migrate import SchemaTooOld
from wattlink.domain.errors import DomainError
from wattlink.settings.load import SettingsError

_EXPECTED = (SettingsError, EmbeddedPostgresError, SchemaTooOld, DomainError)


class Refused(click.ClickException):
    """The command can't be run so; its text says what to change."""

    exit_code = 2

    def show(self, file: IO[Any] | None = None) -> None:
        click.echo(f"wattlink: {self.message}", file=file or sys.stderr)


@contextmanager
def told_in_one_line() -> Iterator[None]:
    """Turn the errors that an operator can mend into a line."""
    try:
        yield
    except _EXPECTED as error:
        raise Refused(str(error)) from error
    except psycopg.OperationalError as error:
        first = str(error).strip().splitlines()[:1]
        raise Refused(f"the database can't be used: {''.join(first)}") from error


class Group(click.Group):
    """A group of commands that fail in one line."""

    def invoke(self, ctx: click.Context) -> Any:
        with told_in_one_line():
            return super().invoke(ctx)
