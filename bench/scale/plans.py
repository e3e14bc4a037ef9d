"""What PostgreSQL does for each statement: from its log while everything is done once, the plan of each is asked for.

A plan is the one for the parameters that were given; the general one, for whatever parameters, is taken by PostgreSQL
only where it expects it to cost no more. On tables that grow with the accounts a plan may neither scan all rows nor
gather very many.
"""

import re
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import psycopg

MOST_SORTED = LEAST_ROWS = 5_000
_GROWING = ("account", "app_user", "command", "credential", "delivery", "device", "device_state", "event",
            "link_session", "location", "visit")  # fmt: skip
_ENTRY = re.compile(
    r"^[^\t\n]* LOG:  (?:execute [^:\n]*|statement): (.*?)\n(?!\t)(?:[^\t\n]* DETAIL:  Parameters: (.*?)\n(?!\t))?",
    re.MULTILINE | re.DOTALL,
)
_PARAMETER = re.compile(r"\$\d+ = (NULL|'(?:[^']|'')*')", re.DOTALL)
_PLANNED = ("SELECT", "INSERT", "UPDATE", "DELETE", "WITH")
_IS_GROWING = rf"^({'|'.join(_GROWING)})(_\d{{8}})?$"


@dataclass(frozen=True)
class Finding:
    """Something that grows with the accounts, and the statement that does it."""

    what: str
    statement: str


class Log:
    """The statements that PostgreSQL runs while the block lasts."""

    def __init__(self, dsn: str, data: Path) -> None:
        self._connection = psycopg.connect(dsn, autocommit=True)
        self._file = data / "postgres.log"
        self._from = 0
        self.statements: dict[str, list[str]] = {}
        """Each with the parameters that it was given last."""

    def __enter__(self) -> "Log":
        self._from = self._file.stat().st_size
        self._set("ALTER SYSTEM SET log_statement = 'all'")
        return self

    def __exit__(self, *_: object) -> None:
        self._set("ALTER SYSTEM RESET log_statement")
        with self._file.open() as log:
            log.seek(self._from)
            for entry in _ENTRY.finditer(log.read()):
                statement, given = (part.replace("\n\t", "\n").strip() for part in (entry[1], entry[2] or ""))
                if statement.upper().startswith(_PLANNED):
                    self.statements[statement] = _PARAMETER.findall(given)
        self._connection.close()

    def _set(self, *commands: str) -> None:
        for command in (*commands, "SELECT pg_reload_conf()"):
            self._connection.execute(command.encode())


def findings(dsn: str, statements: Mapping[str, Sequence[str]]) -> list[Finding]:
    """What would cost more with every account."""
    found, large = [], scans(dsn).keys()
    with psycopg.connect(dsn, autocommit=True) as connection:
        for statement, given in statements.items():
            try:
                plan = _planned(connection, statement, given)
            except psycopg.Error as error:
                found.append(Finding(f"no plan: {error}", statement))
            else:
                found += [Finding(what, statement) for what in dict.fromkeys(_growing(plan, large))]
    return found


def _planned(connection: psycopg.Connection[Any], statement: str, given: Sequence[str]) -> Mapping[str, Any]:
    execute = f"EXECUTE looked_at ({', '.join(given)})" if given else "EXECUTE looked_at"
    types = f" ({', '.join(_type(each) for each in given)})" if given else ""
    connection.execute(f"PREPARE looked_at{types} AS {statement}".encode())
    try:
        shown = connection.execute(f"EXPLAIN (FORMAT JSON) {execute}".encode()).fetchall()
    finally:
        connection.execute("DEALLOCATE looked_at")
    plan: Mapping[str, Any] = shown[0][0][0]["Plan"]
    return plan


def _type(literal: str) -> str:
    """What the log doesn't say of a parameter, where a statement leaves it open."""
    if re.match(r"'\d{4}-\d\d-\d\d \d\d:", literal):
        return "timestamptz"
    return "interval" if re.match(r"'(\d+ days?|\d+:\d\d:\d\d)", literal) else "unknown"


def _growing(node: Mapping[str, Any], large: Collection[str]) -> Iterator[str]:
    relation = str(node.get("Relation Name", ""))
    if node["Node Type"] == "Seq Scan" and relation in large:
        yield f"sequential scan of {relation}"
    below = node.get("Plans", ())
    if node["Node Type"] in ("Sort", "Aggregate") and any(each["Plan Rows"] > MOST_SORTED for each in below):
        yield f"{node['Node Type'].lower()} of {max(each['Plan Rows'] for each in below)} rows"
    for each in below:
        yield from _growing(each, large)


_SCANS = """
    SELECT stat.relname, coalesce(seq_scan, 0) FROM pg_stat_user_tables AS stat JOIN pg_class ON pg_class.oid = relid
     WHERE stat.relname ~ %s AND reltuples >= %s
"""


def scans(dsn: str) -> dict[str, int]:
    """Sequential scans so far of each table that has grown with the accounts, as PostgreSQL counts them."""
    with psycopg.connect(dsn, autocommit=True) as connection:
        return dict(connection.execute(_SCANS, (_IS_GROWING, LEAST_ROWS)).fetchall())
