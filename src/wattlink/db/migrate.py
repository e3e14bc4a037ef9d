"""Brings a database's schema up to date: forward only, one transaction per file, one process at a time."""

from importlib.resources import files

import psycopg

_LOCK = 0x57415454  # "WATT"

_IS_OF_THIS_CLUSTER = """
    SELECT FROM epoch, pg_control_system() AS cluster
     WHERE epoch = current_epoch() AND epoch.system_identifier = cluster.system_identifier::text
"""


class SchemaTooOld(Exception):
    """The database lacks migrations that this version needs."""


def _migrations() -> list[tuple[str, str]]:
    folder = files("wattlink.db").joinpath("migrations")
    found = [entry for entry in folder.iterdir() if entry.name.endswith(".sql")]
    return [(entry.name, entry.read_text(encoding="utf-8")) for entry in sorted(found, key=lambda entry: entry.name)]


def migrate(dsn: str) -> list[str]:
    """Apply what is missing, begin a new epoch where the cluster is another; the names of what was applied."""
    with psycopg.connect(dsn, autocommit=True, options="-c lock_timeout=2s -c timezone=UTC") as connection:
        connection.execute("SELECT pg_advisory_lock(%s)", (_LOCK,))
        connection.execute(
            "CREATE TABLE IF NOT EXISTS migration"
            " (name text PRIMARY KEY, applied_at timestamptz NOT NULL DEFAULT clock_timestamp())"
        )
        done = {name for (name,) in connection.execute("SELECT name FROM migration").fetchall()}
        missing = [(name, sql) for name, sql in _migrations() if name not in done]
        for name, sql in missing:
            with connection.transaction():
                connection.execute(sql.encode())
                connection.execute("INSERT INTO migration (name) VALUES (%s)", (name,))
        with connection.transaction():
            connection.execute("SELECT begin_epoch()")
            connection.execute("SELECT make_event_partitions()")
        return [name for name, _ in missing]


def check_schema(dsn: str) -> None:
    """Raise SchemaTooOld unless every migration of this version was applied, and in this cluster."""
    with psycopg.connect(dsn, autocommit=True) as connection:
        exists = connection.execute("SELECT to_regclass('migration') IS NOT NULL").fetchone()
        rows = connection.execute("SELECT name FROM migration").fetchall() if exists and exists[0] else []
        missing = [name for name, _ in _migrations() if name not in {done for (done,) in rows}]
        if missing:
            raise SchemaTooOld(f"the database lacks {', '.join(missing)}: run `wattlink migrate` first")
        if connection.execute(_IS_OF_THIS_CLUSTER).fetchone() is None:
            raise SchemaTooOld("the database was restored from another server's dump: run `wattlink migrate` first")
